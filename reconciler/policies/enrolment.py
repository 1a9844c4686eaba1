"""Policies about what devices are told when they are set up."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from reconciler.diagnostic import Severity
from reconciler.kinds.profile import PROFILE, EnrolmentProfile
from reconciler.policies.policy import Found, Matter, Policy

SOON = timedelta(days=30)
PAGE = "https://developer.apple.com/documentation/devicemanagement/profile"
SUPERVISION = "https://support.apple.com/guide/deployment/about-device-supervision-dep1d89f0bff/web"
PANES = "https://developer.apple.com/documentation/devicemanagement/skipkeys"


def _where(wrong: Callable[[EnrolmentProfile], bool], message: str, hint: str) -> Callable[[Matter], Iterable[Found]]:
    """A check that says the same of every entry with such a profile."""

    def check(matter: Matter) -> Iterator[Found]:
        for origin, declared in matter.entries(PROFILE).items():
            if isinstance(declared.spec, EnrolmentProfile) and wrong(declared.spec):
                yield Found(origin, message, hint, declared.source)

    return check


def _has(pane: str) -> Callable[[EnrolmentProfile], bool]:
    return lambda profile: pane in (profile.skip_setup_items or ())


def _at_a_number(profile: EnrolmentProfile) -> bool:
    host = urlsplit(profile.url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host.endswith(".local") or "." not in host
    return True


def _ending(matter: Matter) -> Iterator[Found]:
    now = datetime(matter.today.year, matter.today.month, matter.today.day, tzinfo=UTC)
    for origin, declared in matter.entries(PROFILE).items():
        for text in getattr(declared.spec, "anchor_certs", None) or ():
            try:
                ends = _end(text)
            except ValueError:
                yield Found(origin, "a certificate of anchor_certs cannot be read.", "Paste it again from its .pem file.", declared.source)
                continue
            if ends - now < SOON:
                message = f"a certificate that devices trust for the url {'ended' if ends < now else 'ends'} on {ends:%Y-%m-%d}."
                yield Found(origin, message, "Add its successor; after that day no device can enroll.", declared.source)


def _end(text: str) -> datetime:
    from cryptography.x509 import load_der_x509_certificate  # 30 ms that only profiles with certificates need to pay

    return load_der_x509_certificate(b64decode(text)).not_valid_after_utc


POLICIES = (
    Policy(
        "ENR-001",
        Severity.WARNING,
        "Devices are set up without supervision.",
        "Most restrictions, single-app mode and lost mode work on supervised devices only, and supervision cannot be added later "
        "without erasing.",
        SUPERVISION,
        _where(lambda one: not one.is_supervised, "devices are not supervised.", "Write is_supervised: true."),
    ),
    Policy(
        "ENR-002",
        Severity.WARNING,
        "Users may remove the management.",
        "A student who removes it is outside of every rule of the school until the device is erased.",
        PAGE,
        _where(
            lambda one: bool(one.is_supervised) and one.is_mdm_removable is not False,
            "users can remove the management in Settings.",
            "Write is_mdm_removable: false.",
        ),
    ),
    Policy(
        "ENR-003",
        Severity.WARNING,
        "Enrolment can be skipped.",
        "On older systems whoever sets the device up can pass over enrolment, and then it is a private device.",
        PAGE,
        _where(lambda one: not one.is_mandatory, "whoever sets a device up may skip enrolment.", "Write is_mandatory: true."),
    ),
    Policy(
        "ENR-004",
        Severity.NOTE,
        "Nobody is named whom a user can ask.",
        "Set-up shows these words when something goes wrong; without them people bring the device to the wrong place, or give up.",
        PAGE,
        _where(
            lambda one: not (one.support_phone_number or one.support_email_address),
            "neither a phone number nor an address for help is shown during set-up.",
            "Write support_phone_number or support_email_address.",
        ),
    ),
    Policy(
        "ENR-005",
        Severity.NOTE,
        "Users reach the Home Screen before the device is ready.",
        "Until the first settings and restrictions have arrived, the device is open; await_device_configured makes set-up wait for them.",
        PAGE,
        _where(
            lambda one: not one.await_device_configured and not one.is_multi_user,
            "users can begin before the settings have arrived.",
            "Write await_device_configured: true, and let the service say when it is done.",
        ),
    ),
    Policy(
        "ENR-006",
        Severity.NOTE,
        "Setting a passcode is skipped.",
        "Without a passcode nothing on the device is encrypted with a secret, and who finds it reads it.",
        PANES,
        _where(_has("Passcode"), "set-up does not ask for a passcode.", "Delete Passcode, unless the service demands one later."),
    ),
    Policy(
        "ENR-007",
        Severity.WARNING,
        "A certificate that devices trust ends soon.",
        "After that day no device with this profile can enroll, and the ones in use cannot be erased and set up again.",
        PAGE,
        _ending,
    ),
    Policy(
        "ENR-008",
        Severity.WARNING,
        "Devices should set themselves up, and language or region is missing.",
        "Auto Advance stops at the first question that the profile leaves open.",
        PAGE,
        _where(
            lambda one: bool(one.auto_advance_setup) and not (one.language and one.region),
            "auto_advance_setup needs a language and a region.",
            "Write both, for example language: en and region: US.",
        ),
    ),
    Policy(
        "ENR-009",
        Severity.WARNING,
        "Shared iPad without supervision.",
        "Shared iPad works on supervised iPads only.",
        SUPERVISION,
        _where(
            lambda one: bool(one.is_multi_user) and not one.is_supervised, "Shared iPad needs supervision.", "Write is_supervised: true."
        ),
    ),
    Policy(
        "ENR-010",
        Severity.WARNING,
        "Devices enroll at an address that only the school's own network knows.",
        "Devices are also set up at home. A number or a local name is not found from there, and no public certificate names it.",
        PAGE,
        _where(_at_a_number, "url is not a public name.", "Give the service a name in public DNS."),
    ),
)
