"""Which passcode policy a student has in the end, and what that means on a Shared iPad.

Apple School Manager User Guide, "Set a passcode policy": what an upload says wins; where it says nothing an uploaded account has its
location's policy when it is new and keeps what it has afterwards; accounts that were made by hand have their own; those of an
identity provider have none of Apple's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reconciler.capability import Verb
from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.roles import PasscodePolicy
from reconciler.kinds.roster import Person
from reconciler.phrases import counted
from reconciler.plan import Change
from reconciler.roster.part import Part
from reconciler.roster.people import Terms

Origin = Literal["upload", "manual", "student information system", "identity provider"]
STANDARD = "8"
"""What everybody who is no student has, and students of locations that say nothing."""
WORDS = {"4": "four digits", "6": "six digits", "8": "eight or more letters and digits", "": "set by the identity provider"}
SHARED_IPAD = {
    "4": "on Shared iPad they type the same four digits",
    "6": "on Shared iPad they type the same six digits",
    "8": "on Shared iPad they type their whole password",
    "": "on Shared iPad they have a passcode of its own, which can be reset apart from their password",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """`passcode`: "4", "6", "8", or empty where the identity provider decides. `decided_by` in words; `editable`: in the portal."""

    passcode: str
    decided_by: str
    editable: bool

    def __str__(self) -> str:
        change = "can be changed in the portal" if self.editable else "cannot be changed in the portal"
        return f"{WORDS[self.passcode]} ({self.decided_by}; {change}); {SHARED_IPAD[self.passcode]}"


def effective(origin: Origin, row: str, location: str, own: str = "") -> Policy:
    """The policy of a student: `row` is what the upload says, `location` the location's default, `own` what an account that was made
    by hand has. Empty where nothing is said."""
    if origin == "identity provider":
        return Policy("", "the identity provider decides", editable=False)
    if origin == "student information system":
        return Policy(location or STANDARD, "the location's default", editable=True)
    if row:
        return Policy(row, "the student's own row decides", editable=False)
    if origin == "manual":
        return Policy(own or STANDARD, "the account's own", editable=True)
    return Policy(location or STANDARD, "the location's default", editable=False)


def policy_of(part: Part, row: int, desired: Desired, terms: Terms) -> Policy | None:
    """The policy of somebody in a roster, as far as the files tell; None for staff, who have the standard one."""
    if part.layout.name != "students":
        return None
    email, own, place = (part.column(column)[row] for column in ("email_address", "password_policy", "location_id"))
    federated = email.rpartition("@")[2].casefold() in terms.federated_domains
    declared = desired.of("passcode_policy").get(place)
    default = declared.spec.passcode or "" if declared is not None and isinstance(declared.spec, PasscodePolicy) else ""
    return effective("identity provider" if federated else "upload", own, default)


def ignored(changes: Iterable[Change]) -> list[Diagnostic]:
    """One warning for all students whose row stops saying a policy: Apple leaves what they have."""
    blanked = [change for change in changes if change.verdict.kind == "person" and _blanked(change)]
    if not blanked:
        return []
    count = counted(len(blanked), "student")
    said = f"The passcode policy of {count} is taken out of the roster, and Apple ignores that: the accounts keep the one they have."
    return [Diagnostic(blanked[0].verdict.source, said, "Write the policy that you want (4, 6 or 8) instead of nothing.", Severity.WARNING)]


def _blanked(change: Change) -> bool:
    before, after = change.verdict.before, change.verdict.after
    if change.verdict.verb is not Verb.UPDATE or not isinstance(before, Person) or not isinstance(after, Person):
        return False
    return before.passcode in WORDS and bool(before.passcode) and not after.passcode
