"""The plan: a frozen document that says everything `apply` may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from reconciler.capability import Capability, Route, Verb
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.renewals import Sort, State
from reconciler.licences.balance import Balance
from reconciler.resource import Address, Source, Spec


class Cause(StrEnum):
    """Why the live state differs from the declared one."""

    NEW = "new"  # declared, and not there yet
    INTENT = "intent"  # we changed our mind; nobody touched the live thing
    DRIFT = "drift"  # somebody changed the live thing behind our back
    VANISHED = "vanished"  # it was ours, and it is gone
    FOREIGN = "foreign"  # it exists, was never ours, and differs
    UNDECLARED = "undeclared"  # ours, and no longer in the configuration
    SAME = "same"  # live and declared agree; only our record is behind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens and why; shared by all changes that differ only in the name.

    `before` is also the precondition: apply refuses if the live thing has moved. `noun` is what a person calls one of these ("iPad").
    `scope` is where guards count it (for a device: the service it leaves, else the one it joins). `origin` is the entry of the
    configuration that asks for it, `source` its place. `fingerprint` is what the record will hold once it has landed. `takes_over`
    needs leave. `waits_for` names what a person must do first: no step carries it yet.
    """

    kind: str
    verb: Verb
    before: Spec | None
    after: Spec | None
    cause: Cause
    capability: Capability
    noun: str
    scope: str
    origin: str = ""
    source: Source | None = None
    fingerprint: str = ""
    takes_over: bool = False
    waits_for: Address | None = None

    @property
    def route(self) -> Route:
        """How it lands."""
        return self.capability.route

    @property
    def sendable(self) -> bool:
        """Whether a step may carry it now."""
        return self.route is Route.AUTOMATIC and self.waits_for is None


@dataclass(frozen=True, slots=True)
class Change:
    """One address and its verdict. `remote_id` is the channel's identity; empty means the name itself."""

    name: str
    verdict: Verdict
    remote_id: str = ""

    @property
    def address(self) -> Address:
        """The address that changes."""
        return Address(self.verdict.kind, self.name)


@dataclass(frozen=True, slots=True)
class Step:
    """One unit of I/O of one provider. `body` is JSON that the provider made and alone understands; `reads`/`writes` are requests."""

    id: str
    provider: str
    action: str
    title: str
    covers: tuple[Address, ...]
    body: Mapping[str, str]
    reads: int
    writes: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs on one channel: requests, the budget they are taken from, and the expected duration in seconds."""

    channel: str
    observe_reads: int
    reads: int
    writes: int
    budget: str
    seconds: int


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Things that the plan does not touch, counted, and why."""

    kind: str
    count: int
    why: str


NOT_ASKED = "would change, but not part of this plan (--target, --exclude, or in flight)"
"""Why a change that a person did not ask for is left alone."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Declared, but the organization does not have it: not yet, or not any more if it `vanished`.

    `since` is the ISO date of the first run that noticed.
    """

    address: Address
    origin: str
    since: str
    vanished: bool = False


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends one day, without which things break: a certificate, a token, a key.

    `place`: of its credential under `connections`, if it is one. `ends`: ISO date of its last day, empty where nothing tells; `days`: from
    the day of the plan to it. `says`: what is the matter and the consequence; `how`: how to renew it and who must, in one line.
    """

    name: str
    what: Sort
    title: str
    place: str
    state: State
    ends: str
    days: int | None
    owner: str
    says: str
    how: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard that the plan exceeds. `approval` is the YAML that would lift it, ready to be pasted and given a reason."""

    guard: str
    kind: str
    scope: str
    count: int
    allowed: int
    message: str
    approval: str


@dataclass(frozen=True, slots=True)
class Binding:
    """What a saved plan is bound to: the live organization, the record's lineage and serial, and the revision of the files.

    `time_zone` is the organization's, for the reader; `created` is an ISO moment.
    """

    organization: str
    identity: str
    lineage: str
    serial: int
    revision: str
    created: str
    time_zone: str = "UTC"

    @property
    def day(self) -> date:
        """The day on which the plan was made, where the organization is."""
        return datetime.fromisoformat(self.created).astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Plan:
    """Complete, ordered and frozen. Whatever is not in `steps` or record-only is not done by apply."""

    binding: Binding
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    prices: tuple[Price, ...]
    left_alone: tuple[LeftAlone, ...] = ()
    awaiting: tuple[Awaiting, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    balances: tuple[Balance, ...] = ()
    renewals: tuple[Expiry, ...] = ()

    @property
    def tasks(self) -> tuple[Change, ...]:
        """What a person must do."""
        return tuple(change for change in self.changes if change.verdict.route is Route.TASK)

    @property
    def pending(self) -> bool:
        """Whether apply has anything to do, in the organization or in the record. Tasks and things that wait for one do not count."""
        return bool(self.steps) or any(change.verdict.verb.record_only for change in self.changes)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Findings that stop the plan."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def title(self, name: str) -> str:
        """What people call a place: a service's display name for its key."""
        return next((titles[name] for titles in self.titles.values() if name in titles), name)
