"""Apple's device enrolment service as a provider: which profile each device has, and where account-driven enrolment leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from providers.device_enrolment import calls, capabilities, observe, pack
from providers.device_enrolment.account import Account
from providers.device_enrolment.calls import ASSIGN, Answer
from providers.device_enrolment.devices import content
from providers.device_enrolment.foretell import findings, held
from providers.device_enrolment.observe import Reading
from providers.device_enrolment.pack import Action
from providers.device_enrolment.service import REQUESTS, EnrolmentService
from providers.device_enrolment.settle import Sent, cooled, held_back, settle, settle_address
from providers.wire.message import Call
from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.errors import ProviderError
from reconciler.kinds.profile import DISCOVERY, PROFILE, EnrolmentProfile
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Credential, Look, Note, Notice, Outcome, Receipt, Report
from reconciler.resource import Address, Seen

NAME = "device_enrolment"
SERVER = "mdm_server"


class DeviceEnrolment:
    """See reconciler.provider.Provider. One service for each mdm_server whose server token we have."""

    name = NAME
    kinds: tuple[str, ...] = (PROFILE, DISCOVERY)

    def __init__(self, services: Mapping[str, EnrolmentService]) -> None:
        self._services = services
        self.clock: Clock = next(iter(services.values())).clock
        self._accounts: dict[str, Account] = {}
        self._defined: dict[EnrolmentProfile, str] = {}
        self._answers: dict[str, Answer] = {}

    def identity(self) -> str:
        """See Provider."""
        return " ".join(sorted(service.identity for service in self._services.values()))

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider."""
        return capabilities.capability(kind, verb)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider."""
        before = self._reads()
        readings = {server: service.driver.run(observe.read(server, look, report), report) for server, service in self._services.items()}
        for server, service in self._services.items():
            service.driver.run(observe.strays(server, look, readings), report)
        self._remember(readings)
        observed = _observed(look, readings)
        cooling = {server: service.cooling.at(self.clock.now()) for server, service in self._services.items()}
        observed.settled = {PROFILE: {serial for waiting in cooling.values() for serial in waiting}}
        observed.findings = [*findings(look, readings), *held(cooling)]
        observed.reads = {NAME: self._reads() - before}
        return observed

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider."""
        return pack.pack(self.name, changes, observed)

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider."""
        return (pack.price(self.name, steps, observed.reads.get(NAME, 0), REQUESTS),)

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider. A profile that was defined and whose answer was lost is simply defined again: an unused one does no harm."""
        service = self._service(step)
        report(Notice(step.title, 0, len(step.covers)))
        answer = service.driver.run(self._call(step), report, note)
        self._answers[step.id] = answer
        if answer.profile and (wanted := _wanted(step)):
            self._defined[wanted] = answer.profile
        reference = answer.profile or step.action
        note("received", reference=reference)
        return Receipt(reference, self.clock.now())

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Mapping[Address, Outcome]:
        """See Provider."""
        outcomes = self._service(step).driver.run(self._settled(step, receipt), report)
        report(Notice(step.title, len(step.covers), len(step.covers)))
        return {address: outcomes[address.name] for address in step.covers}

    def credentials(self) -> Sequence[Credential]:
        """See SignsIn: the server tokens."""
        return [Credential(service.place, service.token().expires) for service in self._services.values()]

    def sign_in(self, place: str, report: Report) -> None:
        """See SignsIn. One request, which opens a session."""
        for service in self._services.values():
            if service.place == place:
                service.driver.sign_in(report)

    def close(self) -> None:
        """See Provider."""
        for service in self._services.values():
            service.close()

    def _reads(self) -> int:
        return sum(service.driver.spent["reads"] for service in self._services.values())

    def _service(self, step: Step) -> EnrolmentService:
        server = step.body["server"]
        if server not in self._services:
            raise ProviderError(f"{step.title}: connections.device_enrolment has no server token of {server}.", "Plan again.")
        return self._services[server]

    def _remember(self, readings: Mapping[str, Reading]) -> None:
        """Which profile has which content: one that is there already need not be defined again."""
        self._accounts = {server: reading.account for server, reading in readings.items()}
        contents = ((uuid, seen.spec) for reading in readings.values() for uuid, seen in reading.seen.items())
        self._defined = {spec: uuid for uuid, spec in contents if isinstance(spec, EnrolmentProfile) and spec.url}

    def _call(self, step: Step) -> Call[Answer]:
        serials, title = [address.name for address in step.covers], step.title
        match Action(step.action):
            case Action.GIVE:
                return self._give(step, serials)
            case Action.CLEAR:
                return calls.clear(title, serials)
            case Action.ANNOUNCE:
                return calls.announce(title, step.body["content"])
            case Action.WITHDRAW:
                return calls.withdraw(title)

    def _give(self, step: Step, serials: Sequence[str]) -> Call[Answer]:
        wanted = _wanted(step)
        uuid = self._defined.get(wanted, "") if wanted else ""
        if not uuid:
            return calls.define(step.title, pack.contents(step), serials)
        methods = self._accounts.get(step.body["server"], Account()).methods.get(ASSIGN, frozenset())
        return calls.assign(step.title, "PUT" if methods and "POST" not in methods else "POST", uuid, serials)

    def _settled(self, step: Step, receipt: Receipt) -> Call[dict[str, Outcome]]:
        sent = self._sent(step, receipt)
        if Action(step.action) in (Action.ANNOUNCE, Action.WITHDRAW):
            return dict.fromkeys(sent.serials, (yield from settle_address(sent, step.body["content"])))
        if waiting := held_back(sent):
            self._service(step).cooling.hold(waiting, cooled(sent), self.clock.now())
        outcomes, profiles = yield from settle(sent)
        if sent.wanted is not None and profiles:
            self._defined[sent.wanted] = min(profiles)
        return outcomes

    def _sent(self, step: Step, receipt: Receipt) -> Sent:
        """What is to be looked for. After a kill nobody knows any more what Apple said of each device: reading back decides."""
        answer = self._answers.get(step.id) if receipt.reference else None
        if answer is None and receipt.reference:
            answer = Answer(receipt.reference if Action(step.action) is Action.GIVE else "")
        serials, now = tuple(address.name for address in step.covers), self.clock.now
        return Sent(step.title, step.body["server"], serials, _wanted(step), receipt.sent, answer, now)


def _wanted(step: Step) -> EnrolmentProfile | None:
    """The profile that a step gives."""
    return content(step.body["server"], pack.contents(step)) if Action(step.action) is Action.GIVE else None


def _observed(look: Look, readings: Mapping[str, Reading]) -> Observed:
    """Devices with what they hold. One that an entry names for another service is left out: it waits until it has moved there."""
    items: dict[str, Seen] = {}
    present: dict[str, object] = {}
    explicit = look.desired.of(PROFILE)
    for server, reading in readings.items():
        for serial, device in reading.devices.items():
            if serial in explicit and observe.on(explicit[serial]) != server:
                continue
            present[serial] = device.traits
            if device.profile:
                items[serial] = reading.seen[device.profile]
    named = {server: reading.account.server_name for server, reading in readings.items() if reading.account.server_name}
    addresses = observe.addresses(readings)
    return Observed(items={PROFILE: items, DISCOVERY: addresses}, present={PROFILE: present}, connected={SERVER: named})
