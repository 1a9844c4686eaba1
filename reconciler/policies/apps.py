"""Policies about who has an app: the device that many share, or the one person who has the device."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.diagnostic import Severity
from reconciler.kinds.devices import ASSIGNMENT
from reconciler.kinds.profile import PROFILE, EnrolmentProfile
from reconciler.licences.allocation import Allocation
from reconciler.licences.devices import Devices
from reconciler.observed import Observed
from reconciler.phrases import some
from reconciler.policies.policy import Found, Matter, Policy

DISTRIBUTION = "https://support.apple.com/guide/deployment/dep7cef2e0ea/web"
SHARED = "https://support.apple.com/guide/deployment/shared-ipad-overview-dep9a34c2ba2/web"


def _at(allocation: Allocation, message: str, hint: str) -> Found:
    return Found(allocation.declared.origin, message, hint, allocation.declared.source)


def _for_students(allocation: Allocation) -> bool:
    return allocation.people is not None and not allocation.book and allocation.people.role != "staff"


def _people_who_share(matter: Matter) -> Iterator[Found]:
    """Which students share an iPad no file says, so each app is told once for all of them."""
    profiles = matter.entries(PROFILE).items()
    shared = sorted(key for key, declared in profiles if isinstance(declared.spec, EnrolmentProfile) and declared.spec.is_multi_user)
    apps = {one.declared.origin: one for one in matter.desired.allocations if shared and _for_students(one)}
    for allocation in apps.values():
        message = f"students have it as people, and the Shared iPads of {some(shared)} run only what is the device's own."
        yield _at(allocation, message, "Write per: device, unless it is only for devices that one person has.")


def _own(profile: object) -> bool:
    """Whether somebody signs in while a device is set up, and then has it alone: without that page nobody is known to have it."""
    return isinstance(profile, EnrolmentProfile) and bool(profile.configuration_web_url) and not profile.is_multi_user


def _devices_of_one(matter: Matter) -> Iterator[Found]:
    """An app that even one shared device gets, or one that nothing is known of, is rightly the devices'."""
    own = {serial for serial, declared in matter.desired.of(PROFILE).items() if _own(declared.spec)}
    for app, serials in _devices_by_app(matter).items() if own else ():
        if serials and own.issuperset(serials):
            allocation = next(one for one in matter.desired.allocations if one.declared.origin == app)
            message = f"each of the {len(serials):,} devices that get it belongs to one person, who signs in while it is set up."
            yield _at(allocation, message, "With per: user, one licence is for all devices of that person, and moves with the person.")


def _devices_by_app(matter: Matter) -> dict[str, Collection[str]]:
    """App → the devices that get it at all locations; none where only the live organization can say which those are."""
    devices, found = Devices(matter.desired.of(ASSIGNMENT), Observed()), dict[str, set[str]]()
    open_ended: set[str] = set()
    ruled = {rule.declared.origin for rule in matter.desired.rules.get(ASSIGNMENT, ())}
    for one in matter.desired.allocations:
        if one.devices is not None:
            app = one.declared.origin
            if one.devices.tests or one.devices.servers or ruled.intersection(one.devices.assignments or ()):
                open_ended.add(app)
            found.setdefault(app, set()).update(devices.chosen(one.devices))
    return {app: () if app in open_ended else serials for app, serials in found.items()}


POLICIES = (
    Policy(
        "APP-004",
        Severity.WARNING,
        "Students have an app as people, and some share their iPads.",
        "A Shared iPad has only apps that were given to the device; what a student has as a person never comes onto it.",
        SHARED,
        _people_who_share,
    ),
    Policy(
        "APP-005",
        Severity.NOTE,
        "An app is given to devices that one person each has.",
        "Given to a device, it needs a licence for every device. Given to the person, one is enough for all of that person's devices.",
        DISTRIBUTION,
        _devices_of_one,
    ),
)
