"""What the service's codes mean, and who must do what about them. Apple, "Interpreting Automated Device Enrollment error codes"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from providers.device_enrolment.token import AGAIN
from providers.wire.words import Fault

_PORTAL = "https://school.apple.com"
_TELL = "Correct it in the entry under enrolment_profiles."
_UPDATE = "Update reconciler; if it stays so, tell its makers."

HELD_BY_A_PERSON: Mapping[str, tuple[str, str]] = {
    "T_C_NOT_SIGNED": (
        "Apple's new terms and conditions wait to be accepted, and until then nothing works",
        f"An Administrator must sign in to {_PORTAL} and accept them there. It was seen to take hours until Apple notices.",
    ),
    "ACCESS_DENIED": (
        "Apple denies this device-management service access to the organization",
        f"An Administrator must look in {_PORTAL}, Preferences, whether the service is still there and the organization is in order.",
    ),
}
"""Only a person can do something about these: another session would not help."""

CODES: Mapping[str, tuple[str, str]] = {
    **HELD_BY_A_PERSON,
    "token_rejected": ("the server token was revoked or has expired", AGAIN),
    "signature_invalid": ("the server token does not count any more: a newer one was made in the portal", AGAIN),
    "consumer_key_unknown": ("Apple does not know this server token", AGAIN),
    "EXPIRED_TOKEN": ("the server token has expired", AGAIN),
    "timestamp_refused": ("this machine's clock and Apple's differ too much", "Set the clock of this machine."),
    "USER_AGENT_MISSING": ("Apple wants to know the name of this program, and something on the way removed it", "Look at the proxy."),
    "USER_AGENT_INVALID": ("Apple does not let this program in under its name", _UPDATE),
    "MALFORMED_REQUEST_BODY": ("Apple could not read the request", _UPDATE),
    "CONFIG_NAME": ("Apple does not take profile_name", f"It needs 1 to 125 characters. {_TELL}"),
    "CONFIG_URL": ("Apple does not take url", f"It needs an https address of at most 2,000 characters. {_TELL}"),
    "DEPARTMENT_": ("Apple does not take department", f"At most 125 characters. {_TELL}"),
    "FLAGS_INVALID": ("Apple does not take these flags together", f"is_mdm_removable: false needs is_supervised: true. {_TELL}"),
    "LOCALE_INVALID": ("Apple does not take language or region", f"Use codes such as en and US. {_TELL}"),
    "MAGIC_INVALID": ("Apple does not take org_magic", f"At most 256 characters. {_TELL}"),
    "SUPPORT_EMAIL_INVALID": ("Apple does not take support_email_address", f"At most 250 characters. {_TELL}"),
    "SUPPORT_PHONE_": ("Apple does not take support_phone_number", f"At most 50 characters. {_TELL}"),
    "MDM_SERVICE_DISCOVERY_URL": ("Apple does not take the service-discovery address", "It needs an https address of the service."),
    "ORG_NOT_SUPPORTED": ("Apple does not offer this to this organization", "Take the entry out, or ask Apple."),
}
"""Code, or what it begins with → what it means, and what to do."""

ENDED = frozenset({"token_rejected", "signature_invalid", "consumer_key_unknown", "EXPIRED_TOKEN"})
"""The server token itself no longer counts: only another one helps."""

HINTS: Mapping[int, str] = {
    401: f"Compare server_token and private_key with the device-management service. {AGAIN}",
    403: f"An Administrator must look in {_PORTAL}, Preferences, at this device-management service.",
}


def said(faults: Sequence[Fault], *codes: str) -> bool:
    """Whether an answer holds one of these codes. They were seen bare, in quotes and within a sentence."""
    return any(code in fault.code for fault in faults for code in codes)
