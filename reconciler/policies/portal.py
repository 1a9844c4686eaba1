"""Policies about what people do in the portal: roles, who is there when something goes wrong, and what expires."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler import guide
from reconciler.diagnostic import Severity
from reconciler.kinds.hierarchy import GRANTERS
from reconciler.kinds.licences import TOKEN, ContentToken
from reconciler.kinds.renewals import RENEWAL, Renewal
from reconciler.kinds.roles import Grant
from reconciler.policies.organization import LEAST_PRIVILEGE
from reconciler.policies.policy import Found, Matter, Policy

MANY = 10
PUSH = "https://support.apple.com/guide/deployment/dep2ed57b75a/web"


def _managers(matter: Matter) -> Iterator[Found]:
    grants = (declared.spec for declared in matter.desired.of("role").values())
    people = {grant.person for grant in grants if isinstance(grant, Grant) and grant.role in GRANTERS}
    if len(people) > MANY:
        message = f"{len(people):,} people are Administrator, Site Manager or People Manager."
        yield Found("roles", message, "Give most of them Manager at their own location, which is enough for passwords and classes.")


def _nobody_to_phone(matter: Matter) -> Iterator[Found]:
    if matter.desired.of("administrator") and not matter.desired.of("verification_contact"):
        message = "administrators are declared, and no verification contact."
        yield Found("verification_contact", message, "Declare one below verification_contacts: the principal, for example.")


def _renewals(matter: Matter) -> Iterator[tuple[str, Renewal]]:
    for name, declared in matter.desired.of(RENEWAL).items():
        if isinstance(declared.spec, Renewal):
            yield name, declared.spec


def _unwatched(matter: Matter) -> Iterator[Found]:
    if matter.settings.connections.rehearsed or not matter.desired.of("mdm_server"):
        return
    if not any(renewal.what == "apns_certificate" for _, renewal in _renewals(matter)):
        message = "services are declared, and nothing watches when their push certificates end."
        yield Found("apns_certificate", message, "Declare it below renewals: {what: apns_certificate, artefact: {file: …}, owner: …}.")


def _unowned(matter: Matter) -> Iterator[Found]:
    for name, renewal in _renewals(matter):
        if not renewal.owner:
            source = matter.desired.of(RENEWAL)[name].source
            yield Found(name, "nobody is named who renews it.", "Write owner: a person or a group that is still there next year.", source)


def _whose(matter: Matter) -> Iterator[Found]:
    for name, declared in matter.desired.of(TOKEN).items():
        if isinstance(declared.spec, ContentToken) and not declared.spec.account:
            message = "nothing says whose account this token is of; a new password for that account ends it."
            yield Found(name, message, "Write account: and use one that is for this only.", declared.source)


POLICIES = (
    Policy(
        "ROL-001",
        Severity.WARNING,
        "More than ten people manage everybody.",
        "These roles change passwords and roles across all schools. Each account more is one more that can be phished.",
        LEAST_PRIVILEGE,
        _managers,
    ),
    Policy(
        "ROL-002",
        Severity.NOTE,
        "No verification contact is declared.",
        "When nobody can sign in any more, Apple phones this person, who is none of the administrators.",
        guide.ROLES,
        _nobody_to_phone,
    ),
    Policy(
        "REN-001",
        Severity.NOTE,
        "Nothing watches the push certificate.",
        "It lasts a year. If it ends and is made anew instead of renewed, every device must be enrolled again by hand.",
        PUSH,
        _unwatched,
    ),
    Policy(
        "REN-002",
        Severity.NOTE,
        "Something expires, and nobody is named who renews it.",
        "A reminder that is for everybody is for nobody.",
        "ITIL: Service Configuration Management, owners",
        _unowned,
    ),
    Policy(
        "APP-003",
        Severity.NOTE,
        "Nothing says whose a content token is.",
        "A token also ends when the password of the account that downloaded it changes; Apple advises an account for this only.",
        guide.CONTENT_TOKENS,
        _whose,
    ),
)
