"""Apps and Books as a provider: content tokens, what locations own, who their users are, and who has which licence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from providers.apps_and_books import calls, capabilities, observe, pack, settle
from providers.apps_and_books.calls import Person
from providers.apps_and_books.decode import Config, Location, Manager, Pricing
from providers.apps_and_books.findings import mixed_up, undeclared
from providers.apps_and_books.library import Library
from providers.apps_and_books.observe import Reading
from providers.apps_and_books.ownership import ours
from providers.apps_and_books.pack import Action
from providers.apps_and_books.settle import Sent
from providers.wire.message import Call
from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ProviderError
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Credential, Look, Note, Notice, Outcome, Receipt, Report
from reconciler.pseudonyms import REHEARSED, Pseudonyms
from reconciler.resource import Address
from reconciler.roster.layout import PEOPLE
from reconciler.roster.part import Roster

NAME = "apps_and_books"


@dataclass(frozen=True, slots=True)
class Way:
    """The way to one location: who we are there (no secret), and whether to go on where another product manages it.

    `close` gives back what stands behind the library.
    """

    identity: str
    library: Library
    clock: Clock
    take_over: bool = False
    close: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Place:
    """What was read of a location last, as far as reading back needs it. `claimed`: Apple has us as its manager."""

    held: Mapping[Pricing, int] = field(default_factory=dict)
    users: int = 0
    claimed: bool = False


class AppsAndBooks:
    """See reconciler.provider.Provider. One way for each content token. `organization` is what Apple will call us in mdmInfo."""

    name = NAME
    kinds: tuple[str, ...] = capabilities.KINDS

    def __init__(self, ways: Mapping[str, Way], organization: str) -> None:
        self._ways = ways
        self.clock: Clock = next(iter(ways.values())).clock
        self._manager = Manager(str(uuid5(NAMESPACE_URL, f"reconciler:{organization}")), "reconciler", organization[:100])
        self._places: dict[str, _Place] = {}
        self._roster, self._pseudonyms = Roster(), REHEARSED

    def identity(self) -> str:
        """See Provider."""
        return " ".join(sorted(f"{token}={way.identity}" for token, way in self._ways.items()))

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider."""
        return capabilities.capability(kind, verb)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider."""
        before = self._reads()
        self._roster, self._pseudonyms = look.roster, look.pseudonyms
        stopped: list[Diagnostic] = []
        readings = {token: self._read(token, way, look, report, stopped) for token, way in self._ways.items()}
        observed = observe.observed(look, readings)
        observed.findings = [] if look.everything else [*stopped, *undeclared(look, readings)]
        observed.findings += mixed_up(look, readings)
        observed.reads = {NAME: self._reads() - before}
        return observed

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider."""
        return pack.pack(self.name, changes, observed)

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider."""
        return (pack.price(self.name, steps, observed.reads.get(NAME, 0)),)

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider."""
        way = self._way(step)
        report(Notice(step.title, 0, len(step.covers)))
        self._claim(step.body["token"], way, report)
        reference = way.library.send(self._call(step), report, note)
        note("received", reference=reference)
        return Receipt(reference, self.clock.now())

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Mapping[Address, Outcome]:
        """See Provider."""
        outcomes = self._way(step).library.read(lambda config: self._settled(step, receipt, config), report)
        report(Notice(step.title, len(step.covers), len(step.covers)))
        return {address: outcomes[address.name] for address in step.covers}

    def credentials(self) -> Sequence[Credential]:
        """See SignsIn: the content tokens."""
        return [way.library.credential for way in self._ways.values()]

    def sign_in(self, place: str, report: Report) -> None:
        """See SignsIn. One request asks whose the token is, after one for the addresses, which needs none."""
        for way in self._ways.values():
            if way.library.credential.place == place:
                way.library.read(calls.location, report)

    def close(self) -> None:
        """See Provider."""
        for way in self._ways.values():
            way.library.close()
            way.close()

    def _reads(self) -> int:
        return sum(way.library.spent["reads"] for way in self._ways.values())

    def _way(self, step: Step) -> Way:
        token = step.body["token"]
        if token not in self._ways:
            raise ProviderError(f"{step.title}: connections.apps_and_books has no token for {token}.", "Plan again.")
        return self._ways[token]

    def _read(self, token: str, way: Way, look: Look, report: Report, stopped: list[Diagnostic]) -> Reading:
        location = way.library.read(calls.location, report)
        try:
            claimed = ours(location, self._manager, take_over=way.take_over)
        except ProviderError as error:
            stopped.append(Diagnostic(None, f"{token}: {error.message}", error.hint))
            claimed = False
            if look.everything:  # what somebody else manages is nothing to take over
                return Reading(location, manager=location.manager.name if location.manager else "another product")
        asked = observe.wanted(token, look)
        reading = way.library.read(lambda config: observe.read(config, location, asked), report)
        held = {one.id: one.assigned for one in reading.assets}
        self._places[token] = _Place(held, len(reading.users), claimed)
        return reading

    def _claim(self, token: str, way: Way, report: Report) -> None:
        """Say that we manage the location, before anything is moved there; saying it twice does no harm."""
        place = self._places.setdefault(token, _Place())
        if not place.claimed:
            location: Location = way.library.read(calls.location, report)
            if not ours(location, self._manager, take_over=way.take_over):
                way.library.send(lambda config: calls.claim(config, self._manager), report, _unjournaled)
            place.claimed = True

    def _call(self, step: Step) -> Callable[[Config], Call[str]]:
        names, title = [address.name for address in step.covers], step.title
        match Action(step.action):
            case Action.TAKE:
                return lambda config: calls.disassociate(config, title, pack.batch(names))
            case Action.GIVE:
                return lambda config: calls.associate(config, title, pack.batch(names))
            case Action.RETIRE:
                return lambda config: calls.retire_users(config, title, [Person(_holder(name)) for name in names])
            case Action.CREATE:
                people = self._people(step)
                return lambda config: calls.create_users(config, title, people)

    def _people(self, step: Step) -> list[Person]:
        """Who is to become a user, with the account; here alone a pseudonym meets an address."""
        accounts = _accounts(self._roster, self._pseudonyms)
        people = [Person(holder, accounts.get(holder, "")) for holder in (_holder(address.name) for address in step.covers)]
        if not all(person.account for person in people):
            raise ProviderError(f"{step.title}: the roster no longer has everybody's e-mail address.", "Plan again.")
        return people

    def _settled(self, step: Step, receipt: Receipt, config: Config) -> Call[dict[str, Outcome]]:
        place, token = self._places.get(step.body["token"], _Place()), step.body["token"]
        sent = Sent(config, step.title, receipt.reference, receipt.sent, self.clock.now, place.held, place.users)
        names, action = [address.name for address in step.covers], Action(step.action)
        if action in (Action.TAKE, Action.GIVE):
            found = yield from settle.licences(sent, pack.batch(names), given=action is Action.GIVE)
            return {pack.name_of(token, one): outcome for one, outcome in found.items()}
        # Lists do not show accounts: an account that could not be linked shows as a user who is not there, or not associated.
        people = [Person(_holder(name), "linked" if action is Action.CREATE else "") for name in names]
        users = yield from (settle.created if action is Action.CREATE else settle.retired)(sent, people)
        return {f"{token}.{id_}": outcome for id_, outcome in users.items()}


def _holder(name: str) -> str:
    return name.rpartition(".")[2]


def _unjournaled(event: str, **facts: str) -> None:
    """That we manage a location is no step's write."""


def _accounts(roster: Roster, pseudonyms: Pseudonyms) -> dict[str, str]:
    """Pseudonym → Managed Apple Account, for everybody who has one."""
    found: dict[str, str] = {}
    for layout in PEOPLE:
        for part in roster.of(layout.name):
            found.update(zip(pseudonyms.all("person", part.keys), part.column("email_address"), strict=True))
    return found
