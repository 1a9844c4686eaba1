"""How to reach each channel: the section `connections` of reconciler.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import FLAG, MOMENT, TEXT, Filled, Json, OneOrMany, Reader, Text, read_text, whole, wrong
from reconciler.kinds.secret import Secret
from reconciler.kinds.suggest import short

APPLE_SCHOOL_URL = "https://api-school.apple.com"
APPLE_TOKEN_URL = "https://account.apple.com/auth/oauth2/token"  # noqa: S105 - an address, not a password
UPLOAD_HOST = "upload.appleschoolcontent.com"
ENROLMENT_URL = "https://mdmenrollment.apple.com"
ROSTER_API_URL = "https://api-school.apple.com/rosterapi"
CONSENT_URL = "https://appleid.apple.com/auth/oauth2/v2/token"
APPS_URL = "https://vpp.itunes.apple.com/mdm/v2"

URL_PATTERN = r"^(https://[^/]|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/|$))"
"""Credentials travel to these addresses: encrypted, or not off this machine."""


def _read_url(value: object) -> str:
    text = read_text(value)
    if not re.match(URL_PATTERN, text):
        raise wrong(f"{short(text)} is not an address we may send credentials to.", "It begins with https://, or http:// on this machine.")
    return text.rstrip("/")


URL = Reader(_read_url, {"type": "string", "pattern": URL_PATTERN})
Url = Annotated[str, URL]


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


class Rehearsal(Entry):
    """The same pretend organization that `apple_school` has."""


def _simulated_or(*credentials: str) -> Any:  # Any: a validator for each connection's own model
    """A validator: a connection is either simulated or has these."""

    def check(self: Any) -> Any:
        given = [name for name in credentials if getattr(self, name) is not None]
        if self.simulator is not None and given:
            raise wrong(f"has both a simulator and {given[0]}.", "Keep one of them.")
        if self.simulator is None and len(given) < len(credentials):
            lacking = [name for name in credentials if name not in given]
            raise wrong(f"lacks {', '.join(lacking)}.", "" if given else "For a rehearsal write simulator: {} instead.")
        return self

    return model_validator(mode="after")(check)


def _one_of(*credentials: str) -> Any:  # Any: pydantic's word for a schema hook
    """The JSON Schema of the same rule."""

    def shape(schema: Json) -> None:
        schema["oneOf"] = [
            {"required": ["simulator"], "not": {"anyOf": [{"required": [name]} for name in credentials]}},
            {"required": list(credentials), "not": {"required": ["simulator"]}},
        ]

    return shape


class AppleSchoolConnection(Entry):
    """The Apple School Manager API, by credentials that its portal made (Preferences, API), or a simulator."""

    model_config = ConfigDict(json_schema_extra=_one_of("client_id", "key_id", "private_key"))

    simulator: Annotated[SimulatorOptions | None, Filled()] = None
    client_id: Annotated[str | None, TEXT] = Field(default=None, description="From the portal.", examples=["SCHOOLAPI.9e1f0c2a-…"])
    key_id: Annotated[str | None, TEXT] = Field(default=None, description="From the portal.")
    private_key: Annotated[Secret | None, Filled()] = Field(default=None, description="The key file that the portal let you download once.")
    base_url: Url = Field(default=APPLE_SCHOOL_URL, description="Only for a simulator on a port.")
    token_url: Url = Field(default=APPLE_TOKEN_URL, description="Only for a simulator on a port.")
    budget: Budget = Budget()
    batch: Annotated[int, whole(1, 100_000)] = Field(default=1000, description="Devices in one activity.")
    patience: Annotated[int, whole(1, 86_400)] = Field(default=1800, description="Seconds to follow an activity before leaving it.")

    _check = _simulated_or("client_id", "key_id", "private_key")


class RosterUploadConnection(Entry):
    """Apple's SFTP server for rosters, by the account that the portal made (Preferences, SIS/SFTP), or the simulator's."""

    model_config = ConfigDict(json_schema_extra=_one_of("user", "host_keys"))

    simulator: Annotated[Rehearsal | None, Filled()] = None
    host: Text = Field(default=UPLOAD_HOST, description="The server.")
    port: Annotated[int, whole(1, 65_535)] = Field(default=22, description="Its port.")
    user: Annotated[str | None, TEXT] = Field(default=None, description="From the portal.", examples=["12345678@sftp.apple.com"])
    password: Annotated[Secret | None, Filled()] = Field(default=None, description="From the portal.")
    private_key: Annotated[Secret | None, Filled()] = Field(default=None, description="An OpenSSH key, where the server takes one.")
    passphrase: Annotated[Secret | None, Filled()] = Field(default=None, description="Of the private key, if it has one.")
    host_keys: Annotated[tuple[Text, ...] | None, OneOrMany()] = Field(
        default=None, description="The keys that the server may show, as `ssh-keyscan` prints them.", examples=["ssh-ed25519 AAAA…"]
    )
    folder: Annotated[str, TEXT] = Field(default="", description="Where uploads go; without it, the folder one arrives in.")
    temporary_name: Annotated[bool, FLAG] = Field(
        default=True, description="Whether to write under another name first; false where the server takes every file away at once."
    )
    patience: Annotated[int, whole(1, 86_400)] = Field(default=3600, description="Seconds to follow an import before leaving it.")

    _check = _simulated_or("user", "host_keys")

    @model_validator(mode="after")
    def _one_proof(self) -> RosterUploadConnection:
        if self.simulator is None and (self.password is None) == (self.private_key is None):
            raise wrong("needs one of password and private_key.")
        return self


class ServerToken(Entry):
    """Apple's device enrolment service for one device-management service, by the token that its page in the portal gives."""

    model_config = ConfigDict(json_schema_extra=_one_of("server_token", "private_key"))

    simulator: Annotated[Rehearsal | None, Filled()] = None
    server_token: Annotated[Secret | None, Filled()] = Field(
        default=None, description="The .p7m file.", examples=[{"file": "../secrets/jamf.p7m"}]
    )
    private_key: Annotated[Secret | None, Filled()] = Field(
        default=None, description="The PEM key whose certificate was uploaded.", examples=[{"file": "../secrets/jamf.pem"}]
    )
    passphrase: Annotated[Secret | None, Filled()] = Field(default=None, description="Of the private key, if it has one.")
    base_url: Url = Field(default=ENROLMENT_URL, description="Only for a simulator on a port.")

    _check = _simulated_or("server_token", "private_key")


class ContentTokenConnection(Entry):
    """Apps and Books of one location, by its content token, or the simulator's."""

    model_config = ConfigDict(json_schema_extra=_one_of("token"))

    simulator: Annotated[Rehearsal | None, Filled()] = None
    token: Annotated[Secret | None, Filled()] = Field(
        default=None, description="The .vpptoken file.", examples=[{"file": "../secrets/north.vpptoken"}]
    )
    take_over: Annotated[bool, FLAG] = Field(default=False, description="Whether to go on where another product manages the licences.")
    base_url: Url = Field(default=APPS_URL, description="Only for a simulator on a port.")

    _check = _simulated_or("token")


class RosterApiConnection(Entry):
    """The Roster API, which tells who holds which role: an app of the school's developer account that an Administrator let read."""

    model_config = ConfigDict(json_schema_extra=_one_of("client_id", "client_secret", "refresh_token"))

    simulator: Annotated[Rehearsal | None, Filled()] = None
    client_id: Annotated[str | None, TEXT] = Field(default=None, description="The app's.", examples=["example.riverside.roster"])
    client_secret: Annotated[Secret | None, Filled()] = Field(
        default=None, description="The signed token that identifies the app; Apple lets it last six months at most."
    )
    refresh_token: Annotated[Secret | None, Filled()] = Field(
        default=None, description="What came of the Administrator's consent (scope edu.users.read)."
    )
    base_url: Url = Field(default=ROSTER_API_URL, description="Only for a simulator on a port.")
    token_url: Url = Field(default=CONSENT_URL, description="Only for a simulator on a port.")
    patience: Annotated[int, whole(1, 86_400)] = Field(default=1800, description="The longest pause in seconds that is kept.")

    _check = _simulated_or("client_id", "client_secret", "refresh_token")


class PortalConnection(Entry):
    """How plans look for what can be seen from outside: DNS records and service-discovery documents. In a rehearsal nothing is asked
    unless it is named here."""

    resolver: Annotated[str | None, TEXT] = Field(
        default=None,
        description="The DNS server to ask, as address or address:port; without it, the machine's own.",
        examples=["192.0.2.53"],
    )
    discovery_url: Annotated[str | None, URL] = Field(
        default=None, description="Where to ask for documents instead of the domain itself: only for tests on this machine."
    )


class Connections(Entry):
    """How to reach each channel. Either all of them are rehearsed or none."""

    apple_school: AppleSchoolConnection
    roster_upload: Annotated[RosterUploadConnection | None, Filled()] = None
    device_enrolment: dict[str, ServerToken] = Field(default_factory=dict, description="By the key of the device-management service.")
    apps_and_books: dict[str, ContentTokenConnection] = Field(default_factory=dict, description="By the key under content_tokens.")
    roster_api: Annotated[RosterApiConnection | None, Filled()] = None

    portal: PortalConnection = PortalConnection()

    def channels(self) -> Iterator[tuple[str, object]]:
        """The sections that are there, in the order in which their channels work; the portal is always there, and last."""
        yield from ((name, section) for name in type(self).model_fields if (section := getattr(self, name)))

    def credentials(self) -> dict[str, Literal["api_key", "server_token", "content_token"]]:
        """What can be renewed of it: its place here, dotted, and which sort of renewal that is."""
        return {
            "apple_school": "api_key",
            **dict.fromkeys((f"device_enrolment.{name}" for name in self.device_enrolment), "server_token"),
            **dict.fromkeys((f"apps_and_books.{name}" for name in self.apps_and_books), "content_token"),
        }

    @property
    def rehearsed(self) -> bool:
        """Whether this is the simulator and not Apple."""
        return self.apple_school.simulator is not None

    @model_validator(mode="after")
    def _all_or_none(self) -> Connections:
        single = [one.simulator for one in (self.roster_upload, self.roster_api) if one is not None]
        tokens = [token.simulator for token in self.device_enrolment.values()]
        licences = [token.simulator for token in self.apps_and_books.values()]
        if any((one is not None) != self.rehearsed for one in (*single, *tokens, *licences)):
            raise wrong("mix the simulator with real connections.", "Rehearse all of them, or none.")
        return self
