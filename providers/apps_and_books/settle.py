"""What became of each licence and each user after a write: the event is followed, then everything is read again.

Where lists and event disagree, the lists are right. Nothing is ever sent again from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat
from typing import TypeVar

from providers.apps_and_books import calls
from providers.apps_and_books.batches import Batch
from providers.apps_and_books.calls import Person
from providers.apps_and_books.decode import Config, Licence, Pricing, each
from providers.apps_and_books.events import End, Ending, Now, follow
from providers.wire.message import Call, rest
from reconciler.provider import Outcome, Result

PAGE = 500
"""What a page is taken to hold when reads are counted; Apple says "several hundred"."""
LANDED = Outcome(Result.LANDED)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Sent:
    """A write that left: its event's id (empty if the answer was lost) and when.

    As observed before: `held`, the assigned licences of each asset, and `users`, how many active users there are. They choose the way
    of reading back, never its result.
    """

    config: Config
    title: str
    event: str
    moment: datetime
    now: Now
    held: Mapping[Pricing, int] = field(default_factory=dict)
    users: int = 0


def licences(sent: Sent, batch: Batch, *, given: bool) -> Call[dict[Licence, Outcome]]:
    """What became of each licence of a batch that was to be given, or taken back."""
    wanted = list(batch.licences())
    ending = yield from follow(sent.config, sent.title, sent.event, sent.moment, sent.now)

    def look() -> Call[set[Licence]]:
        held = yield from holders(sent.config, batch, sent.held)
        return {one for one in wanted if (one in held) == given}

    done = yield from _until(sent, ending, look, len(wanted))
    left = "it is not assigned" if given else "it is still assigned"
    return {one: LANDED if one in done else _failed(ending, ending.why(one), left) for one in wanted}


def created(sent: Sent, people: Sequence[Person]) -> Call[dict[str, Outcome]]:
    """What became of each user that was to be created, by clientUserId: active now, and associated if there is an account."""
    ending, done = yield from _people(sent, people, _as_wanted)
    return {one.id: LANDED if one.id in done else _failed(ending, ending.why_user(one.id), "there is no such user") for one in people}


def retired(sent: Sent, people: Sequence[Person]) -> Call[dict[str, Outcome]]:
    """What became of each user that was to be retired, by clientUserId."""
    ending, done = yield from _people(sent, people, lambda _, states: not states)
    return {one.id: LANDED if one.id in done else _failed(ending, ending.why_user(one.id), "the user is still active") for one in people}


def _as_wanted(person: Person, states: Collection[str]) -> bool:
    return "Associated" in states or (not person.account and "Registered" in states)


def _people(sent: Sent, people: Sequence[Person], fits: Callable[[Person, Collection[str]], bool]) -> Call[tuple[Ending, set[str]]]:
    ending = yield from follow(sent.config, sent.title, sent.event, sent.moment, sent.now)

    def look() -> Call[set[str]]:
        states = yield from active(sent.config, [person.id for person in people], sent.users)
        return {person.id for person in people if fits(person, states.get(person.id, ()))}

    return ending, (yield from _until(sent, ending, look, len(people)))


def _until(sent: Sent, ending: Ending, look: Callable[[], Call[set[K]]], wanted: int) -> Call[set[K]]:
    """Read until as much is as it should be as can be, or until nothing more can show up."""
    enough = min(ending.completed, wanted) if ending.end is End.FAILED else wanted
    for wait in _pauses():
        last = sent.now() >= ending.until
        done = yield from look()
        if last or len(done) >= enough:
            break
        yield from rest(wait, f"{sent.title}: waiting for Apple's lists to catch up")
    return done


def _pauses() -> Iterator[float]:
    """Seconds between looks at Apple's lists."""
    return chain((10.0, 20.0, 30.0), repeat(60.0))


def _failed(ending: Ending, why: str, left: str) -> Outcome:
    return Outcome(Result.FAILED, f"Apple: {why}" if why else f"{ending.end}, and {left}")


def holders(config: Config, batch: Batch, held: Mapping[Pricing, int]) -> Call[set[Licence]]:
    """Who has which of a batch's assets now, by whichever way takes fewer requests: target by target, app by app, or the whole list."""
    targets = len(batch.users) + len(batch.serials)
    apps = {asset.adam_id for asset in batch.assets}
    by_app = sum(_pages(count + targets) for asset, count in held.items() if asset.adam_id in apps) or len(apps) * _pages(targets)
    whole = _pages(sum(held.values()) + targets * len(batch.assets)) if held else by_app + 1
    if whole < min(targets, by_app):
        return set(each((yield from calls.assignments(config)).items))
    if targets <= by_app:
        queries = [("clientUserId", user) for user in batch.users] + [("serialNumber", serial) for serial in batch.serials]
    else:
        queries = [("adamId", app) for app in sorted(apps)]
    found: set[Licence] = set()
    for name, value in queries:
        found.update(each((yield from calls.assignments(config, **{name: value})).items))
    return found


def active(config: Config, ids: Sequence[str], users: int) -> Call[Mapping[str, Collection[str]]]:
    """The states in which users are active now, by clientUserId; one by one, or all if the library has so few (`users`)."""
    found: dict[str, list[str]] = defaultdict(list)
    one_by_one = len(ids) < _pages(users + len(ids))
    for id_ in ids if one_by_one else [""]:
        only = {"clientUserId": id_} if one_by_one else {"activeOnly": "true"}
        for user in (yield from calls.users(config, **only)).items:
            if user.active:
                found[user.id].append(user.status)
    return found


def _pages(items: int) -> int:
    return max(-(-items // PAGE), 1)
