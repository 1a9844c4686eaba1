"""What tests want of licences: declarations, changes, and a provider in front of a pretend library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from providers.apps_and_books.provider import AppsAndBooks, Way
from reconciler.capability import Verb
from reconciler.desired import Desired
from reconciler.kinds.licences import LICENCE, TOKEN, USER, ContentToken, Holder, LibraryUser, Licence
from reconciler.observed import Observed
from reconciler.plan import Cause, Change, Step, Verdict
from reconciler.provider import Look, Outcome
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Declared, Source, Spec
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Part, Roster
from tests.apps_and_books.campus import Campus
from tests.simulator.apps.library import HERE, MATHS, account

FILE = Source("apps.yaml")
NORTH = "north"


def app(adam_id: str = MATHS) -> str:
    """An app's name at the location."""
    return f"{NORTH}.{adam_id}.STDQ"


def who(person: str) -> str:
    """A person's pseudonym."""
    return REHEARSED.of("person", person)


def licence(holder: str, adam_id: str = MATHS) -> tuple[str, Licence]:
    """The name and the spec of one licence."""
    sort: Holder = "person" if holder.startswith("p-") else "device"
    return f"{app(adam_id)}.{holder}", Licence(app=app(adam_id), holder=sort)


def user(person: str) -> tuple[str, LibraryUser]:
    """The name and the spec of a user of the library."""
    return f"{NORTH}.{who(person)}", LibraryUser(token=NORTH)


def change(kind: str, name: str, before: Spec | None, after: Spec | None) -> Change:
    """A change of one address."""
    verb = Verb.CREATE if before is None else Verb.DELETE if after is None else Verb.UPDATE
    how = AppsAndBooks.capability(None, kind, verb)  # type: ignore[arg-type] # it looks only at the table
    return Change(name, Verdict(kind, verb, before, after, Cause.INTENT, how, kind, app() if kind == LICENCE else NORTH))


def gives(holders: Iterable[str], adam_id: str = MATHS) -> list[Change]:
    """One change for each new licence."""
    return [change(LICENCE, name, None, spec) for name, spec in (licence(holder, adam_id) for holder in holders)]


def takes(holders: Iterable[str], adam_id: str = MATHS) -> list[Change]:
    """One change for each licence that comes back."""
    return [change(LICENCE, name, spec, None) for name, spec in (licence(holder, adam_id) for holder in holders)]


def makes(*people: str) -> list[Change]:
    """One change for each new user."""
    return [change(USER, name, None, spec) for name, spec in map(user, people)]


def ends(*people: str) -> list[Change]:
    """One change for each user who leaves."""
    return [change(USER, name, spec, None) for name, spec in map(user, people)]


def staff(*people: str, accounts: Mapping[str, str] | None = None) -> Roster:
    """A roster of these people, each with an account."""
    columns: dict[str, Sequence[str]] = {
        "person_id": people,
        "email_address": [(accounts or {}).get(person, account(person)) for person in people],
    }
    roster = Roster()
    roster.add(Part(LAYOUTS["staff"], len(people), columns, _place))
    return roster


def _place(row: int, column: str) -> Source:
    return Source(FILE.file, row + 2, len(column))


def want(changes: Iterable[Change], *people: str, location: str = HERE) -> Look:
    """What an observation for these changes is for."""
    desired = Desired()
    desired.items[TOKEN] = {NORTH: Declared(ContentToken(location=location), FILE, NORTH)}
    desired.items |= {USER: {}, LICENCE: {}}
    for one in changes:
        spec = one.verdict.after or one.verdict.before
        assert spec is not None
        desired.items[one.verdict.kind] = {**desired.of(one.verdict.kind), one.name: Declared(spec, FILE, "maths")}
    return Look(desired, {}, staff(*people))


class Office:
    """A campus with the provider in front of it."""

    def __init__(self, *, take_over: bool = False) -> None:
        self.campus = Campus()
        self.tenant, self.serials = self.campus.tenant, self.campus.wire.serials
        way = Way("simulator", self.campus.library, self.tenant.clock, take_over)
        self.provider = AppsAndBooks({NORTH: way}, "Riverside")

    def writes(self) -> int:
        """Events that were begun."""
        return len(self.tenant.apps.events(HERE))

    def observe(self, look: Look) -> Observed:
        """One reading."""
        return self.provider.observe(look, self.campus.report)

    def apply(self, changes: Sequence[Change], *people: str) -> dict[str, Outcome]:
        """Pack, send and settle; outcomes by name."""
        found: dict[str, Outcome] = {}
        for step in self.provider.pack(changes, self.observe(want(changes, *people))):
            found |= self.run(step)
        return found

    def run(self, step: Step) -> dict[str, Outcome]:
        """Send and settle one step."""
        receipt = self.provider.send(step, self.campus.note, self.campus.report)
        return {address.name: outcome for address, outcome in self.provider.settle(step, receipt, self.campus.report).items()}
