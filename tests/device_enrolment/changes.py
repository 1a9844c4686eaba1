"""What tests want of enrolment: specs, declarations, changes, and a provider in front of a pretend organization."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from providers.device_enrolment.provider import DeviceEnrolment
from reconciler.capability import Verb
from reconciler.desired import Desired, Rule
from reconciler.kinds.enrolment import OnServer
from reconciler.kinds.match import Match, MatchEntry
from reconciler.kinds.profile import DISCOVERY, PROFILE, EnrolmentProfile, ServiceDiscovery
from reconciler.observed import Observed
from reconciler.plan import Cause, Change, Step, Verdict
from reconciler.provider import Look, Outcome
from reconciler.resource import Declared, Source, Spec
from tests.device_enrolment.district import TITLES, District

HERE = Source("enrolment.yaml")
URL = "https://mdm.example.edu/enroll"


def profile(server: str = "jamf", **more: Any) -> EnrolmentProfile:
    """A profile."""
    return EnrolmentProfile.model_validate({"server": server, "profile_name": "Grade 6", "url": URL, **more})


def address(url: str) -> ServiceDiscovery:
    """A service-discovery address."""
    return ServiceDiscovery(url=url)


def change(kind: str, name: str, before: Spec | None, after: Spec | None) -> Change:
    """A change of one address."""
    verb = Verb.CREATE if before is None else Verb.DELETE if after is None else Verb.UPDATE
    how = DeviceEnrolment.capability(None, kind, verb)  # type: ignore[arg-type] # it looks only at the table
    return Change(name, Verdict(kind, verb, before, after, Cause.INTENT, how, "device", "jamf"))


def gives(serials: Iterable[str], after: Spec | None, before: Spec | None = None) -> list[Change]:
    """One change for each device."""
    return [change(PROFILE, serial, before, after) for serial in serials]


def want(
    profiles: Mapping[str, EnrolmentProfile] | None = None,
    *,
    match: Mapping[str, EnrolmentProfile] | None = None,
    addresses: Mapping[str, str] | None = None,
    named: Mapping[str, Declared] | None = None,
) -> Look:
    """What an observation is for: profiles by serial; by entry, for every device of the profile's server; addresses by mdm_server.

    `named`: the services as they are declared.
    """
    desired = Desired()
    desired.items |= {"mdm_server": dict(named)} if named else {}
    entries = {id(spec): Declared(spec, HERE, "entry") for spec in (profiles or {}).values()}
    desired.items[PROFILE] = {serial: entries[id(spec)] for serial, spec in (profiles or {}).items()}
    desired.items[DISCOVERY] = {name: Declared(address(url), HERE, name) for name, url in (addresses or {}).items()}
    everything = Match(MatchEntry.model_validate({"family": "*"}))
    desired.rules[PROFILE] = [Rule(OnServer(everything, spec.server), Declared(spec, HERE, entry)) for entry, spec in (match or {}).items()]
    return Look(desired, {})


class Office:
    """A district with the provider in front of it: every service has a server token."""

    def __init__(self, switches: Mapping[str, str] | None = None, *, devices: int = 60) -> None:
        self.district = District(switches, devices=devices)
        self.services = {"jamf": self.district.service, **{key: self.district.way(key) for key in TITLES if key != "jamf"}}
        self.provider = DeviceEnrolment(self.services)
        self.notes: list[tuple[str, dict[str, str]]] = []

    def note(self, event: str, **facts: str) -> None:
        """See Note."""
        self.notes.append((event, facts))

    def observe(self, look: Look | None = None) -> Observed:
        """One reading."""
        return self.provider.observe(look or want(match={"all": profile()}), self.district.report)

    def held(self, key: str = "jamf") -> list[str]:
        """Serials that a service really holds."""
        holder = self.district.held_by(key)
        return sorted(serial for serial, service in self.district.tenant.devices().items() if service == holder)

    def writes(self) -> int:
        """Writes that Apple took."""
        asked = self.district.asked
        paths = ("/profile", "/profile/devices", "/account-driven-enrollment/profile")
        return sum(asked(f"{method} {path}") for path in paths for method in ("POST", "PUT", "DELETE"))

    def apply(self, changes: Iterable[Change]) -> dict[str, Outcome]:
        """Pack, send and settle; outcomes by name."""
        found: dict[str, Outcome] = {}
        for step in self.provider.pack(list(changes), self.observe()):
            found |= self.run(step)
        return found

    def run(self, step: Step) -> dict[str, Outcome]:
        """Send and settle one step."""
        receipt = self.provider.send(step, self.note, self.district.report)
        return {address.name: outcome for address, outcome in self.provider.settle(step, receipt, self.district.report).items()}
