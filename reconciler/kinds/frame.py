"""The organization's frame: who signed up, who vouches for it, what was agreed, and where devices are bought.

Apple School Manager User Guide, "Sign up", "Agree to terms", "Manage device suppliers". All of it is done by a person in the portal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.diagnostic import Severity
from reconciler.kinds.declare import as_written
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import DAY, FLAG, TEXT, Choice, Day, Json, Text, wrong
from reconciler.kinds.kind import Kind, Veil
from reconciler.resource import Declared, Spec

ADMINISTRATOR = "administrator"
PERSONAL = ("first_name", "last_name", "email", "phone")
PRIVATE_MAIL = frozenset(("gmail.com", "icloud.com", "me.com", "mac.com", "outlook.com", "hotmail.com", "yahoo.com", "gmx.de", "web.de"))


class Contact(Spec):
    """Somebody who is named to Apple. Planned, all that tells who it is are keyed hashes."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    first: bool | None = None


class Agreement(Spec):
    """Terms that an Administrator accepts."""

    document: str | None = None
    accept_by: date | None = None


class Reseller(Spec):
    """Where devices are bought, so that they appear by themselves."""

    customer_number: str | None = None
    reseller_number: str | None = None


Wait = Literal["account_reuse", "capture_notice", "manual_account_deletion"]
WAITS: Mapping[str, int] = {"account_reuse": 120, "capture_notice": 30, "manual_account_deletion": 30}
"""Days that Apple lets pass: before a user name that directory sync has let go may be given again ("Delete users in directory sync"), until
people with personal accounts in a captured domain must have moved, until a deactivated account that was made by hand is deleted."""


class FollowUp(Spec):
    """Something that has to be looked at when days are over."""

    what: str | None = None
    since: date | None = None


class AdministratorEntry(Entry):
    """An adult with an account that was made in the portal, not by a roster. The key is what plans call them; roles are under roles."""

    first_name: Text = Field(description="A person's own first name; Apple takes no shared accounts.", examples=["Jane"])
    last_name: Text = Field(description="Last name.", examples=["Appleseed"])
    email: Text = Field(description="Work address that never was an Apple Account.", examples=["jane.appleseed@riverside.example"])
    first: Annotated[bool, FLAG] = Field(default=False, description="Whether this is who signed the organization up.")


class VerificationContactEntry(Entry):
    """Whom Apple phones to verify the organization, such as the principal: somebody else than the administrators."""

    first_name: Text = Field(description="First name.")
    last_name: Text = Field(description="Last name.")
    email: Text = Field(description="Work address.", examples=["principal@riverside.example"])
    phone: Annotated[str | None, TEXT] = Field(default=None, description="Where Apple reaches them.")


class AgreementEntry(Entry):
    """Terms and conditions. Until an Administrator has accepted new ones, parts of Apple School Manager stand still."""

    document: Text = Field(description="What Apple calls it.", examples=["Apple School Manager Agreement, September 2026"])
    accept_by: Annotated[date | None, DAY] = Field(default=None, description="The day that Apple set, if it did.")


def _one_number(schema: Json) -> None:
    schema["oneOf"] = [{"required": ["customer_number"]}, {"required": ["reseller_number"]}]


class ResellerEntry(Entry):
    """Apple or a reseller, by the number that makes purchases appear in the portal."""

    model_config = ConfigDict(json_schema_extra=_one_number)

    customer_number: Annotated[str | None, TEXT] = Field(default=None, description="Apple Customer Number.", examples=["1234567"])
    reseller_number: Annotated[str | None, TEXT] = Field(default=None, description="Reseller Number.", examples=["3A1B2C0"])

    @model_validator(mode="after")
    def _one(self) -> ResellerEntry:
        if (self.customer_number is None) == (self.reseller_number is None):
            raise wrong("needs one of customer_number and reseller_number.")
        return self


class FollowUpEntry(Entry):
    """A reminder that Apple's own clocks make necessary."""

    what: Annotated[Wait, Choice()] = Field(description="Which clock.")
    since: Day = Field(description="The day on which it began.", examples=["2026-09-01"])


def build_administrators(entries: Mapping[str, AdministratorEntry], board: Board) -> None:
    """Declare every administrator: one signed up, no two share an address."""
    as_written(ADMINISTRATOR, Contact)(entries, board)
    first = [key for key, entry in entries.items() if entry.first]
    for key in first[1:]:
        place = board.source(ADMINISTRATOR, key, "first")
        board.say(place, f'first: "{first[0]}" is said to have signed up, too.', "Only one person did: delete the line of the other.")
    owners: dict[str, str] = {}
    for key, entry in entries.items():
        place, other = board.source(ADMINISTRATOR, key, "email"), owners.setdefault(entry.email.casefold(), key)
        if other != key:
            board.say(place, f'email: is also that of "{other}".', "Every administrator has an account and an address of their own.")
        _check_mail(place, entry.email, board)


def _check_mail(place: Any, email: str, board: Board) -> None:
    domain = email.rpartition("@")[2].casefold()
    if "@" not in email:
        board.say(place, "email: is not an address.", "Write name@domain.")
    elif domain in PRIVATE_MAIL:
        board.say(place, f"email: {domain} is for private mail.", "Apple wants an address at work.", Severity.WARNING)


def build_contacts(entries: Mapping[str, VerificationContactEntry], board: Board) -> None:
    """Declare the verification contact: one, and none of the administrators."""
    kind = "verification_contact"
    as_written(kind, Contact)(entries, board)
    for key in list(entries)[1:]:
        board.say(board.source(kind, key), "An organization has one verification contact.", "Delete the others.")
    people = {_same(one.spec): key for key, one in board.desired.of(ADMINISTRATOR).items()}
    for key, entry in entries.items():
        other = people.get(_same(entry))
        if other:
            said = f'is also the administrator "{other}".'
            board.say(board.source(kind, key), said, "Apple phones somebody else than who signed up: name the principal, for example.")


def _same(one: Any) -> str:
    return str(one.email).casefold()


def _veiled(items: Mapping[str, Declared], veil: Veil) -> Mapping[str, Declared]:
    def hidden(spec: Spec) -> Spec:
        told = {name: value for name in PERSONAL if (value := getattr(spec, name)) is not None}
        # Addresses are the same however they are written: what a channel tells is compared with their hash.
        return spec.model_copy(
            update={name: veil.mask(name, value.casefold() if name == "email" else value) for name, value in told.items()}
        )

    return {key: replace(one, spec=hidden(one.spec)) for key, one in items.items()}


def _ends(spec: FollowUp) -> date | None:
    return spec.since + timedelta(days=WAITS[spec.what]) if spec.since and spec.what else None


def _accepted(spec: Agreement) -> date | None:
    return spec.accept_by


_NAMES = {"first_name": "first name", "last_name": "last name", "email": "e-mail address", "first": "signed up"}
ADMINISTRATORS = Kind(
    ADMINISTRATOR,
    "administrators",
    ("portal account", "portal accounts"),
    Contact,
    labels=_NAMES,
    personal=frozenset(PERSONAL),
    veiled=_veiled,
    entry=AdministratorEntry,
    build=build_administrators,
)
VERIFICATION_CONTACT = Kind(
    "verification_contact",
    "verification_contacts",
    ("verification contact", "verification contacts"),
    Contact,
    labels=_NAMES,
    personal=frozenset(PERSONAL),
    veiled=_veiled,
    entry=VerificationContactEntry,
    build=build_contacts,
)
AGREEMENT = Kind(
    "agreement",
    "agreements",
    ("agreement", "agreements"),
    Agreement,
    labels={"accept_by": "accept by"},
    due=_accepted,
    entry=AgreementEntry,
    build=as_written("agreement", Agreement),
)
RESELLER = Kind(
    "reseller",
    "resellers",
    ("device supplier", "device suppliers"),
    Reseller,
    labels={"customer_number": "Apple Customer Number", "reseller_number": "Reseller Number"},
    entry=ResellerEntry,
    build=as_written("reseller", Reseller),
)
FOLLOW_UP = Kind(
    "follow_up",
    "follow_ups",
    ("follow-up", "follow-ups"),
    FollowUp,
    labels={"what": "clock"},
    due=_ends,
    entry=FollowUpEntry,
    build=as_written("follow_up", FollowUp),
)
