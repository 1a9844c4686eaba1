"""Policies about guards, approvals, freezes and connections: what protects the organization from us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from reconciler import guide
from reconciler.connections import APPLE_SCHOOL_URL, APPLE_TOKEN_URL, APPS_URL, ENROLMENT_URL, Budget
from reconciler.diagnostic import Severity
from reconciler.kinds.secret import Secret
from reconciler.policies.policy import Found, Matter, Policy
from reconciler.settings import Settings

STANDING = timedelta(days=60)
LONG_FREEZE = timedelta(days=92)
WIDE = 1000
SHORTEST_REASON = 12
LEAST_PRIVILEGE = "NIST SP 800-53, AC-6: Least Privilege"
SEPARATION = "NIST SP 800-53, AC-5: Separation of Duties"


def _wide_guards(matter: Matter) -> Iterator[Found]:
    guards = matter.settings.guards
    if matter.settings.connections.rehearsed:
        return
    for name in ("deletes", "updates", "take_overs"):
        limit = getattr(guards, name)
        if limit.percent == 100 and limit.count >= WIDE:
            message = f"guards.{name} lets {limit.count:,} through, whole services included, so it stops nothing."
            yield Found(
                name, message, "Lower it, and use a dated approval for the day on which more is meant.", matter.place("guards", name)
            )


def _emptied(matter: Matter) -> Iterator[Found]:
    if matter.settings.guards.empties and not matter.settings.connections.rehearsed:
        hint = "Write empties: false; a dated approval allows it for the day on which it is meant."
        yield Found("empties", "any service may lose its last device without leave.", hint, matter.place("guards", "empties"))


def _standing(matter: Matter) -> Iterator[Found]:
    for index, approval in enumerate(matter.settings.approvals):
        if approval.until - matter.today > STANDING:
            message = f"this approval counts until {approval.until}, longer than {STANDING.days} days: leave that stands is no leave."
            hint = "Let it end soon after what it is for, and raise the guard itself if it is meant for always."
            yield Found(approval.scope, message, hint, matter.place("approvals", index, "until"))


def _for_all(matter: Matter) -> Iterator[Found]:
    for index, approval in enumerate(matter.settings.approvals):
        if approval.scope == "*" and approval.covers(matter.today) and approval.up_to > 100:
            message = f"this approval lets {approval.up_to:,} {approval.allow} pass everywhere, each place counted by itself."
            yield Found(approval.kind, message, "Name the place that it is meant for.", matter.place("approvals", index, "scope"))


def _no_reason(matter: Matter) -> Iterator[Found]:
    reasons = [
        *((("approvals", index), one.scope, one.reason) for index, one in enumerate(matter.settings.approvals)),
        *((("policies", "silence", index), one.id, one.reason) for index, one in enumerate(matter.settings.policies.silence)),
    ]
    for path, where, reason in reasons:
        if len(reason) < SHORTEST_REASON or " " not in reason.strip():
            hint = "Say who decided what, so that an auditor understands it in a year."
            yield Found(where, "the reason says nothing.", hint, matter.place(*path, "reason"))


def _alone(matter: Matter) -> Iterator[Found]:
    for index, consent in enumerate(matter.settings.consents):
        if consent.people < 2:
            message = "one person's consent is enough, and that may be who made the change."
            yield Found(consent.kinds[0], message, "Write people: 2.", matter.place("consents", index, "people"))


def _administrators(matter: Matter) -> Iterator[Found]:
    minimum = matter.settings.guards.administrators.minimum
    if minimum < 2:
        message = f"{minimum} administrator{'s are' if minimum != 1 else ' is'} enough, so one lost phone can lock everybody out."
        yield Found("administrators", message, "Write minimum: 2; Apple lets a school have five.", matter.place("guards", "administrators"))


def _long_freeze(matter: Matter) -> Iterator[Found]:
    for index, freeze in enumerate(matter.settings.freezes):
        if freeze.until - freeze.from_ > LONG_FREEZE:
            message = f"nothing is sent from {freeze.from_} until {freeze.until}; new devices stay without a service all that time."
            yield Found(freeze.name, message, "Split it, or allow kinds that must go on.", matter.place("freezes", index))


def secrets(settings: Settings) -> Iterator[tuple[tuple[str, ...], Secret]]:
    """Where every secret is kept, with its path in reconciler.yaml."""
    connections = settings.connections
    if settings.privacy.key:
        yield ("privacy", "key"), settings.privacy.key
    sections: list[tuple[tuple[str, ...], object]] = [(("connections", "apple_school"), connections.apple_school)]
    sections += [(("connections", "roster_upload"), connections.roster_upload)] if connections.roster_upload else []
    sections += [(("connections", "device_enrolment", key), one) for key, one in connections.device_enrolment.items()]
    sections += [(("connections", "apps_and_books", key), one) for key, one in connections.apps_and_books.items()]
    for path, section in sections:
        for name, value in vars(section).items():
            if isinstance(value, Secret):
                yield (*path, name), value


def _secret_beside(matter: Matter) -> Iterator[Found]:
    for path, secret in secrets(matter.settings):
        if secret.file is None or secret.file.startswith("/"):
            continue
        parts = PurePosixPath(secret.file).parts
        if sum(-1 if part == ".." else 1 for part in parts) > 0 and parts[0] != "..":
            message = f"{secret.file} lies among these files, from where it can get into git and stay there for ever."
            hint = "Keep it outside of the repository ({file: ../secrets/…}) or in the CI's own store of secrets ({env: …})."
            yield Found(".".join(path[1:]), message, hint, matter.place(*path, "file"))


def _hurry(matter: Matter) -> Iterator[Found]:
    section, usual = matter.settings.connections.apple_school, Budget()
    if section.simulator is not None or section.base_url != APPLE_SCHOOL_URL:
        return
    for name in ("reads_per_minute", "writes_per_hour"):
        given, allowed = getattr(section.budget, name), getattr(usual, name)
        if given > allowed:
            message = f"{name}: {given:,} is more than Apple was seen to answer ({allowed:,}); beyond that it makes everybody wait."
            place = matter.place("connections", "apple_school", "budget", name)
            yield Found(name, message, "Delete the line; other programs of the school share the same limit.", place)


_APPLES = {"base_url": {APPLE_SCHOOL_URL, ENROLMENT_URL, APPS_URL}, "token_url": {APPLE_TOKEN_URL}}


def _elsewhere(matter: Matter) -> Iterator[Found]:
    connections = matter.settings.connections
    named = [("apple_school", connections.apple_school)]
    others = [*connections.device_enrolment.items(), *connections.apps_and_books.items()]
    for where, section in (*named, *others):
        for name, apples in _APPLES.items():
            address = getattr(section, name, "")
            if address and address not in apples and not _here(address):
                yield Found(where, f"credentials go to {urlsplit(address).hostname}, which is not Apple.", f"Delete {name}.")


def _here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _taking_over(matter: Matter) -> Iterator[Found]:
    for key, section in matter.settings.connections.apps_and_books.items():
        if section.take_over:
            message = "licences are managed even where another product manages them, and the two undo each other's work."
            place = matter.place("connections", "apps_and_books", key, "take_over")
            yield Found(key, message, "Remove the token from the other product, then delete the line.", place)


def _one_token_twice(matter: Matter) -> Iterator[Found]:
    for channel in ("apps_and_books", "device_enrolment"):
        first: dict[tuple[str | None, str | None], str] = {}
        for key, section in getattr(matter.settings.connections, channel).items():
            secret = getattr(section, "token", None) or getattr(section, "server_token", None)
            if secret is not None and first.setdefault((secret.file, secret.env), key) != key:
                message = f"the token is also that of {first[secret.file, secret.env]}, so both manage the same."
                hint = "Each has a token of its own in the portal."
                yield Found(key, message, hint, matter.place("connections", channel, key))


POLICIES = (
    Policy(
        "ORG-001",
        Severity.WARNING,
        "A guard lets everything pass.",
        "A guard is for the day on which a file is wrong. One that no plan can exceed protects nobody; a dated approval is for the day "
        "on which much is really meant.",
        LEAST_PRIVILEGE,
        _wide_guards,
    ),
    Policy(
        "ORG-002",
        Severity.WARNING,
        "A service may lose its last device at any time.",
        "An emptied list is the most common accident of all. Devices without a service get no settings and no apps once they are erased.",
        LEAST_PRIVILEGE,
        _emptied,
    ),
    Policy(
        "ORG-003",
        Severity.WARNING,
        "An approval stands for more than 60 days.",
        "Leave is given for a known change. Left standing, it also lets the accident of next month pass.",
        LEAST_PRIVILEGE,
        _standing,
    ),
    Policy(
        "ORG-004",
        Severity.WARNING,
        "An approval counts everywhere.",
        "An approval for every place multiplies: its number holds for each of them.",
        LEAST_PRIVILEGE,
        _for_all,
    ),
    Policy(
        "ORG-005",
        Severity.NOTE,
        "The reason of an approval or a silence says nothing.",
        "A year later the reason is all that is left of the decision.",
        "NIST SP 800-53, AU-3: Content of Audit Records",
        _no_reason,
    ),
    Policy(
        "ORG-006",
        Severity.WARNING,
        "A consent needs one person only.",
        "The two-person rule protects against one stolen laptop and one tired evening; one person is none.",
        SEPARATION,
        _alone,
    ),
    Policy(
        "ORG-007",
        Severity.WARNING,
        "Fewer than two administrators must remain.",
        "Only an Administrator can accept Apple's terms and let another one in. With one of them, a lost phone locks the school out.",
        guide.ROLES,
        _administrators,
    ),
    Policy(
        "ORG-008",
        Severity.WARNING,
        "A key or token lies among the files of the repository.",
        "What was once committed stays in every clone. The keys here open the whole organization.",
        guide.API_ACCOUNTS,
        _secret_beside,
    ),
    Policy(
        "ORG-009",
        Severity.NOTE,
        "A freeze lasts longer than three months.",
        "A freeze holds back everything, new devices and leavers included. A long one is soon approved around.",
        "ITIL: Change Enablement, change freezes",
        _long_freeze,
    ),
    Policy(
        "ORG-010",
        Severity.WARNING,
        "More requests are allowed than Apple answers.",
        "Apple refuses with 429 beyond its limit, and everything that shares it waits: the MDM, too.",
        guide.API_ACCOUNTS,
        _hurry,
    ),
    Policy(
        "ORG-011",
        Severity.WARNING,
        "Credentials are sent to an address that is not Apple's.",
        "Whoever answers there can act as the school until the key is revoked.",
        guide.API_ACCOUNTS,
        _elsewhere,
    ),
    Policy(
        "APP-001",
        Severity.WARNING,
        "Licences are taken over from another product.",
        "Only one product should manage the licences of a location; two of them take from each other what they just gave.",
        guide.CONTENT_TOKENS,
        _taking_over,
    ),
    Policy(
        "APP-002",
        Severity.WARNING,
        "Two entries have the same token.",
        "A token stands for one location or one service. Two entries that share it undo each other's changes.",
        guide.CONTENT_TOKENS,
        _one_token_twice,
    ),
)
