"""The settings sections of reconciler.yaml: the organization, and what no plan may do without leave."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, model_validator

from reconciler.connections import Connections
from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import (
    DAY,
    Choice,
    Day,
    Filled,
    Flag,
    OneOrMany,
    Reader,
    Text,
    read_text,
    whole,
    wrong,
)
from reconciler.kinds.secret import Secret
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.policies.settings import Policies
from reconciler.roster.settings import RosterSettings

ConsentVerb = Literal["create", "update", "delete"]
GuardName = Literal[
    "deletes",
    "updates",
    "take_overs",
    "empties",
    "freezes",
    "administrators",
    "roster_files",
    "roster_locations",
    "roster_classes",
    "over_allocations",
]


def _read_zone(value: object) -> str:
    name = read_text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name ("Europe") is an OSError
        raise _no_zone(name) from None
    return name


def _no_zone(name: str) -> Exception:
    near = "" if any(map(str.isdigit, name)) else did_you_mean(name, available_timezones())  # UTC+1 does not mean UTC
    return wrong(f"{short(name)} is not a time zone.", near or "Use a name such as Europe/Berlin or America/Los_Angeles.")


class Organization(Entry):
    """The school or district that these files describe."""

    name: Text = Field(description="Its name, for plans and reports.", examples=["Riverside Unified School District"])
    time_zone: Annotated[str, Reader(_read_zone, {"type": "string", "minLength": 1})] = Field(
        description="Where its days begin: dates and times in these files are local to it.", examples=["America/Los_Angeles"]
    )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)


def _read_recipient(value: object) -> str:
    text = read_text(value).strip()
    if not re.match(RECIPIENT_PATTERN, text):  # not echoed: it may be the secret half
        raise wrong("must be a recipient, the public half of an identity.", "It begins with age1: age-keygen -y FILE prints it.")
    return text


RECIPIENT_PATTERN = r"^(age1[0-9a-z]+|ssh-(ed25519|rsa) \S)"
RECIPIENT = Reader(_read_recipient, {"type": "string", "pattern": RECIPIENT_PATTERN})


def _in_order(self: Any) -> Any:  # Any: whatever has two dates
    """A validator: days do not end before they begin."""
    if self.until < self.from_:
        raise wrong(f"ends on {self.until}, before it begins on {self.from_}.", "Correct from or until.")
    return self


class Limit(Entry):
    """What a plan may do without leave, counted per service: both numbers hold."""

    percent: Annotated[int, whole(0, 100)] = Field(description="Of the devices that the service has.")
    count: Annotated[int, whole()] = Field(description="In absolute numbers.")


LIMITS = ("deletes", "updates", "take_overs", "rosters")
"""What a profile may set otherwise."""


class Administrators(Entry):
    """Protection against locking everybody out."""

    minimum: Annotated[int, whole(0, 1000)] = Field(default=2, description="Administrators that must remain.")


class RosterGuards(Entry):
    """What a roster may lose from one upload to the next without leave; Apple ends whatever an upload leaves out."""

    files: Limit = Field(default=Limit(percent=10, count=500), description="Of the rows of each of the six files.")
    locations: Limit = Field(default=Limit(percent=15, count=100), description="Of the people whose main location it is.")
    classes: Limit = Field(default=Limit(percent=25, count=100), description="Of the students of each class that goes on.")


class Profile(Entry):
    """Limits that hold instead of the usual ones from one day to another. Plans made in that time say so."""

    name: Text = Field(description="What it is for.", examples=["New school year"])
    from_: Annotated[date, DAY] = Field(alias="from", description="The first day.")
    until: Day = Field(description="The last day.")
    deletes: Annotated[Limit | None, Filled()] = None
    updates: Annotated[Limit | None, Filled()] = None
    take_overs: Annotated[Limit | None, Filled()] = None
    rosters: Annotated[RosterGuards | None, Filled()] = None

    _check = model_validator(mode="after")(_in_order)

    def covers(self, day: date) -> bool:
        """Whether a day belongs to it."""
        return self.from_ <= day <= self.until


class Guards(Entry):
    """What no plan does without an approval. Percent and count hold at once."""

    deletes: Limit = Limit(percent=10, count=25)
    updates: Limit = Limit(percent=50, count=1000)
    take_overs: Limit = Field(default=Limit(percent=100, count=0), description="Changing what we did not set ourselves.")
    administrators: Administrators = Administrators()
    empties: Flag = Field(default=False, description="Whether a service may lose its last device.")
    rosters: RosterGuards = RosterGuards()
    profiles: Annotated[tuple[Profile, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Other limits between two dates: a new school year, for example."
    )

    def on(self, day: date) -> Guards:
        """The limits of a day: those of the profiles that cover it, the last one first, and these for the rest."""
        active = [profile for profile in self.profiles if profile.covers(day)]
        other = {name: limit for profile in active for name in LIMITS if (limit := getattr(profile, name)) is not None}
        return self.model_copy(update=other)


class Approval(Entry):
    """Leave to exceed a guard: for one kind and scope, up to a number, until a day, for a reason. `plan` prints the one it lacks."""

    allow: Annotated[GuardName, Choice()] = Field(description="Which guard.")
    kind: Text = Field(description="Of which kind.", examples=["device_assignment"])
    scope: Text = Field(description='For which service, freeze, file, location or class; "*" for every one.', examples=["jamf", "*"])
    up_to: Annotated[int, whole()] = Field(description="How many at most.")
    until: Day = Field(description="The last day on which it counts.")
    reason: Text = Field(description="Why, for the ledger.", examples=["Grade 6 moves to Jamf, decided on 2026-08-01"])

    def covers(self, day: date) -> bool:
        """Whether it still counts on a day."""
        return day <= self.until


class Freeze(Entry):
    """Days on which nothing is sent without leave: exams, holidays, the first week of school."""

    name: Text = Field(description="What it is for.", examples=["Final exams"])
    from_: Annotated[date, DAY] = Field(alias="from", description="The first day.")
    until: Day = Field(description="The last day.")
    allow: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Kinds that may change all the same.", examples=[["mdm_server"]]
    )

    _check = model_validator(mode="after")(_in_order)

    def covers(self, day: date) -> bool:
        """Whether a day belongs to it."""
        return self.from_ <= day <= self.until


class Consent(Entry):
    """What needs several people: they look at the saved plan and say so with `reconciler approve`."""

    kinds: Annotated[tuple[Text, ...], OneOrMany()] = Field(description="Of which kinds.", examples=[["device_assignment"]])
    verbs: Annotated[tuple[Annotated[ConsentVerb, Choice()], ...], OneOrMany()] = Field(
        default=("create", "update", "delete"), description="Which changes."
    )
    people: Annotated[int, whole(1, 9)] = Field(default=2, description="How many must approve.")


class Privacy(Entry):
    """How people are kept out of plans, records, ledgers and logs."""

    key: Annotated[Secret | None, Filled()] = Field(
        default=None,
        description="The secret that pseudonyms are made with; who holds it can resolve them.",
        examples=[{"env": "ROSTER_KEY"}],
    )
    recipients: Annotated[tuple[Annotated[str, RECIPIENT], ...], OneOrMany(empty=True)] = Field(
        default=(),
        description="Whom `reconciler seal` seals files for: age1…, or a public SSH key.",
        examples=[["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]],
    )
    identity: Annotated[Secret | None, Filled()] = Field(
        default=None,
        description="The secret that opens sealed files (*.age): a file of age-keygen, or a private SSH key.",
        examples=[{"file": "../secrets/age.txt"}],
    )


class StateSettings(Entry):
    """Where the record and the ledger are kept."""

    folder: Text = Field(default="state", description="Relative to the configuration folder.")


class Settings(Entry):
    """Everything in reconciler.yaml that is not a kind."""

    organization: Organization
    connections: Connections
    guards: Guards = Guards()
    approvals: Annotated[tuple[Approval, ...], OneOrMany(empty=True)] = ()
    freezes: Annotated[tuple[Freeze, ...], OneOrMany(empty=True)] = ()
    consents: Annotated[tuple[Consent, ...], OneOrMany(empty=True)] = ()
    state: StateSettings = StateSettings()
    roster: RosterSettings = RosterSettings()
    privacy: Privacy = Privacy()
    policies: Policies = Policies()
