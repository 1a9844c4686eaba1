from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.scenes import lab, some
from tests.district import District, Ran


@pytest.fixture
def saved(district: District, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A saved plan of a district where every change of a device needs two people."""
    for variable in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        monkeypatch.delenv(variable, raising=False)
    for arguments in (
        ["init", "-q"],
        ["-c", "user.name=Ann", "-c", "user.email=a@x.example", "commit", "-q", "--allow-empty", "-m", "Begin"],
    ):
        subprocess.run(["git", "-C", district.folder, *arguments], check=True)
    district.settings(consents=[{"kinds": "device_assignment"}])
    lab(district, some(district, 6))
    plan = district.folder / "state" / "private" / "plan.json"
    district.run("plan", "--out", str(plan))
    return plan


def _approve(district: District, plan: Path, person: str) -> Ran:
    subprocess.run(["git", "-C", district.folder, "config", "user.email", person], check=True)
    return district.run("approve", str(plan))


def test_two_people_must_approve(district: District, saved: Path) -> None:
    """A plan that needs two people is applied when two have approved this very plan, and not before."""
    refused = district.run("apply", "--plan", str(saved))
    assert refused.code == 4
    assert "This plan needs 2 people to approve it; nobody has so far." in refused.err
    assert "1 more must." in _approve(district, saved, "ann@school.example").out
    assert "so far: ann@school.example" in district.run("apply", "--plan", str(saved)).err
    assert district.activities() == 0
    assert "Approved by 2. It may be applied." in _approve(district, saved, "ben@school.example").out
    assert district.run("apply", "--plan", str(saved)).code == 0


def test_nobody_approves_twice(district: District, saved: Path) -> None:
    """The second approval of one person is refused."""
    _approve(district, saved, "ann@school.example")
    again = _approve(district, saved, "ann@school.example")
    assert (again.code, "ann@school.example has approved this plan already." in again.err) == (1, True)


def test_an_approval_is_for_one_plan(district: District, saved: Path) -> None:
    """What was approved is this plan: another one, even a smaller one, needs its own approvals."""
    for person in ("ann@school.example", "ben@school.example"):
        _approve(district, saved, person)
    lab(district, some(district, 3))
    district.run("plan", "--out", str(saved))
    assert district.run("apply", "--plan", str(saved)).code == 4


def test_a_plan_made_on_the_spot_cannot_be_approved_by_two(district: District, saved: Path) -> None:
    """`apply` without a saved plan is refused where people must approve first, and says how it is done."""
    del saved
    refused = district.apply()
    assert refused.code == 4
    assert "reconciler approve plan.json" in refused.err


def test_a_freeze_that_began_since_refuses_a_saved_plan(district: District, saved: Path) -> None:
    """A plan that was saved before a freeze is refused in it, with the day on which it ends."""
    for person in ("ann@school.example", "ben@school.example"):
        _approve(district, saved, person)
    district.settings(freezes=[{"name": "Final exams", "from": "2026-11-01", "until": "2026-12-01"}])
    refused = district.run("apply", "--plan", str(saved))
    assert refused.code == 4
    assert "Final exams: nothing is changed until 2026-12-01 is over, and 6 devices would." in refused.err
    assert district.activities() == 0
