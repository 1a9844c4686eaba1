"""Enrolment as people write it: profiles with the devices that get them, and where account-driven enrolment leads."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from reconciler.desired import Rule
from reconciler.diagnostic import Severity
from reconciler.kinds.claims import Claim, claim
from reconciler.kinds.declare import declare
from reconciler.kinds.devices import Devices, listed
from reconciler.kinds.enrolment_found import export_discoveries, export_profiles
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import FLAG, TEXT, Json, OneOrMany, Reader, Text, read_text, wrong
from reconciler.kinds.kind import Kind
from reconciler.kinds.match import Match, Traits
from reconciler.kinds.profile import DEFAULTS, DISCOVERY, MATCHED, PROFILE, EnrolmentProfile, EnrolmentTraits, ServiceDiscovery
from reconciler.kinds.setup_panes import PANES
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.resource import Declared


def _at_most(length: int, what: str = "") -> Reader:
    """Text of so many characters (Apple's limits), and of this shape if one is given."""

    def read(value: object) -> str:
        text = read_text(value)
        if len(text) > length:
            raise wrong(f"has {len(text):,} characters, and Apple takes {length:,} at most.")
        if what and not re.fullmatch(what, text):
            raise wrong(f"{short(text)} is not what Apple takes here.")
        return text

    return Reader(read, {"type": ["string", "number"], "minLength": 1, "maxLength": length, **({"pattern": f"^{what}$"} if what else {})})


def _read_address(value: object) -> str:
    text = read_text(value).strip()
    if not re.fullmatch(r"https://[^\s/]+\S*", text) or len(text) > 2000:
        raise wrong(f"{short(text)} is not an address that Apple takes.", "It begins with https:// and has at most 2,000 characters.")
    return text


def _read_certificate(value: object) -> str:
    """Base64 of DER, which is what stands between the lines of a PEM file."""
    text = read_text(value)
    if text.count("-----BEGIN") > 1:
        raise wrong("holds several certificates in one text.", "Make each an item of the list.")
    plain = "".join(re.sub("-----[^-]+-----", "", text).split())
    try:
        if b64decode(plain, validate=True)[:1] == b"\x30":
            return plain
    except binascii.Error:
        pass
    raise wrong("is not a certificate.", 'Paste the text of its .pem file, from "-----BEGIN CERTIFICATE-----" on, below a | sign.')


WEB = Reader(_read_address, {"type": "string", "pattern": r"^\s*https://[^\s/]+\S*\s*$", "maxLength": 2000})
CERTIFICATES = Annotated[tuple[Annotated[str, Reader(_read_certificate, {"type": "string", "minLength": 1})], ...], OneOrMany(empty=True)]


def _flag(description: str, name: str) -> Any:  # Any: pydantic's word for a field
    return Field(default=DEFAULTS[name], description=description)


def _bound(schema: Json) -> None:
    schema["if"] = {"properties": {"is_mdm_removable": {"const": False}}, "required": ["is_mdm_removable"]}
    schema["then"] = {"properties": {"is_supervised": {"const": True}}, "required": ["is_supervised"]}


class EnrolmentProfileEntry(Entry):
    """What devices of one service are told when they are set up. Keys are Apple's; what is left out is as Apple does it by itself."""

    model_config = ConfigDict(json_schema_extra=_bound)

    server: Text = Field(description="The key of the service under mdm_servers.", examples=["jamf"])
    devices: Devices
    profile_name: Annotated[str, _at_most(125)] = Field(description="Its name, for people.", examples=["Grade 6 iPads"])
    url: Annotated[str, WEB] = Field(description="Where devices enroll.", examples=["https://mdm.example.edu/enroll"])
    configuration_web_url: Annotated[str | None, WEB] = Field(default=None, description="A page on which people sign in first.")
    allow_pairing: Annotated[bool, FLAG] = _flag("Whether devices pair with computers.", "allow_pairing")
    is_supervised: Annotated[bool, FLAG] = _flag("Supervision; fixed once a device is set up.", "is_supervised")
    is_mandatory: Annotated[bool, FLAG] = _flag("Whether enrolling cannot be skipped.", "is_mandatory")
    is_mdm_removable: Annotated[bool, FLAG] = _flag(
        "Whether users may remove the management; fixed once a device is set up.", "is_mdm_removable"
    )
    is_multi_user: Annotated[bool, FLAG] = _flag("Shared iPad; fixed once a device is set up.", "is_multi_user")
    is_return_to_service: Annotated[bool, FLAG] = _flag("Whether an erased device sets itself up again.", "is_return_to_service")
    do_not_use_profile_from_backup: Annotated[bool, FLAG] = _flag(
        "Whether a restored device asks for the profile anew.", "do_not_use_profile_from_backup"
    )
    await_device_configured: Annotated[bool, FLAG] = _flag("Whether setting up waits until the service is done.", "await_device_configured")
    auto_advance_setup: Annotated[bool, FLAG] = _flag("Whether Mac and Apple TV set themselves up.", "auto_advance_setup")
    department: Annotated[str | None, _at_most(125)] = Field(default=None, description="Department or place, shown during set-up.")
    org_magic: Annotated[str | None, _at_most(256)] = Field(default=None, description="What the services of one organization share.")
    support_phone_number: Annotated[str | None, _at_most(50)] = Field(default=None, description="Shown during set-up.")
    support_email_address: Annotated[str | None, _at_most(250, r"\S+@\S+")] = Field(default=None, description="Shown during set-up.")
    language: Annotated[str | None, _at_most(12, "[a-z]{2,3}(-[A-Za-z]{2,8})?")] = Field(
        default=None, description="Language of Mac and Apple TV.", examples=["en"]
    )
    region: Annotated[str | None, _at_most(2, "[A-Z]{2}")] = Field(
        default=None, description="Country of Mac and Apple TV.", examples=["US"]
    )
    skip_setup_items: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Panes of Setup Assistant to skip, in Apple's words.", examples=[["AppleID", "Siri", "TOS"]]
    )
    anchor_certs: CERTIFICATES = Field(default=(), description="Certificates that devices trust for url, as PEM.")
    supervising_host_certs: CERTIFICATES = Field(default=(), description="Certificates of computers that may pair all the same, as PEM.")
    description: Annotated[str | None, TEXT] = Field(default=None, description="A remark for readers of these files.")

    @model_validator(mode="after")
    def _sound(self) -> EnrolmentProfileEntry:
        if not self.is_mdm_removable and not self.is_supervised:
            raise wrong("has is_mdm_removable: false without is_supervised: true, which Apple refuses.", "Write is_supervised: true, too.")
        return self


class ServiceDiscoveryEntry(Entry):
    """Where account-driven enrolment finds a service. The key is that of the service under mdm_servers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"url": "https://mdm.example.edu/.well-known/com.apple.remotemanagement"}]})

    url: Annotated[str, WEB] = Field(description="The address of the service-discovery document.")


def build_profiles(entries: Mapping[str, EnrolmentProfileEntry], board: Board) -> None:
    """Declare the devices of every entry, and its rule."""
    claims: list[Claim] = []
    rules: list[Rule] = []
    for name, entry in entries.items():
        _check_server(PROFILE, name, entry.server, board, "server")
        _check_panes(name, entry, board)
        given = entry.model_dump(exclude={"devices", "description"})
        declared = Declared(EnrolmentProfile.model_validate(given), board.source(PROFILE, name), name)
        claims.extend(Claim(each, declared) for each in listed(PROFILE, name, entry.devices, board))
        if entry.devices.match is not None:
            _check_match(name, entry.devices, board)
            rules.append(Rule(OnServer(Match(entry.devices.match), entry.server), declared))
    board.desired.items[PROFILE] = claim(claims, board)
    board.desired.rules[PROFILE] = rules


def build_discoveries(entries: Mapping[str, ServiceDiscoveryEntry], board: Board) -> None:
    """Declare every address."""
    for name in entries:
        _check_server(DISCOVERY, name, name, board)
    declare(DISCOVERY, {name: ServiceDiscovery(url=entry.url) for name, entry in entries.items()}, board)


def _check_server(kind: str, name: str, server: str, board: Board, *path: str) -> None:
    servers = board.known("mdm_server")
    if server not in servers:
        said = f"{'server: ' if path else ''}{short(server)} is not a known mdm_server."
        board.say(board.source(kind, name, *path), said, did_you_mean(server, servers))


def _check_panes(name: str, entry: EnrolmentProfileEntry, board: Board) -> None:
    for index, pane in enumerate(entry.skip_setup_items):
        if pane not in PANES:
            place = board.source(PROFILE, name, "skip_setup_items", index)
            near = did_you_mean(pane, PANES)
            board.say(place, f"skip_setup_items: Apple's list has no {short(pane)}.", near or "It is sent as it is.", Severity.WARNING)


def _check_match(name: str, devices: Devices, board: Board) -> None:
    asked = devices.match.model_fields_set if devices.match else set()
    for field in sorted(asked - set(MATCHED)):
        place = board.source(PROFILE, name, "devices", "match", "from" if field == "from_" else field)
        said = f"match: {field} is not told by Apple's device enrolment service, so no device can be found by it."
        board.say(place, said, f"Use {', '.join(MATCHED)}, or list the serial numbers; only devices of the server are meant.")


class OnServer:
    """A match among the devices of one mdm_server (see reconciler.desired.Matcher)."""

    __slots__ = ("tests",)

    def __init__(self, match: Match, server: str) -> None:
        asked = ((Traits._fields[index], test) for index, test in match.tests)
        self.tests: list[tuple[int, Callable[[Any], object]]] = [(MATCHED.index(name), test) for name, test in asked if name in MATCHED]
        self.tests.append((len(MATCHED), server.__eq__))


def _described(traits: EnrolmentTraits) -> str:
    return f"{traits.family} enrolment" if traits.family else ""


ENROLMENT_PROFILE = Kind(
    PROFILE,
    "enrolment_profiles",
    ("enrolment", "enrolments"),
    EnrolmentProfile,
    placed="server",
    idle="without a profile",
    labels={
        "profile_name": "profile",
        "configuration_web_url": "sign-in page",
        "allow_pairing": "pairs with computers",
        "is_supervised": "supervised",
        "is_mandatory": "mandatory",
        "is_mdm_removable": "management removable",
        "is_multi_user": "Shared iPad",
        "is_return_to_service": "returns to service",
        "do_not_use_profile_from_backup": "ignores the profile in backups",
        "await_device_configured": "waits until configured",
        "auto_advance_setup": "sets itself up",
        "support_phone_number": "support phone",
        "support_email_address": "support e-mail",
        "skip_setup_items": "skips",
        "anchor_certs": "trusted certificates",
        "supervising_host_certs": "computers' certificates",
    },
    describe=_described,
    entry=EnrolmentProfileEntry,
    build=build_profiles,
    export=export_profiles,
)
SERVICE_DISCOVERY = Kind(
    DISCOVERY,
    "service_discoveries",
    ("service-discovery address", "service-discovery addresses"),
    ServiceDiscovery,
    entry=ServiceDiscoveryEntry,
    build=build_discoveries,
    export=export_discoveries,
)
