"""What a device is told when it is set up, as values: the same when declared and when read back.

Apple, "Profile" (Device Assignment). A profile never changes at Apple: another content is another profile, given to each device anew. So
what is planned is the whole content by device, and a profile as such has no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import model_validator

from reconciler.resource import Spec

PROFILE, DISCOVERY = "enrolment_profile", "service_discovery"
DEFAULTS: Mapping[str, bool] = {
    "allow_pairing": True,
    "is_supervised": False,
    "is_mandatory": False,
    "is_mdm_removable": True,
    "is_multi_user": False,
    "is_return_to_service": False,
    "do_not_use_profile_from_backup": False,
    "await_device_configured": False,
    "auto_advance_setup": False,
}
"""What Apple takes where a flag is not given."""
LISTS = ("skip_setup_items", "anchor_certs", "supervising_host_certs")
_ALWAYS = ("server", "profile_name", "url")
FIXED: Mapping[str, tuple[bool, str]] = {
    "is_supervised": (True, "supervised"),
    "is_mdm_removable": (False, "management cannot be removed by the user"),
    "is_multi_user": (True, "Shared iPad"),
}
"""Choices that are made once, when a device is set up, and end only with erasing it → the value that binds, in words."""


class EnrolmentTraits(NamedTuple):
    """What rules can match of a device; texts as on the wire. `server` is the key of its mdm_server. Equal traits are one object."""

    family: str = ""
    model: str = ""
    color: str = ""
    server: str = ""


MATCHED = EnrolmentTraits._fields[:-1]
"""What Apple's device enrolment service tells of a device, of all that a match can ask for."""


class EnrolmentProfile(Spec):
    """What a device of this mdm_server is told when it is set up. None: as Apple does it by itself (see DEFAULTS)."""

    server: str
    profile_name: str
    url: str
    configuration_web_url: str | None = None
    allow_pairing: bool | None = None
    is_supervised: bool | None = None
    is_mandatory: bool | None = None
    is_mdm_removable: bool | None = None
    is_multi_user: bool | None = None
    is_return_to_service: bool | None = None
    do_not_use_profile_from_backup: bool | None = None
    await_device_configured: bool | None = None
    auto_advance_setup: bool | None = None
    department: str | None = None
    org_magic: str | None = None
    support_phone_number: str | None = None
    support_email_address: str | None = None
    language: str | None = None
    region: str | None = None
    skip_setup_items: tuple[str, ...] | None = None
    anchor_certs: tuple[str, ...] | None = None
    supervising_host_certs: tuple[str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, told: dict[str, Any]) -> dict[str, Any]:
        """What Apple does by itself is the same, said or unsaid; the order of panes and certificates means nothing."""
        unsaid: tuple[object, ...] = (None, "", [], ())
        found = {
            name: value for name, value in told.items() if name in _ALWAYS or (value not in unsaid and value is not DEFAULTS.get(name))
        }
        return found | {name: tuple(sorted(set(found[name]))) for name in LISTS if name in found}

    def given(self, observed: Spec | None, *, ours: bool) -> EnrolmentProfile:
        """The whole profile: what is not said is as Apple does it, not as it was."""
        del observed, ours
        return self

    def managed(self, by: Spec) -> EnrolmentProfile:
        """Everything."""
        del by
        return self

    def unread(self, observed: Spec) -> tuple[str, ...]:
        """Nothing: Apple tells a profile as it was defined."""
        del observed
        return ()


class ServiceDiscovery(Spec):
    """Where devices of people who sign in with a Managed Apple Account find their device-management service."""

    url: str
