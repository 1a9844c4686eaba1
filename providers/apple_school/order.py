"""A step's body: what one activity does, and to which service. Made by `pack`, read by `send` and `settle`, kept in plan and journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from reconciler.plan import Step


class Activity(StrEnum):
    """School's five activity types, in Apple's words and in the order in which plans carry them out."""

    ASSIGN = "ASSIGN_DEVICES"
    MIGRATE = "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE"
    POSTPONE = "UPDATE_MDM_MIGRATION_DEADLINE"
    CANCEL = "CANCEL_MDM_MIGRATION"
    UNASSIGN = "UNASSIGN_DEVICES"

    @property
    def assigns(self) -> bool:
        """Whether devices join a service by it."""
        return self in (Activity.ASSIGN, Activity.MIGRATE)


@dataclass(frozen=True, slots=True)
class Order:
    """One activity. `server` is the service's id at Apple, `title` its display name; both empty where no service is touched."""

    activity: Activity
    server: str = ""
    title: str = ""
    deadline: datetime | None = None

    def body(self) -> Mapping[str, str]:
        """As a step keeps it."""
        return {"activity": self.activity, "server": self.server, "title": self.title, "deadline": wire_moment(self.deadline)}

    @classmethod
    def of(cls, step: Step) -> Order:
        """Back from a step of ours."""
        deadline = step.body["deadline"]
        moment = datetime.fromisoformat(deadline) if deadline else None
        return cls(Activity(step.body["activity"]), step.body["server"], step.body["title"], moment)


def wire_moment(moment: datetime | None) -> str:
    """A date-time as Apple's examples write it; "" for none."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def spoken(moment: datetime) -> str:
    """A date-time for people."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
