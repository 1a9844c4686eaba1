from __future__ import annotations

from itertools import product

import pytest

from reconciler.access import Access, Holding
from reconciler.kinds.hierarchy import ROLES, Deed, may
from reconciler.passcodes import Origin, effective

# Columns are whom it is done to, in the order of ROLES; what Apple's guide says of each role, letter by letter.
TABLES: dict[Deed, dict[str, str]] = {
    "act": {
        "Administrator": "yyyyyyyyy",
        "Site Manager": "-yyyyyyyy",
        "People Manager": "-yyyyyyyy",
        "Manager": "------yyy",
        "Instructor": "--------y",
    },
    "reset": {
        "Administrator": "yyyyyyyyy",
        "Site Manager": "-yyyyyyyy",
        "People Manager": "-yyyyyyyy",
        "Manager": "-----yyyy",
        "Instructor": "--------y",
    },
    "inspect": {
        "Administrator": "-yyyyyyyy",
        "Site Manager": "--yyyyyyy",
        "People Manager": "---yyyyyy",
        "Manager": "------yyy",
        "Instructor": "--------y",
    },
}


@pytest.mark.parametrize("deed", TABLES)
def test_the_hierarchy_is_apples(deed: Deed) -> None:
    """Who may edit, reset or inspect whom is exactly what Apple's guide says of its nine roles."""
    for role, (column, target) in product(ROLES, enumerate(ROLES)):
        assert may(deed, role, target) == (TABLES[deed].get(role, "-" * 9)[column] == "y"), (deed, role, target)


def _access(**people: list[tuple[str, str]]) -> Access:
    return Access({person: {Holding(*held) for held in roles} for person, roles in people.items()})


def test_roles_count_at_their_location() -> None:
    """An instructor reaches students of the same location only, an Administrator everybody, and nobody themselves."""
    found = _access(
        teacher=[("Instructor", "north")], pupil=[("Student", "north"), ("Student", "south")], admin=[("Administrator", "office")]
    )
    assert found.where("inspect", "teacher", "pupil") == ["north"]
    assert found.where("inspect", "admin", "pupil") == ["north", "south"]
    assert found.where("act", "pupil", "teacher") == []
    assert found.where("act", "admin", "admin") == []


def test_the_strongest_role_protects() -> None:
    """Who is Instructor and Site Manager cannot be reset by a Manager, who may reset Instructors."""
    found = _access(
        manager=[("Manager", "north")], both=[("Instructor", "north"), ("Site Manager", "south")], one=[("Instructor", "north")]
    )
    assert found.where("reset", "manager", "one") == ["north"]
    assert found.where("reset", "manager", "both") == []


@pytest.mark.parametrize(
    ("origin", "row", "location", "own", "passcode", "editable"),
    [
        ("upload", "4", "6", "", "4", False),
        ("upload", "", "6", "", "6", False),
        ("upload", "", "", "", "8", False),
        ("manual", "", "6", "4", "4", True),
        ("manual", "6", "", "4", "6", False),
        ("student information system", "", "6", "", "6", True),
        ("identity provider", "4", "6", "", "", False),
    ],
)
def test_the_passcode_policy_is_apples(origin: Origin, row: str, location: str, own: str, passcode: str, editable: bool) -> None:
    """The row decides, then the location or the account's own, as Apple's table of passcode policies says."""
    policy = effective(origin, row, location, own)
    assert (policy.passcode, policy.editable) == (passcode, editable)
    assert "Shared iPad" in str(policy)
