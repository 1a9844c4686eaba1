"""What a channel must offer. Each hook's docstring is its contract; tests/providers/ holds one suite that every provider passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.desired import Desired
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.pseudonyms import REHEARSED, Pseudonyms
from reconciler.resource import Address
from reconciler.roster.part import Roster
from reconciler.settings import Settings


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one rate budget: so many requests of `limit`, which is how people say it ("20 reads a minute")."""

    left: int
    limit: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run of several steps stands: the step in hand, counted from 1, of how many, and about how many seconds it all takes yet."""

    step: int
    of: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Progress for eyes: what is being done, how far (None where unknown), and how long it is waiting for the rate budget, in seconds.

    `budget` and `stage` say what changed of them. A notice without `text` is only about these: what is being done goes on.
    """

    text: str = ""
    done: int | None = None
    total: int | None = None
    wait: float = 0.0
    budget: tuple[Allowance, ...] = ()
    stage: Stage | None = None


Report = Callable[[Notice], None]
"""Where progress goes. Called often; must be cheap and must not raise."""


class Note(Protocol):
    """Where a provider journals a write. The line is on disk when the call returns."""

    def __call__(self, event: str, **facts: str) -> None:
        """`event` is "sending" right before a write leaves, "received" with its reference, "refused" on a definite no."""
        ...


class Known(Protocol):
    """What our record says of one thing, as far as a provider may know it."""

    @property
    def remote_id(self) -> str:
        """The channel's identity; empty means the name itself."""
        ...

    @property
    def fingerprint(self) -> str:
        """Of the spec that we last applied (reconciler.resource.fingerprint)."""
        ...

    @property
    def attested(self) -> str:
        """Who or what proved, and when, that it is so, where the channel itself cannot be read; empty if nobody did."""
        ...


class Scratch(Protocol):
    """A small private store that outlives the process, for rate budgets and the like. Never secrets, never committed."""

    def get(self, name: str) -> object | None:
        """The JSON value kept under `name`, or None."""
        ...

    def put(self, name: str, value: object) -> None:
        """Keep a JSON value."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """What an observation is for: the provider reads what these need and nothing more.

    `roster`: everybody and every class, from all sources, in clear; what is said of them elsewhere goes by `pseudonyms`.
    `everything`: read all that the channel tells of its kinds, needed or not.
    """

    desired: Desired
    recorded: Mapping[str, Mapping[str, Known]]
    roster: Roster = field(default_factory=Roster)
    pseudonyms: Pseudonyms = REHEARSED
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A write that the channel acknowledged. `reference` is its own id for it (Apple's activity id); empty if it never came back."""

    reference: str
    sent: datetime


class Result(StrEnum):
    """What became of one address after a write, as read back; TAKEN where nothing can be read: the channel took it, that is all."""

    LANDED = "landed"
    TAKEN = "taken, not read back"
    ABSENT = "not in the organization"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    FAILED = "failed"

    @property
    def recorded(self) -> bool:
        """Whether the record holds it from now on."""
        return self in (Result.LANDED, Result.TAKEN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result and the channel's own word for it, or where the thing was found instead."""

    result: Result
    word: str = ""


Outcomes = Mapping[Address, Outcome]
"""What became of every address that a step covers."""


class Provider(Protocol):
    """Speaks one channel.

    A channel that takes its kinds only as a whole (a roster) packs all changes into one step, which uploads what the last `observe` was
    told to be declared. A channel without any automatic verb packs nothing: the portal reads what the record attests and has no price, the
    Roster API's price is what it read.
    """

    @property
    def name(self) -> str:
        """The channel's name: its key under `connections`."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that it speaks."""
        ...

    @property
    def clock(self) -> Clock:
        """Its time."""
        ...

    def identity(self) -> str:
        """A stable id of the live organization and connection, without secrets; plans and records are bound to it. No request is sent."""
        ...

    def capability(self, kind: str, verb: Verb) -> Capability:
        """How a verb on one of `kinds` lands. Pure. Every pair has an answer; all but AUTOMATIC carry reason and link."""
        ...

    def observe(self, look: Look, report: Report) -> Observed:
        """Read what `look` needs, in the fewest requests. Complete or an error: never a partial reading.

        Raises Unauthorized, RateLimited, ProviderError.
        """
        ...

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """Pack AUTOMATIC changes into the fewest steps, in the order they must run. Pure and deterministic: the same changes in any
        order give the same steps. Every change is covered by exactly one step."""
        ...

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """Requests and expected duration of these steps under the rate budget, for each channel. Pure."""
        ...

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """Send the step's write once, waiting for the budget first. `note("sending")` is on disk before anything leaves and
        `note("received", reference=…)` right after the answer.

        Raises Unclear if the write may or may not have been taken, ProviderError if it was definitely not (then `note("refused")`).
        """
        ...

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Outcomes:
        """Follow a sent write to its end, read everything it touched again, and say what became of each covered address.

        "Completed" is not believed: LANDED means read back. An empty `receipt.reference` (the answer was lost, or we were killed)
        means: look until the channel's settling time since `receipt.sent` is over, then say. Never sends a write.
        Where the channel cannot be read, the outcome is UNKNOWN with the reason as its word, or TAKEN if no reading will ever be possible
        and the channel is known to have taken the write.
        """
        ...

    def close(self) -> None:
        """Give back connections. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Credential:
    """What a channel signs in with: its place under `connections`, and when it ends (aware, UTC; None: nothing tells)."""

    place: str
    ends: datetime | None = None


@runtime_checkable
class SignsIn(Protocol):
    """A provider whose credentials end on a day or may be taken back before it. Channels without such credentials leave this out."""

    def credentials(self) -> Sequence[Credential]:
        """What it signs in with, those included that have ended. No request is sent."""
        ...

    def sign_in(self, place: str, report: Report) -> None:
        """Have a credential accepted, in the fewest requests that show it; nothing is changed.

        Raises Unauthorized (which names the place if it is the credential that no longer counts), RateLimited, ProviderError.
        """
        ...


ReadEnd = Callable[[bytes, str, str | None], datetime]
"""An entry point of the group `reconciler.artefacts`, named like a sort of renewal: when the artefact in these bytes ends (aware, UTC),
given the private key (PEM; empty where none is needed) and its passphrase. Raises ProviderError that quotes nothing of them."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a connection may use beside its own section: the configuration folder, environment variables, a private store, the settings."""

    folder: Path
    environment: Mapping[str, str]
    scratch: Scratch
    settings: Settings


Connect = Callable[[object, Context], Provider]
"""An entry point of the group `reconciler.providers`, named like its section of `connections` in the settings, which it is given."""
