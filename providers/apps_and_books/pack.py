"""Changes into the fewest requests, in the order that keeps licences safe, and what those cost. Pure.

Licences come back before their users end, users are made before they get licences, and what came back can be given again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from math import ceil

from providers.apps_and_books.batches import Batch, batches
from providers.apps_and_books.decode import Licence, Limits
from providers.apps_and_books.events import BETWEEN_LOOKS, FIRST_LOOK
from providers.apps_and_books.observe import is_person, pricing_of
from providers.apps_and_books.settle import PAGE
from providers.wire.parts import chunks, part_of
from reconciler.capability import Verb
from reconciler.kinds.licences import APP, LICENCE, USER
from reconciler.licences.allocation import app_name, licence_name
from reconciler.licences.library import Library
from reconciler.observed import Observed
from reconciler.phrases import counted
from reconciler.plan import Change, Price, Step
from reconciler.resource import Address

BUDGET = "15 requests a second"
EVENT_SECONDS = FIRST_LOOK + BETWEEN_LOOKS
"""What an event takes, roughly: Apple asks for half a minute between two looks."""


class Action(StrEnum):
    """What a step does, in the order in which plans carry them out."""

    TAKE = "take"
    RETIRE = "retire"
    CREATE = "create"
    GIVE = "give"


_ACTIONS = {
    (LICENCE, Verb.DELETE): Action.TAKE,
    (USER, Verb.DELETE): Action.RETIRE,
    (USER, Verb.CREATE): Action.CREATE,
    (LICENCE, Verb.CREATE): Action.GIVE,
}


def pack(provider: str, changes: Sequence[Change], observed: Observed) -> list[Step]:
    """See Provider.pack."""
    groups: dict[tuple[Action, str], list[str]] = defaultdict(list)
    for change in changes:
        action = _ACTIONS[change.verdict.kind, change.verdict.verb]
        groups[action, token_of(change.verdict.kind, change.name)].append(change.name)
    steps: list[Step] = []
    for action in Action:
        for token in sorted(token for one, token in groups if one is action):
            steps += _steps(provider, action, token, sorted(groups[action, token]), observed)
    return steps


def token_of(kind: str, name: str) -> str:
    """The token of a licence or a user, by its name."""
    return name.rsplit(".", 3 if kind == LICENCE else 1)[0]


def _steps(provider: str, action: Action, token: str, names: Sequence[str], observed: Observed) -> Iterator[Step]:
    library = observed.libraries.get(token, Library(token))
    limits = Limits(**library.limits)
    people = action in (Action.RETIRE, Action.CREATE)
    parts = chunks(names, limits.people) if people else [_names(token, one) for one in batches(list(map(licence, names)), limits)]
    for number, covered in enumerate(parts, 1):
        kind = USER if people else LICENCE
        title = part_of(_title(action, covered, library.location, observed.titles.get(APP, {})), number, len(parts))
        reads = 2 + (_people_reads(covered, library) if people else _licence_reads(batch(covered), library, token))
        covers = tuple(Address(kind, name) for name in covered)
        yield Step(f"{action}-{token}-{number}", provider, action, title, covers, {"token": token}, reads, 1)


def licence(name: str) -> Licence:
    """A licence in Apple's words, from its name."""
    app, _, holder = name.rpartition(".")
    user, serial = (holder, "") if is_person(holder) else ("", holder)
    return Licence(*pricing_of(app), user, serial)


def _names(token: str, one: Batch) -> tuple[str, ...]:
    return tuple(name_of(token, each) for each in one.licences())


def name_of(token: str, one: Licence) -> str:
    """The name of a licence."""
    return licence_name(app_name(token, *one.asset), one.user or one.serial)


def batch(names: Iterable[str]) -> Batch:
    """The request that moves the licences which a step covers: a step is a full rectangle of apps and holders."""
    found = list(map(licence, names))
    assets, users, serials = (
        dict.fromkeys(found_by) for found_by in zip(*((one.asset, one.user, one.serial) for one in found), strict=True)
    )
    return Batch(tuple(assets), tuple(filter(None, users)), tuple(filter(None, serials)))


def _title(action: Action, names: Sequence[str], location: str, titles: Mapping[str, str]) -> str:
    if action in (Action.RETIRE, Action.CREATE):
        users = f"{counted(len(names), 'user')} of apps and books at {location}"
        return f"Make {users}" if action is Action.CREATE else f"Retire {users}"
    apps = sorted({name.rpartition(".")[0] for name in names})
    what = titles.get(apps[0], apps[0]) if len(apps) == 1 else f"{len(apps):,} apps at {location}"
    licences = f"{counted(len(names), 'licence')} of {what}"
    return f"Give {licences}" if action is Action.GIVE else f"Take back {licences}"


def _people_reads(names: Sequence[str], library: Library) -> int:
    return min(len(names), _pages(len(library.users) + len(names)))


def _licence_reads(one: Batch, library: Library, token: str) -> int:
    """The way that reading back will choose (settle.holders)."""
    targets = len(one.users) + len(one.serials)
    by_app = sum(_pages(len(library.held.get(app_name(token, *asset), ())) + targets) for asset in one.assets)
    return min(targets, by_app)


def _pages(items: int) -> int:
    return max(-(-items // PAGE), 1)


def price(channel: str, steps: Sequence[Step], observe_reads: int) -> Price:
    """See Provider.price. What takes time is Apple's events, one after the other."""
    reads, writes = sum(step.reads for step in steps), sum(step.writes for step in steps)
    return Price(channel, observe_reads, reads, writes, BUDGET, ceil(len(steps) * EVENT_SECONDS + (reads + writes) / 15))
