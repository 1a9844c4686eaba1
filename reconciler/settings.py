"""The settings sections of reconciler.yaml: the organization, how to reach it, and what no plan may do without leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ConfigDict, Field, model_validator

from reconciler.errors import ReconcilerError
from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import (
    MOMENT,
    TEXT,
    Choice,
    Day,
    Filled,
    Flag,
    Json,
    OneOrMany,
    Reader,
    Text,
    read_text,
    whole,
    wrong,
)
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.roster.settings import RosterSettings

APPLE_SCHOOL_URL = "https://api-school.apple.com"
APPLE_TOKEN_URL = "https://account.apple.com/auth/oauth2/token"  # noqa: S105 - an address, not a password

URL_PATTERN = r"^(https://[^/]|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/|$))"
"""Credentials travel to these addresses: encrypted, or not off this machine."""


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


def _read_url(value: object) -> str:
    text = read_text(value)
    if not re.match(URL_PATTERN, text):
        raise wrong(f"{short(text)} is not an address we may send credentials to.", "It begins with https://, or http:// on this machine.")
    return text.rstrip("/")


URL = Reader(_read_url, {"type": "string", "pattern": URL_PATTERN})
Url = Annotated[str, URL]


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


class Secret(Entry):
    """Where a secret is kept: a file (relative to the configuration folder, or absolute) or an environment variable. Never the secret."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    file: Annotated[str | None, TEXT] = Field(default=None, description="Path of the file.", examples=["../secrets/apple-school.pem"])
    env: Annotated[str | None, TEXT] = Field(default=None, description="Name of the environment variable.", examples=["APPLE_SCHOOL_KEY"])

    @model_validator(mode="before")
    @classmethod
    def _never_inline(cls, value: Any) -> Any:
        if isinstance(value, str):  # its text must not be echoed
            raise wrong("holds text; a secret never stands in these files.", "Write {file: path/to/key.pem} or {env: NAME_OF_VARIABLE}.")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Secret:
        if (self.file is None) == (self.env is None):
            raise wrong("needs exactly one of file and env.")
        return self

    def read(self, folder: Path, environment: Mapping[str, str]) -> str:
        """The secret itself. ReconcilerError if it is not where these files say."""
        if self.env is not None:
            if not environment.get(self.env):
                raise ReconcilerError(
                    f"The environment variable {self.env} is not set.", "It must hold the secret, or use {file: …} instead."
                )
            return environment[self.env]
        path = folder / (self.file or "")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ReconcilerError(f"The secret file {path} cannot be read: {reason}.", "Check private_key in reconciler.yaml.") from None


class SimulatorOptions(Entry):
    """A pretend Apple School Manager on this machine, for rehearsals. `{}` is an empty one."""

    file: Annotated[str | None, TEXT] = Field(default=None, description="Where it keeps its tenant, relative to the configuration folder.")
    devices: Annotated[int, whole(0, 5_000_000)] = Field(default=0, description="Devices to begin with.")
    services: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(default=(), description="Display names of services to begin with.")
    seed: Annotated[int, whole()] = Field(default=1, description="The same seed makes the same organization.")
    clock: Annotated[datetime | None, MOMENT] = Field(default=None, description="When its time begins; without it, now.")
    switches: Annotated[dict[str, Text], Filled()] = Field(
        default_factory=dict, description="Apple's quirks, see `reconciler simulator switches`.", examples=[{"linkage_lag": "15"}]
    )


class Budget(Entry):
    """Requests that we allow ourselves; Apple documents none, and answers 429 beyond about these."""

    reads_per_minute: Annotated[int, whole(1, 100_000)] = Field(default=20, description="GET requests a minute.")
    writes_per_hour: Annotated[int, whole(1, 100_000)] = Field(default=10, description="POST requests an hour.")


_CREDENTIALS = ("client_id", "key_id", "private_key")


def _one_way(schema: Json) -> None:
    schema["oneOf"] = [
        {"required": ["simulator"], "not": {"anyOf": [{"required": [name]} for name in _CREDENTIALS]}},
        {"required": list(_CREDENTIALS), "not": {"required": ["simulator"]}},
    ]


class AppleSchoolConnection(Entry):
    """The Apple School Manager API, by credentials that its portal made (Preferences, API), or a simulator."""

    model_config = ConfigDict(json_schema_extra=_one_way)

    simulator: Annotated[SimulatorOptions | None, Filled()] = None
    client_id: Annotated[str | None, TEXT] = Field(default=None, description="From the portal.", examples=["SCHOOLAPI.9e1f0c2a-…"])
    key_id: Annotated[str | None, TEXT] = Field(default=None, description="From the portal.")
    private_key: Annotated[Secret | None, Filled()] = Field(default=None, description="The key file that the portal let you download once.")
    base_url: Url = Field(default=APPLE_SCHOOL_URL, description="Only for a simulator on a port.")
    token_url: Url = Field(default=APPLE_TOKEN_URL, description="Only for a simulator on a port.")
    budget: Budget = Budget()
    batch: Annotated[int, whole(1, 100_000)] = Field(default=1000, description="Devices in one activity.")
    patience: Annotated[int, whole(1, 86_400)] = Field(default=1800, description="Seconds to follow an activity before leaving it.")

    @model_validator(mode="after")
    def _simulated_or_real(self) -> AppleSchoolConnection:
        given = [name for name in _CREDENTIALS if getattr(self, name) is not None]
        if self.simulator is not None and given:
            raise wrong(f"has both a simulator and {given[0]}.", "Keep one of them.")
        if self.simulator is None and len(given) < len(_CREDENTIALS):
            lacking = [name for name in _CREDENTIALS if name not in given]
            hint = "" if given else "For a rehearsal write simulator: {} instead."
            raise wrong(f"lacks {', '.join(lacking)}.", hint)
        return self


class Connections(Entry):
    """How to reach each channel."""

    apple_school: AppleSchoolConnection


class Limit(Entry):
    """What a plan may do without leave, counted per service: both numbers hold."""

    percent: Annotated[int, whole(0, 100)] = Field(description="Of the devices that the service has.")
    count: Annotated[int, whole()] = Field(description="In absolute numbers.")


class Administrators(Entry):
    """Protection against locking everybody out."""

    minimum: Annotated[int, whole(0, 1000)] = Field(default=2, description="Administrators that must remain.")


class Guards(Entry):
    """What no plan does without an approval. Percent and count hold at once."""

    deletes: Limit = Limit(percent=10, count=25)
    updates: Limit = Limit(percent=50, count=1000)
    take_overs: Limit = Field(default=Limit(percent=100, count=0), description="Changing what we did not set ourselves.")
    administrators: Administrators = Administrators()
    empties: Flag = Field(default=False, description="Whether a service may lose its last device.")


class Approval(Entry):
    """Leave to exceed a guard: for one kind and scope, up to a number, until a day, for a reason. `plan` prints the one it lacks."""

    allow: Annotated[Literal["deletes", "updates", "take_overs", "empties"], Choice()] = Field(description="Which guard.")
    kind: Text = Field(description="Of which kind.", examples=["device_assignment"])
    scope: Text = Field(description='For which service; "*" for every one.', examples=["jamf", "*"])
    up_to: Annotated[int, whole()] = Field(description="How many at most.")
    until: Day = Field(description="The last day on which it counts.")
    reason: Text = Field(description="Why, for the ledger.", examples=["Grade 6 moves to Jamf, decided on 2026-08-01"])

    def covers(self, day: date) -> bool:
        """Whether it still counts on a day."""
        return day <= self.until


class StateSettings(Entry):
    """Where the record and the ledger are kept."""

    folder: Text = Field(default="state", description="Relative to the configuration folder.")


class Settings(Entry):
    """Everything in reconciler.yaml that is not a kind."""

    organization: Organization
    connections: Connections
    guards: Guards = Guards()
    approvals: Annotated[tuple[Approval, ...], OneOrMany(empty=True)] = ()
    state: StateSettings = StateSettings()
    roster: RosterSettings = RosterSettings()
