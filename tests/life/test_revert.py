from __future__ import annotations

import json

from tests.cli.scenes import HELD_BY_MOST, lab, settled, some
from tests.district import District


def _last_run(district: District) -> str:
    lines = (district.folder / "state" / "ledger.jsonl").read_text().splitlines()
    return str(json.loads(lines[-1])["run"])


def _undo(district: District, run: str) -> None:
    plan = district.folder / "state" / "private" / "undo.json"
    assert district.run("plan", "--revert", run, "--out", str(plan)).code == 2
    assert district.run("apply", "--plan", str(plan)).code == 0


def test_a_move_is_undone(district: District) -> None:
    """The plan that undoes a run brings each of its devices back where it was, touches no other, and is applied like any plan."""
    before = {service: set(district.serials(service)) for service in (HELD_BY_MOST, "Jamf School", "Intune for Education", None)}
    settled(district)
    _undo(district, _last_run(district))
    assert {service: set(district.serials(service)) for service in before} == before


def test_an_assignment_is_undone(district: District) -> None:
    """A device that had no service before a run has none after it was undone."""
    free = some(district, 1, None)
    lab(district, free)
    assert district.apply().code == 0
    _undo(district, _last_run(district))
    assert set(free) <= set(district.serials(None))


def test_the_plan_says_that_it_undoes_and_what_follows(district: District) -> None:
    """The plan names the run that it undoes, and says that the files would bring it back."""
    settled(district)
    run = _last_run(district)
    shown = district.run("plan", "--revert", run).out
    assert f"This plan undoes run {run}" in shown
    assert "The files still ask for it, so the next ordinary plan would do it again" in " ".join(shown.split())


def test_an_unknown_run_is_said(district: District) -> None:
    """A run that the ledger does not know is an error that says where runs are listed."""
    ran = district.run("plan", "--revert", "0123456789ab")
    assert (ran.code, "The ledger knows of nothing that a run 0123456789ab changed." in ran.err) == (1, True)


def test_a_run_is_undone_whole(district: District) -> None:
    """--revert with --target is refused: half an undo is a new wish, and belongs into the files."""
    ran = district.run("plan", "--revert", "0123456789ab", "--target", "device_assignment")
    assert (ran.code, "A run is undone whole" in ran.err) == (1, True)


def test_undoing_keeps_what_is_awaited(district: District) -> None:
    """What is awaited stays awaited when a run is undone."""
    serials = some(district, 3)
    lab(district, [*serials, "AAAABBBB0001"])
    assert district.apply().code == 0
    _undo(district, _last_run(district))
    assert "AAAABBBB0001" in (district.folder / "state" / "record.tsv").read_text()
