from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from reconciler.cli import run
from tests.cli.scenes import HELD_BY_MOST, lab, settled, some
from tests.cli.terminal import on_terminal, piped
from tests.district import District

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text())
ESCAPE = "\x1b"


def _listed(text: str, serials: list[str]) -> int:
    return sum(serial in text for serial in serials)


def test_moves_are_grouped_and_counted(district: District) -> None:
    """Devices that make the same move are one line with their count, below it each entry with its place and its own count."""
    serials = some(district, 14)
    district.assign(
        grade_6={"server": "jamf", "devices": {"serials": serials[:9]}}, grade_7={"server": "jamf", "devices": {"serials": serials[9:]}}
    )
    told = district.run("plan").out
    counts = [int(count) for count in re.findall(r"~ (\d+) [\w ]+: Meraki Systems Manager → Jamf School", told)]
    entries = re.findall(r"^ +(\d+)  (grade_\d) +devices\.yaml:1:\d+  ", told, re.MULTILINE)
    assert sum(counts) == 14
    assert sum(int(count) for count, name in entries if name == "grade_6") == 9
    assert sum(int(count) for count, name in entries if name == "grade_7") == 5


def test_five_samples_stand_for_the_rest(district: District) -> None:
    """Of an entry's devices five are named and the others counted; --all names every one."""
    serials = district.serials(HELD_BY_MOST)
    lab(district, serials)
    told = district.run("plan").out
    lines = [line for line in told.splitlines() if "  lab  " in line]
    hidden = [int(count) for count in re.findall(r"and (\d+) more", told)]
    assert max(_listed(line, serials) for line in lines) == 5
    assert sum(hidden) == len(serials) - _listed(told, serials) > 0
    everything = district.run("plan", "--all").out
    assert _listed(everything, serials) == len(serials)
    assert " more" not in everything


def test_piped_output_has_no_colours(district: District) -> None:
    """Output that is piped has no escape codes, on neither stream."""
    lab(district, some(district, 6))
    ran = piped("plan", district.folder)
    assert ran.code == 2
    assert ESCAPE not in ran.out + ran.err
    assert ran.err == ""


def test_a_terminal_has_colours(district: District) -> None:
    """On a terminal the same plan is coloured."""
    lab(district, some(district, 6))
    code, shown = on_terminal("plan", district.folder)
    assert code == 2
    assert f"{ESCAPE}[33m~" in shown


@pytest.mark.parametrize("situation", ["pending", "refused", "stopped", "settled"])
def test_json_is_what_the_schema_says(district: District, situation: str) -> None:
    """What --json prints is valid by schemas/plan.schema.json, whatever the plan says."""
    if situation == "settled":
        settled(district)
    lab(district, some(district, 6))
    if situation == "refused":
        district.settings(guards={"take_overs": {"percent": 100, "count": 0}})
    if situation == "stopped":
        _dispute(district)
    plan = district.plan()
    jsonschema.validate(plan, SCHEMA)
    assert bool(plan["refusals"]) == (situation == "refused")
    assert bool([finding for finding in plan["findings"] if finding["severity"] == "error"]) == (situation == "stopped")


def _dispute(district: District) -> None:
    match = {"match": {"family": "iPad"}}
    district.assign(one={"server": "jamf", "devices": match}, two={"server": "intune", "devices": match})


def test_a_saved_plan_is_the_printed_one(district: District, tmp_path: Path) -> None:
    """--out saves the plan that --json prints, and says how to apply it without spoiling what is printed."""
    lab(district, some(district, 6))
    ran = district.run("plan", "--json", "--out", str(tmp_path / "plan.json"))
    assert json.loads((tmp_path / "plan.json").read_text()) == json.loads(ran.out)
    assert f"reconciler apply --plan {tmp_path / 'plan.json'}" in ran.err


def test_a_saved_plan_is_what_apply_carries_out(district: District, tmp_path: Path) -> None:
    """apply --plan does what was saved, without a question and without a terminal, although more is declared by now."""
    serials = some(district, 6)
    lab(district, serials[:4])
    district.run("plan", "--out", str(tmp_path / "plan.json"))
    lab(district, serials)
    ran = district.run("apply", "--plan", str(tmp_path / "plan.json"))
    assert (ran.code, ran.err) == (0, "")
    assert set(serials) & set(district.serials("Jamf School")) == set(serials[:4])


def test_a_plan_that_cannot_be_saved_is_still_shown(district: District, tmp_path: Path) -> None:
    """Where --out cannot be written the plan is printed all the same, and the error names the place."""
    lab(district, some(district, 6))
    ran = district.run("plan", "--out", str(tmp_path / "missing" / "plan.json"))
    assert ran.code == 1
    assert "6 to update" in ran.out
    assert str(tmp_path / "missing" / "plan.json") in ran.err


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (["--target", "{0}"], 1),
        (["--target", "{0}", "--target", "{1}"], 2),
        (["--target", "device_assignment"], 6),
        (["--target", "device_assignment/lab"], 6),
        (["--target", "device_assignment", "--exclude", "{0}", "--exclude", "{1}"], 4),
        (["--exclude", "{0}"], 5),
        (["--exclude", "device_assignment/lab"], 0),
    ],
)
def test_a_part_of_the_plan(district: District, chosen: list[str], count: int) -> None:
    """--target and --exclude choose by address, kind or entry, and what they leave out is counted."""
    serials = some(district, 6)
    lab(district, serials)
    addresses = [f"device_assignment/{serial}" for serial in serials]
    ran = district.run("plan", "--all", *(word.format(*addresses) for word in chosen))
    assert _listed(ran.out, serials) == count
    left = 6 - count
    assert (f"Left alone: {left} device{'s' * (left != 1)} would change, but not part of this plan" in ran.out) == bool(left)
    assert "as the configuration says" not in ran.out


@pytest.mark.parametrize("option", ["--target", "--exclude"])
@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("device_assignment/lba", "device_assignment/lab"),
        ("lab", "device_assignment/lab"),
        ("jamf", "mdm_server/jamf"),
        ("device_assignments", "device_assignment"),
        ("mdm_server/lab", "device_assignment/lab"),
    ],
)
def test_a_choice_that_names_nothing(district: District, option: str, word: str, meant: str) -> None:
    """A --target or --exclude that stands for nothing is an error with the probable word, never an empty plan."""
    lab(district, some(district, 6))
    ran = district.run("plan", option, word)
    assert (ran.code, ran.out) == (1, "")
    assert f'"{word}" is no address, kind or entry' in ran.err
    assert f'Did you mean "{meant}"?' in ran.err


def test_every_choice_that_names_nothing_is_told(district: District) -> None:
    """All wrong choices are told at once; where nothing is near, the kinds are listed."""
    ran = district.run("plan", "--target", "qqqq", "--exclude", "device_assignment/XXXXXXXX")
    assert ran.code == 1
    assert all(word in ran.err for word in ("qqqq", "device_assignment/XXXXXXXX", "or one of the kinds: mdm_server, device_assignment"))


def test_what_is_in_order_may_be_chosen(district: District) -> None:
    """A target that needs no change is no error: its plan is empty."""
    serials = settled(district)
    ran = district.run("plan", "--target", f"device_assignment/{serials[0]}")
    assert (ran.code, ran.err) == (0, "")


def test_the_exit_code_says_what_is_pending(district: District) -> None:
    """The exit code is 2 while changes are pending and 0 once they have landed."""
    lab(district, some(district, 6))
    assert district.run("plan").code == 2
    assert district.apply().code == 0
    assert district.run("plan").code == 0


def test_tasks_count_only_if_strict(district: District) -> None:
    """Open tasks alone leave the exit code at 0, or make it 2 with --strict."""
    district.apply()
    _task(district)
    assert district.run("plan").code == 0
    assert district.run("plan", "--strict").code == 2


def _task(district: District) -> None:
    district.write("services.yaml", "mdm_servers:\n  jamf: {name: Jamf School, default_for: [iPad]}\n")


def test_a_stopped_plan_says_so(district: District) -> None:
    """A plan that findings stop has exit code 1, names them, and does not say that all is well."""
    _dispute(district)
    ran = district.run("plan")
    assert ran.code == 1
    assert "which disagree on what to do with them" in ran.out
    assert "Plan: stopped by 1 error, so nothing can be applied." in ran.out


def test_taking_over_and_intent_are_told_apart(district: District) -> None:
    """Moving what somebody else placed reads "taking over", moving what we placed reads "the configuration changed"."""
    serials = some(district, 4)
    lab(district, serials)
    assert "(taking over: somebody else put it there)" in district.run("plan").out
    district.apply()
    lab(district, serials, "intune")
    told = district.run("plan").out
    assert "Jamf School → Intune for Education  (the configuration changed)" in told
    assert "taking over" not in told


def test_drift_and_intent_are_told_apart(district: District) -> None:
    """What somebody moved outside reads "drift", while what the configuration let go of reads "no longer in the configuration"."""
    serials = settled(district, 4)
    with district.tenant() as tenant:
        tenant.portal.assign(serials[:1], next(id_ for id_, one in tenant.services().items() if one.name == HELD_BY_MOST))
    lab(district, serials[:3])
    told = district.run("plan").out
    assert "Meraki Systems Manager → Jamf School  (drift: somebody changed it outside this configuration)" in told
    assert "Jamf School → unassigned  (no longer in the configuration)" in told


def test_taking_back_what_somebody_moved_needs_its_own_words(district: District) -> None:
    """Letting go of a device that somebody has moved since says that somebody changed it."""
    serials = settled(district, 4)
    with district.tenant() as tenant:
        tenant.portal.assign(serials[:1], next(id_ for id_, one in tenant.services().items() if one.name == HELD_BY_MOST))
    lab(district, serials[1:])
    assert "(no longer in the configuration, but somebody changed it since we set it)" in district.run("plan").out


def test_what_vanished_is_told_apart_from_what_is_new(district: District) -> None:
    """A service of ours that is gone reads "vanished", one that never was reads "new"."""
    district.apply()
    with district.tenant() as tenant:
        service = next(id_ for id_, one in tenant.services().items() if one.name == HELD_BY_MOST)
        tenant.portal.assign([serial for serial, held in tenant.devices().items() if held == service], None)
        tenant.portal.delete_service(service)
    with (district.folder / "services.yaml").open("a") as file:
        file.write("  mosyle: {name: Mosyle}\n")
    told = district.run("plan").out
    assert re.search(r"☐ meraki.*\(it was ours and has vanished\)", told)
    assert re.search(r"☐ mosyle.*\(new\)", told)


def test_a_service_of_nobody_is_a_thing_to_correct_not_to_take_over(district: District) -> None:
    """A service whose settings were never ours reads "not so in the portal yet"."""
    _task(district)
    assert 'jamf "Jamf School": default for none → iPad  (not so in the portal yet)' in district.run("plan").out


def test_awaiting_has_an_age(district: District) -> None:
    """A serial that the organization does not have is awaited, with the day it was first missed and how long ago that was."""
    lab(district, ["AWAITED0001", "AWAITED0002"])
    assert (
        "Awaiting 2 devices that the organization does not have (since 2026-11-23): AWAITED0001, AWAITED0002." in district.run("plan").out
    )
    district.apply()
    with district.tenant() as tenant:
        tenant.clock.pin(tenant.clock.now() + timedelta(days=12))
    lab(district, ["AWAITED0001", "AWAITED0002", "AWAITED0003"])
    told = district.run("plan").out
    assert "(since 2026-11-23, 12 days ago): AWAITED0001, AWAITED0002." in told
    assert "Awaiting 1 device that the organization does not have (since 2026-12-05): AWAITED0003." in told
    assert "nothing to do before 3 awaited devices can be found" in told


def test_a_device_of_ours_that_is_gone_is_awaited_aloud(district: District) -> None:
    """A device of ours that left the organization is awaited, and it is said that it was there before."""
    serials = settled(district, 4)
    with district.tenant() as tenant:
        tenant.portal.release_device(serials[0])
    assert f"{serials[0]}. 1 of them was there before and has vanished." in district.run("plan").out


def test_what_is_left_alone_adds_up(district: District) -> None:
    """Every device of the organization is either touched or counted among those left alone."""
    district.assign(ipads={"server": "jamf", "devices": {"match": {"family": "iPad"}}})
    plan = district.plan()
    touched = sum(len(group["names"]) for group in plan["changes"] if group["kind"] == "device_assignment")
    alone = sum(left["count"] for left in plan["left_alone"] if left["kind"] == "device_assignment")
    assert touched + alone == 60
    told = district.run("plan").out
    assert sum(int(count) for count in re.findall(r"Left alone: (\d+) devices?", told)) == alone


def test_the_price_is_told(district: District) -> None:
    """The plan says how many requests it took, how many it will take, from which budget, and how long."""
    lab(district, some(district, 6))
    told = district.run("plan").out
    price = (
        r"apple_school: read with 4 requests; applying takes 1 write and about \d+ reads \(budget: 20 reads a minute, 10 writes an hour\)"
    )
    assert re.search(price + r", about \d+ (second|minute)s?\n", told)


def test_dormant_entries_are_told(district: District) -> None:
    """An entry that is not in effect today is named with its date."""
    devices = {"serials": some(district, 2)}
    district.assign(
        soon={"server": "jamf", "devices": devices, "from": "2027-01-08"},
        over={"server": "intune", "devices": devices, "until": "2026-06-30"},
    )
    told = district.run("plan").out
    assert "Left alone: soon: not in effect today (from 2027-01-08)" in told
    assert "Left alone: over: not in effect today (until 2026-06-30)" in told


def test_a_refusal_is_the_approval_that_lifts_it(district: District) -> None:
    """The approval that a refused plan prints, pasted into reconciler.yaml with a reason, lets the very same plan pass."""
    lab(district, some(district, 6))
    district.settings(guards={"take_overs": {"percent": 100, "count": 0}, "updates": {"percent": 10, "count": 1}})
    refused = district.run("plan")
    assert refused.code == 4
    assert "Refused: " in refused.out
    assert run(["apply", "--yes", str(district.folder)]) == 4
    approvals = refused.out[refused.out.index("approvals:") :].split("\n\n")[0]
    assert approvals.count("allow:") == 2
    _paste(district, approvals)
    assert "reason" in district.run("plan").err, "an approval without a reason is none"
    _paste(district, approvals.replace('reason: ""', 'reason: "decided by the board"'))
    lifted = district.run("plan")
    assert lifted.code == 2
    assert refused.out.startswith(lifted.out.partition("Left alone")[0])


def _paste(district: District, approvals: str) -> None:
    district.settings()
    settings = json.loads((district.folder / "reconciler.yaml").read_text())
    district.write("reconciler.yaml", "\n".join(f"{key}: {json.dumps(value)}" for key, value in settings.items()) + f"\n{approvals}\n")


def test_the_markdown_refusal_is_the_same_approval(district: District) -> None:
    """The approval in the Markdown of a refused plan can be pasted, too."""
    lab(district, some(district, 6))
    district.settings(guards={"take_overs": {"percent": 100, "count": 0}})
    fenced = district.run("plan", "--markdown").out.partition("```yaml\n")[2].partition("```")[0]
    _paste(district, fenced.replace('reason: ""', 'reason: "decided by the board"'))
    assert district.run("plan").code == 2
