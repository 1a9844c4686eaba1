"""Steps for accounts: roles, passcode policies, inspections, new credentials.

Apple School Manager User Guide: "Intro to roles and privileges", "Edit accounts", "Set a passcode policy", "Inspect accounts",
"Reset passwords".
"""

from __future__ import annotations

from collections.abc import Mapping

from providers.portal.words import TELL, Task
from reconciler import guide
from reconciler.capability import Verb

EDIT_ROLES = guide.page("axmb46d473c7")
POLICIES = guide.page("axme4faad4d4")
INSPECT = guide.page("axmd8fcbdd99")
RESETS = guide.page("axmd9c4cbc33")

_GRANTERS = guide.sign_in("Administrator", "Site Manager", "People Manager")
_FIND = "Select Users in the sidebar and find {person} (a key under administrators, or a pseudonym that reconciler reveal resolves)."
_WHY_ROLES = "Roles above Instructor are granted in the portal only; nobody can grant what they lack."
_WHY_RESET = "New credentials are made in the portal only, and are handed over in person. reconciler never sees them."

ACCOUNT_STEPS: Mapping[str, Mapping[Verb, Task]] = {
    "role": {
        Verb.CREATE: Task(
            _WHY_ROLES,
            EDIT_ROLES,
            (
                _GRANTERS,
                _FIND,
                "Select Edit next to Roles/Locations, then Add.",
                "Choose the role {role} and the location {location}, and select Save.",
                "Who signs in through federation and becomes Administrator, Site Manager or People Manager signs in with Apple instead.",
                TELL,
            ),
        ),
        Verb.DELETE: Task(
            "Roles above Instructor are taken away in the portal only.",
            EDIT_ROLES,
            (
                _GRANTERS,
                _FIND,
                "Select Edit next to Roles/Locations, remove {role} at {location}, and select Save.",
                "Make sure that at least two Administrators remain who can sign in.",
                TELL,
            ),
        ),
    },
    "passcode_policy": {
        Verb.CREATE: Task(
            "A location's passcode policy is set in the portal only. It counts for new students; accounts that are there keep theirs.",
            POLICIES,
            (
                _GRANTERS,
                "Select Locations in the sidebar and choose the location.",
                "Select Edit next to the default passcode policy: 4 is four digits, 6 six digits, 8 eight or more letters and digits.",
                "Choose {passcode} and select Save.",
                TELL,
            ),
        ),
        Verb.DELETE: Task(
            "The files say nothing of this location's passcode policy any more; nobody but a person can change it.",
            POLICIES,
            (_GRANTERS, "Look whether the location's policy may stay as it is.", TELL),
        ),
    },
    "inspection": {
        Verb.CREATE: Task(
            "Apple offers inspections in the portal only, downwards in the hierarchy, and keeps a log of them.",
            INSPECT,
            (
                "{requested_by} signs in to https://school.apple.com.",
                "Select Users in the sidebar, find the account {account} (reconciler reveal resolves the pseudonym), then Inspect.",
                "Sign in on the device {device} with what the portal shows. Apple gives 15 minutes for that; nobody writes it down.",
                "Look at what the reason asks for and at nothing else, then sign out. This request ends on {until}.",
                TELL,
            ),
        ),
    },
    "credential_reset": {
        Verb.CREATE: Task(
            _WHY_RESET,
            RESETS,
            (
                "{performed_by} signs in to https://school.apple.com.",
                "Select Users in the sidebar and find the account {account} (reconciler reveal resolves the pseudonym).",
                "Reset the sign-in ({what}): password: Create Sign-in; unlock: Unlock; shared_ipad_passcode: Reset Shared iPad Passcode;"
                " verification_code: Create Verification Code.",
                "Hand it over in person or as a sealed print. A temporary password lasts 90 days; a student's code lasts a year.",
                TELL,
            ),
        ),
    },
}
