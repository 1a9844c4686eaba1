"""What expires: who owns it, which account must renew it, and where its day is read. Nothing here is ever sent or changed.

Apple School Manager User Guide, "Link to a third-party device management service", "Manage content tokens" and "Intro to directory sync"
(each lasts one year); Apple Push Certificates Portal (a certificate is renewed by the Apple Account that made it).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.kinds.declare import declare
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import DAY, TEXT, Choice, Filled, Json, OneOrMany, Text, wrong
from reconciler.kinds.kind import Kind
from reconciler.kinds.secret import Secret
from reconciler.resource import Spec

RENEWAL = "renewal"
Sort = Literal["apns_certificate", "server_token", "content_token", "scim_token", "api_key", "federation", "domain_verification", "other"]
CERTIFICATES: tuple[Sort, ...] = ("apns_certificate", "federation", "other")
"""Sorts whose artefact is a certificate."""
READABLE: tuple[Sort, ...] = (*CERTIFICATES, "server_token", "content_token")
"""Sorts whose artefact says itself when it ends."""


class State(StrEnum):
    """How urgent a renewal is. REVOKED: Apple said that it no longer counts, whatever its date."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    UNREADABLE = "cannot be read"
    DUE = "due"
    FINE = "fine"
    UNDATED = "no date"


class Renewal(Spec):
    """What is watched. None: not said; then the sort's own words hold."""

    what: Sort
    title: str | None = None
    connection: str | None = None
    artefact: Secret | None = None
    private_key: Secret | None = None
    passphrase: Secret | None = None
    expires: date | None = None
    owner: str | None = None
    account: str | None = None
    breaks: str | None = None
    steps: tuple[str, ...] | None = None


def _told(schema: Json) -> None:
    """The JSON Schema of what `RenewalEntry` checks."""
    schema["anyOf"] = [{"required": [name]} for name in ("artefact", "connection", "expires")]
    schema["not"] = {"required": ["artefact", "connection"]}
    schema["dependentRequired"] = {"private_key": ["artefact"], "passphrase": ["private_key"]}
    unreadable = {"properties": {"what": {"enum": list(READABLE)}}}
    sealed = {"properties": {"what": {"const": "server_token"}}, "required": ["what"]}
    schema["allOf"] = [
        {"if": {"required": ["artefact"]}, "then": unreadable},
        {"if": {**sealed, "required": ["what", "artefact"]}, "then": {"required": ["private_key"]}},
        {"if": {"required": ["private_key"]}, "then": sealed},
    ]


class RenewalEntry(Entry):
    """Something that expires. Its day is read from an artefact or from a connection; where neither can tell, it is declared."""

    model_config = ConfigDict(json_schema_extra=_told)

    what: Annotated[Sort, Choice()] = Field(description="Which sort of thing it is.")
    title: Annotated[str | None, TEXT] = Field(default=None, description="What people call it.", examples=["APNs certificate of Jamf"])
    artefact: Annotated[Secret | None, Filled()] = Field(
        default=None, description="The .pem certificate, .vpptoken or .p7m that ends.", examples=[{"file": "../secrets/apns.pem"}]
    )
    private_key: Annotated[Secret | None, Filled()] = Field(default=None, description="Of a .p7m file: the key that opens it.")
    passphrase: Annotated[Secret | None, Filled()] = Field(default=None, description="Of the private key, if it has one.")
    connection: Annotated[str | None, TEXT] = Field(
        default=None, description="The token or key under connections that it is.", examples=["device_enrolment.jamf", "apple_school"]
    )
    expires: Annotated[date | None, DAY] = Field(default=None, description="Its last day, where nothing can be read.")
    owner: Annotated[str | None, TEXT] = Field(default=None, description="Who sees to it.", examples=["IT service desk"])
    account: Annotated[str | None, TEXT] = Field(
        default=None, description="The account that must renew it.", examples=["mdm@riverside.example"]
    )
    breaks: Annotated[str | None, TEXT] = Field(default=None, description="What no longer works once it has ended.")
    steps: Annotated[tuple[Text, ...] | None, OneOrMany()] = Field(default=None, description="How to renew it, if not in the usual way.")
    description: Annotated[str | None, TEXT] = Field(default=None, description="A remark for readers of these files.")

    @model_validator(mode="after")
    def _sound(self) -> RenewalEntry:
        if self.artefact and self.connection:
            raise wrong("has both an artefact and a connection.", "Keep the one that is in use.")
        if not (self.artefact or self.connection or self.expires):
            raise wrong("says nowhere when it ends.", "Give artefact (a file), connection, or expires (a date).")
        if self.artefact and self.what not in READABLE:
            raise wrong(f"has an artefact, and no {self.what} says when it ends.", "Write expires: with the day instead.")
        self._check_key()
        return self

    def _check_key(self) -> None:
        sealed = self.what == "server_token" and self.artefact is not None
        if sealed and self.private_key is None:
            raise wrong("lacks private_key: a .p7m file is sealed.", "Name the key whose certificate was uploaded to the service.")
        if self.private_key is not None and not sealed:
            raise wrong("has a private_key, which only the .p7m file of a server_token needs.", "Delete the line.")
        if self.passphrase is not None and self.private_key is None:
            raise wrong("has a passphrase without a private_key.", "Delete the line.")


def build_renewals(entries: Mapping[str, RenewalEntry], board: Board) -> None:
    """Declare every one."""
    declare(RENEWAL, {name: Renewal.model_validate(_given(entry)) for name, entry in entries.items()}, board)


def _given(entry: RenewalEntry) -> dict[str, object]:
    return {name: value for name, value in entry if name != "description"}


RENEWALS = Kind(
    RENEWAL,
    "renewals",
    ("renewal", "renewals"),
    Renewal,
    watched=True,
    entry=RenewalEntry,
    build=build_renewals,
)
