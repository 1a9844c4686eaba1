"""What a channel can do for a verb on a kind, with the reason and Apple's page: the table that gates plans and makes the docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What happens to one address. ADOPT and FORGET touch only our record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    FORGET = "forget"

    @property
    def record_only(self) -> bool:
        """Whether nothing is sent anywhere."""
        return self in (Verb.ADOPT, Verb.FORGET)


class Route(StrEnum):
    """How a verb on a kind lands."""

    AUTOMATIC = "automatic"
    TASK = "task"
    UNSUPPORTED = "unsupported"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Capability:
    """How one verb on one kind lands: by us, by a person (then `instructions` are the portal steps, one per line), or not at all.

    `reason` is a sentence a school administrator understands; `link` is Apple's page that says so. Instructions may hold
    `{name}`-style fields of the change's spec. `attested`: nothing reads such a thing back, so who did it says so (`reconciler confirm`).
    """

    route: Route
    reason: str = ""
    link: str = ""
    instructions: tuple[str, ...] = ()
    attested: bool = False
