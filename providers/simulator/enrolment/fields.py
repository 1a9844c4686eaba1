"""What a profile may say, judged field by field. Apple, "Profile" and "Define a Profile"."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from providers.simulator.enrolment.refusal import MALFORMED, Refusal
from providers.simulator.enrolment.visit import Visit

FLAGS: Mapping[str, int] = {
    "allow_pairing": 1,
    "is_supervised": 1,
    "is_mandatory": 1,
    "is_mdm_removable": 1,
    "is_multi_user": 2,
    "await_device_configured": 2,
    "auto_advance_setup": 2,
    "is_return_to_service": 1,
    "do_not_use_profile_from_backup": 1,
}
"""Switches of a profile → the version of the protocol that knows them."""
TEXTS: Mapping[str, tuple[int, str]] = {
    "department": (125, "DEPARTMENT_INVALID"),
    "org_magic": (256, "MAGIC_INVALID"),
    "support_phone_number": (50, "SUPPORT_PHONE_INVALID"),
    "support_email_address": (250, "SUPPORT_EMAIL_INVALID"),
}
"""Optional texts → the most characters, and the word for a longer one."""
LOCALES = {"language": re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?"), "region": re.compile(r"[A-Z]{2}")}
CERTIFICATES = ("anchor_certs", "supervising_host_certs")
LONGEST_NAME, LONGEST_URL = 125, 2000


def profile(visit: Visit) -> dict[str, Any]:
    """The profile of the body, as far as the version of the protocol knows its fields; 400 with Apple's word for what is wrong."""
    body = visit.body
    found: dict[str, Any] = {"profile_name": _name(body), "url": _url(body.get("url"), required=True)}
    if body.get("configuration_web_url"):
        found["configuration_web_url"] = _url(body["configuration_web_url"])
    found |= _texts(visit) | _flags(visit) | _locale(body)
    found |= {name: _certificates(body[name]) for name in CERTIFICATES if body.get(name) is not None}
    if body.get("skip_setup_items") is not None:
        found["skip_setup_items"] = _strings(body["skip_setup_items"])
    return found


def _name(body: Mapping[str, Any]) -> str:
    name = body.get("profile_name")
    if not name:
        raise Refusal(400, "CONFIG_NAME_REQUIRED")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Refusal(400, "CONFIG_NAME_INVALID")
    return name


def _url(url: object, *, required: bool = False) -> str:
    if required and not url:
        raise Refusal(400, "CONFIG_URL_REQUIRED")
    if not isinstance(url, str) or len(url) > LONGEST_URL or not https(url):
        raise Refusal(400, "CONFIG_URL_INVALID")
    return url


def https(url: str) -> bool:
    """Whether it is an address of the web with a host, reached by TLS."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        return False


def _texts(visit: Visit) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, (most, word) in TEXTS.items():
        value = visit.body.get(name)
        if not value:
            if name in ("department", "support_phone_number") and visit.quirk("enrolment_profile_contact") == "required":
                raise Refusal(400, word.replace("INVALID", "REQUIRED"))
            continue
        if not isinstance(value, str) or len(value) > most or ("email" in name and "@" not in value):
            raise Refusal(400, word)
        if name != "support_email_address" or visit.version >= 2:
            found[name] = value
    return found


def _flags(visit: Visit) -> dict[str, bool]:
    found = {name: visit.body[name] for name, since in FLAGS.items() if name in visit.body and visit.version >= since}
    if any(not isinstance(value, bool) for value in found.values()):
        raise Refusal(400, "FLAGS_INVALID")
    if found.get("is_mdm_removable") is False and not found.get("is_supervised"):
        raise Refusal(400, "FLAGS_INVALID")
    return found


def _locale(body: Mapping[str, Any]) -> dict[str, str]:
    found = {name: body[name] for name in LOCALES if body.get(name)}
    if any(not isinstance(value, str) or not LOCALES[name].fullmatch(value) for name, value in found.items()):
        raise Refusal(400, "LOCALE_INVALID")
    return found


def _certificates(listed: object) -> list[str]:
    found = _strings(listed)
    try:
        for text in found:
            base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise Refusal(400, MALFORMED) from problem
    return found


def _strings(listed: object) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise Refusal(400, MALFORMED)
    return listed
