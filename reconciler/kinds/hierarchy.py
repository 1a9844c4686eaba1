"""Apple's nine roles, what each may do to whom, and what each is good for.

Apple School Manager User Guide, "Intro to roles and privileges" (who can act on whom), "Reset passwords", "Inspect accounts", "Intro to
federated authentication". An Administrator may edit what a role may do; this is how Apple delivers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

RoleName = Literal[
    "Administrator",
    "Site Manager",
    "People Manager",
    "Device Enrollment Manager",
    "Content Manager",
    "Manager",
    "Staff",
    "Instructor",
    "Student",
]
ROLES: tuple[RoleName, ...] = get_args(RoleName)
"""Widest first."""
ADMINISTRATOR = "Administrator"
UPLOADED = ("Instructor", "Student")
"""What rosters make of staff and students; nobody grants it in the portal."""
UNFEDERATED = ("Administrator", "Site Manager", "People Manager")
"""Roles whose holders sign in with Apple: federated sign-in is switched off for whoever gets one."""
BUYERS = ("Administrator", "Manager", "Instructor", "Content Manager")
"""Roles that buy content, which the role Student beside them takes away."""
MOST_ADMINISTRATORS = 5
"""The one who signed up, and up to four more."""
GRANTERS = ("Administrator", "Site Manager", "People Manager")

Deed = Literal["act", "reset", "inspect"]

_BELOW_MANAGER = frozenset(("Staff", "Instructor", "Student"))
_NOBODY: frozenset[str] = frozenset()
_ALL = frozenset(ROLES)
_BUT_ADMINISTRATOR = _ALL - {"Administrator"}
_BELOW_PEOPLE_MANAGER = _BUT_ADMINISTRATOR - {"Site Manager", "People Manager"}

REACH: Mapping[Deed, Mapping[str, frozenset[str]]] = {
    "act": {
        "Administrator": _ALL,
        "Site Manager": _BUT_ADMINISTRATOR,
        "People Manager": _BUT_ADMINISTRATOR,
        "Manager": _BELOW_MANAGER,
        "Instructor": frozenset(("Student",)),
    },
    "reset": {
        "Administrator": _ALL,
        "Site Manager": _BUT_ADMINISTRATOR,
        "People Manager": _BUT_ADMINISTRATOR,
        "Manager": _BELOW_MANAGER | {"Manager"},
        "Instructor": frozenset(("Student",)),
    },
    "inspect": {  # only downwards: nobody inspects an equal
        "Administrator": _BUT_ADMINISTRATOR,
        "Site Manager": _BUT_ADMINISTRATOR - {"Site Manager"},
        "People Manager": _BELOW_PEOPLE_MANAGER,
        "Manager": _BELOW_MANAGER,
        "Instructor": frozenset(("Student",)),
    },
}
"""Deed → role → the roles that its holders may do it to; roles that are missing may do it to nobody."""


def may(deed: Deed, role: str, target: str) -> bool:
    """Whether a holder of `role` may do it to a holder of `target`."""
    return target in REACH[deed].get(role, _NOBODY)


Duty = Literal["terms", "integrations", "people", "devices", "apps", "passwords", "classes"]
DUTIES: Mapping[str, tuple[str, ...]] = {
    "terms": ("Administrator",),
    "integrations": ("Administrator", "Site Manager"),
    "people": ("Administrator", "Site Manager", "People Manager"),
    "devices": ("Administrator", "Site Manager", "Device Enrollment Manager"),
    "apps": ("Administrator", "Site Manager", "Content Manager"),
    "passwords": ("Administrator", "Site Manager", "People Manager", "Manager"),
    "classes": ("Administrator", "Site Manager", "People Manager", "Manager", "Instructor"),
}
"""Duty → the roles that can carry it, widest first."""


def narrowest(duties: tuple[str, ...]) -> str:
    """The narrowest role that can carry all of these; an Administrator can carry everything."""
    able = [role for role in ROLES if all(role in DUTIES[duty] for duty in duties)]
    return able[-1]
