"""Policies about services and the devices that they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from reconciler import guide
from reconciler.capability import Route, Verb
from reconciler.diagnostic import Severity
from reconciler.kinds.devices import ASSIGNMENT, DeviceAssignment, MdmServer
from reconciler.kinds.match import FAMILIES, Traits
from reconciler.phrases import some
from reconciler.plan import Cause, Change, Verdict
from reconciler.policies.policy import Found, Matter, Policy

NOTICE = timedelta(days=3)
LOST = timedelta(days=30)
MANY = 200
PUT_BACK = 10
MIGRATION = "https://developer.apple.com/documentation/appleschoolmanagerapi/create-an-orgdeviceactivity"
_NOBODYS = "\0"
"""A text that no device has: a pattern that takes it takes everything."""


def _servers(matter: Matter) -> Iterator[tuple[str, MdmServer]]:
    for name, declared in matter.desired.of("mdm_server").items():
        if isinstance(declared.spec, MdmServer):
            yield name, declared.spec


def _no_default(matter: Matter) -> Iterator[Found]:
    given = {family for _, server in _servers(matter) for family in server.default_for or ()}
    if not given:
        return
    for rule in matter.desired.rules.get(ASSIGNMENT, ()):
        families = [test for index, test in rule.match.tests if Traits._fields[index] == "family"]
        missing = [family for family in FAMILIES if families and all(test(family) for test in families) and family not in given]
        if missing and len(missing) < len(FAMILIES):
            message = f"this entry gives every {' and '.join(missing)} a service, and no service is the default for new ones."
            hint = "Until the next apply a new one has no service: write default_for at the service."
            yield Found(rule.declared.origin, message, hint, rule.declared.source)


def _everything(matter: Matter) -> Iterator[Found]:
    for rule in matter.desired.rules.get(ASSIGNMENT, ()):
        if all(Traits._fields[index] != "added" and test(_NOBODYS) for index, test in rule.match.tests):
            message = "this entry claims every device that the school has or will have."
            yield Found(rule.declared.origin, message, "Name families, orders or dates, or let default_for do it.", rule.declared.source)


def _deadlines(matter: Matter) -> Iterator[tuple[str, date, Found]]:
    for origin, declared in matter.entries(ASSIGNMENT).items():
        spec = declared.spec
        if isinstance(spec, DeviceAssignment) and spec.migration_deadline is not None:
            day = spec.migration_deadline.astimezone(matter.settings.organization.zone).date()
            yield origin, day, Found(origin, "", "", declared.source)


def _frozen_deadline(matter: Matter) -> Iterator[Found]:
    for origin, day, at in _deadlines(matter):
        for freeze in matter.settings.freezes:
            if freeze.covers(day):
                message = f"devices move by force on {day}, in the middle of {freeze.name}: they are out of use while they do."
                yield Found(origin, message, "Choose a day before or after it.", at.source)


def _short_notice(matter: Matter) -> Iterator[Found]:
    for origin, day, at in _deadlines(matter):
        if day - matter.today < NOTICE:
            message = f"devices move by force on {day}, and users are told so on the day before that at most."
            yield Found(origin, message, f"Give them {NOTICE.days} days or more.", at.source)


def _released(matter: Matter) -> Iterator[Found]:
    for name, server in _servers(matter):
        if server.allow_release:
            source = matter.desired.of("mdm_server")[name].source
            message = f"{server.name} may release devices from the organization, and who has them then can set them up as their own."
            yield Found(name, message, "Write allow_release: false, unless devices are sold or given away from there.", source)


def _of(matter: Matter, *verbs: Verb) -> Iterator[Change]:
    """Devices that change by ourselves."""
    for change in matter.plan.changes if matter.plan else ():
        if change.verdict.kind == ASSIGNMENT and change.verdict.route is Route.AUTOMATIC and change.verdict.verb in verbs:
            yield change


def _counted(changes: Iterable[Change]) -> list[tuple[Verdict, int]]:
    counts: Counter[int] = Counter()
    verdicts: dict[int, Verdict] = {}
    for change in changes:
        counts[id(change.verdict)] += 1
        verdicts[id(change.verdict)] = change.verdict
    return [(verdicts[key], count) for key, count in counts.items()]


def _homeless(matter: Matter) -> Iterator[Found]:
    leaving: Counter[str] = Counter()
    for verdict, count in _counted(_of(matter, Verb.DELETE)):
        leaving[verdict.scope] += count
    for scope, count in sorted(leaving.items()):
        title = matter.plan.title(scope) if matter.plan else scope
        message = f"{count:,} device{'s' * (count != 1)} of {title} would have no service: erased, nobody manages them."
        yield Found(scope, message, "Give them another service; if they leave the school, release them in the portal.")


def _waited_for(matter: Matter) -> Iterator[Found]:
    late: dict[str, list[str]] = {}
    for item in matter.plan.awaiting if matter.plan else ():
        if matter.today - date.fromisoformat(item.since) > LOST:
            late.setdefault(item.origin, []).append(item.address.name)
    for origin, serials in sorted(late.items()):
        message = f"{len(serials):,} serial numbers have been awaited for more than {LOST.days} days: {some(serials)}."
        yield Found(origin, message, "Ask the reseller to add them to the organization, or correct the numbers.")


def _at_once(matter: Matter) -> Iterator[Found]:
    moving: Counter[str] = Counter()
    for verdict, count in _counted(_of(matter, Verb.UPDATE)):
        moving[verdict.origin] += count
    for origin, count in sorted(moving.items()):
        if count >= MANY and origin not in matter.desired.rollouts:
            declared = matter.entries(ASSIGNMENT).get(origin)
            message = f"{count:,} devices change their service in one go."
            hint = "Try it on some first: rollout: [1%, 10%, rest] below the entry."
            yield Found(origin, message, hint, declared.source if declared else None)


def _moved_by_others(matter: Matter) -> Iterator[Found]:
    moved: Counter[str] = Counter()
    for verdict, count in _counted(_of(matter, Verb.UPDATE, Verb.CREATE)):
        if verdict.cause in (Cause.DRIFT, Cause.VANISHED):
            moved[verdict.origin] += count
    for origin, count in sorted(moved.items()):
        if count >= PUT_BACK:
            message = f"somebody moved {count:,} devices in the portal, and this plan moves them back."
            yield Found(origin, message, "Ask who did it and why, before you undo it: reconciler drift lists them.")


POLICIES = (
    Policy(
        "DEV-001",
        Severity.NOTE,
        "New devices of a family have no default service.",
        "A device that is switched on before the next apply sets itself up without any management, if no service is its family's default.",
        guide.SERVICES,
        _no_default,
    ),
    Policy(
        "DEV-002",
        Severity.WARNING,
        "An entry claims every device.",
        "What claims everything also claims what somebody adds for another purpose; it belongs into a service's default.",
        guide.SERVICES,
        _everything,
    ),
    Policy(
        "DEV-003",
        Severity.WARNING,
        "A migration ends on a day of a freeze.",
        "At its deadline a device moves whether it is in use or not. A freeze says that nothing should happen on that day.",
        MIGRATION,
        _frozen_deadline,
    ),
    Policy(
        "DEV-004",
        Severity.WARNING,
        "A migration ends within three days.",
        "Until the deadline users choose when to move. Devices that were off in these days move in the middle of a lesson.",
        MIGRATION,
        _short_notice,
    ),
    Policy(
        "DEV-005",
        Severity.NOTE,
        "A service may release devices.",
        "A released device belongs to nobody; without a reseller it does not come back into the organization.",
        guide.SERVICES,
        _released,
    ),
    Policy(
        "DEV-006",
        Severity.WARNING,
        "Devices would have no service at all.",
        "Without a service, a device that is erased sets itself up like a private one.",
        guide.SERVICES,
        _homeless,
        of_plan=True,
    ),
    Policy(
        "DEV-007",
        Severity.WARNING,
        "Serial numbers have been awaited for more than 30 days.",
        "Resellers add devices within days. What is awaited for a month was never added, or is misspelled.",
        guide.SERVICES,
        _waited_for,
        of_plan=True,
    ),
    Policy(
        "DEV-008",
        Severity.WARNING,
        "Hundreds of devices move in one go.",
        "A mistake in the new service then meets all of them. A few devices first cost a day and show it.",
        "Google SRE Workbook: Canarying Releases",
        _at_once,
        of_plan=True,
    ),
    Policy(
        "DEV-009",
        Severity.NOTE,
        "Many devices that somebody moved would be moved back.",
        "Whoever moved them had a reason. If it was good, the files are what must change.",
        "ITIL: Change Enablement, emergency changes",
        _moved_by_others,
        of_plan=True,
    ),
)
