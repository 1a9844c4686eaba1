from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from reconciler.cli.apply import command as apply_command
from reconciler.load import load
from reconciler.session import open_backend
from state.holder import Holder
from tests.cli.scenes import lab, settled, some
from tests.cli.terminal import RECONCILER, Answer, environment, on_terminal, piped
from tests.district import District

ASKED = "Apply this plan?"


def _state(district: District) -> dict[str, bytes]:
    """What is committed of the state."""
    folder = district.folder / "state"
    return {name: (folder / name).read_bytes() for name in ("record.tsv", "ledger.jsonl") if (folder / name).exists()}


def test_no_means_nothing(district: District) -> None:
    """On a terminal apply shows the plan and asks; "n" sends, records and tells the ledger nothing."""
    lab(district, some(district, 6))
    code, shown = on_terminal("apply", district.folder, answer=Answer(ASKED, "n\n"))
    assert code == 0
    assert "6 to update" in shown
    assert "Nothing was changed." in shown
    assert (district.activities(), _state(district)) == (0, {})


def test_yes_means_the_plan(district: District) -> None:
    """On a terminal "y" applies the plan that was shown, with live progress that is gone at the end."""
    serials = some(district, 6)
    lab(district, serials)
    code, shown = on_terminal("apply", district.folder, answer=Answer(ASKED, "y\n"))
    assert code == 0
    assert "Done: 6 of 6 landed, read back one by one, 3 only recorded." in shown
    assert set(serials) <= set(district.serials("Jamf School"))


def test_ctrl_c_at_the_question(district: District) -> None:
    """Ctrl-C at the question leaves at once with exit code 130, and nothing is changed."""
    lab(district, some(district, 6))
    code, shown = on_terminal("apply", district.folder, answer=Answer(ASKED))
    assert code == 130
    assert "Finishing the step in hand" not in shown
    assert "Traceback" not in shown
    assert (district.activities(), _state(district)) == (0, {})


def test_nothing_to_do_asks_nothing(district: District) -> None:
    """Where nothing is to be done apply asks nothing on a terminal, and says so."""
    settled(district)
    code, shown = on_terminal("apply", district.folder)
    assert code == 0
    assert ASKED not in shown
    assert "Nothing to apply." in shown


def test_nothing_to_do_writes_nothing(district: District) -> None:
    """A second apply changes no byte of record and ledger, and sends nothing."""
    settled(district)
    before, activities = _state(district), district.activities()
    ran = district.apply()
    assert (ran.code, ran.err) == (0, "")
    assert "Nothing to apply." in ran.out
    assert (_state(district), district.activities()) == (before, activities)


def test_without_a_terminal_there_is_no_question(district: District) -> None:
    """Without a terminal, and without --yes or a saved plan, apply refuses and says what to say."""
    lab(district, some(district, 6))
    ran = piped("apply", district.folder)
    assert (ran.code, ran.out) == (1, "")
    assert "There is no terminal to ask on." in ran.err
    assert "--plan FILE" in ran.err
    assert "--yes" in ran.err
    assert district.activities() == 0


@pytest.mark.parametrize("option", ["--target", "--exclude"])
def test_a_saved_plan_is_applied_whole(district: District, tmp_path: Path, option: str) -> None:
    """--target and --exclude with a saved plan are refused, not passed over."""
    serials = some(district, 6)
    lab(district, serials)
    district.run("plan", "--out", str(tmp_path / "plan.json"))
    ran = district.run("apply", "--plan", str(tmp_path / "plan.json"), option, f"device_assignment/{serials[0]}")
    assert ran.code == 1
    assert "A saved plan is applied whole." in ran.err
    assert district.activities() == 0


def test_a_part_is_applied(district: District) -> None:
    """apply --target does that part only; the rest stays for the next run."""
    serials = some(district, 6)
    lab(district, serials)
    assert district.run("apply", "--yes", "--target", f"device_assignment/{serials[0]}").code == 0
    assert set(serials) & set(district.serials("Jamf School")) == {serials[0]}
    assert district.run("plan").code == 2


def test_a_refused_plan_is_not_applied(district: District) -> None:
    """A plan that a guard refuses is shown with its approval, nothing is sent, and the exit code is 4."""
    lab(district, some(district, 6))
    district.settings(guards={"take_overs": {"percent": 100, "count": 0}})
    ran = district.apply()
    assert ran.code == 4
    assert "- allow: take_overs" in ran.out
    assert "Nothing was changed." in ran.err
    assert district.activities() == 0


def test_the_end_tells_done_and_failed(district: District) -> None:
    """The end says how many landed, and names each device that did not with Apple's own word for it."""
    serials = some(district, 6)
    lab(district, serials)
    district.switch(partial_failure="3")
    ran = district.apply()
    assert ran.code == 7
    assert "Done: 4 of 6 landed, read back one by one, 3 only recorded." in ran.out
    failed = next(line for line in ran.out.splitlines() if line.startswith(("failed: ", "elsewhere: ")))
    assert sum(serial in failed for serial in serials) == 2


def test_the_end_tells_what_apple_wants(district: District) -> None:
    """If Apple asks for too long a pause midway, the end says what landed and what Apple wants, and a later run does the rest."""
    serials = some(district, 6)
    district.assign(
        one={"server": "jamf", "devices": {"serials": serials[:3]}}, two={"server": "intune", "devices": {"serials": serials[3:]}}
    )
    district.switch(rate_limited="always@post:2", retry_after="4000")
    ran = district.apply()
    assert ran.code == 7
    assert "Done: 3 of 6 landed" in ran.out
    assert "wants a pause of 67 min" in ran.out
    district.switch(rate_limited="never")
    assert district.apply().code == 0


def test_the_end_tells_what_was_not_tried(district: District) -> None:
    """If nothing landed because Apple asks for too long a pause, the exit code is 6, and later steps are named as not tried."""
    serials = some(district, 6)
    district.assign(
        one={"server": "jamf", "devices": {"serials": serials[:3]}}, two={"server": "intune", "devices": {"serials": serials[3:]}}
    )
    district.switch(rate_limited="always@post:*", retry_after="4000")
    ran = district.apply()
    assert ran.code == 6
    assert "Not tried (" in ran.out
    assert district.activities() == 0


def test_the_end_tells_of_tasks(district: District) -> None:
    """The end says how many tasks are open for a person, and which command lists them."""
    district.write("services.yaml", "mdm_servers:\n  jamf: {name: Jamf School, default_for: [iPad]}\n  mosyle: {name: Mosyle}\n")
    lab(district, some(district, 6))
    assert "For a person: 2 open tasks; see: reconciler tasks" in district.apply().out


def test_progress_is_for_terminals(district: District) -> None:
    """Live progress is shown on stderr's terminal, while all that stdout has to say arrives in its file, without escape codes."""
    lab(district, some(district, 6))
    log = district.folder / "apply.log"
    with log.open("wb") as file:
        code, shown = on_terminal("apply", "--yes", district.folder, stdout=file.fileno())
    told = log.read_text()
    assert code == 0
    assert "\x1b" in shown
    assert "Assign 6 devices to Jamf School: 6 of 6 landed" in told
    assert "Done: 6 of 6 landed" in told
    assert "\x1b" not in told
    assert "Done:" not in shown


def test_progress_gives_way_to_what_is_told(district: District) -> None:
    """On a terminal each line that tells of a step stands on a line of its own, not behind the live one."""
    lab(district, some(district, 6))
    _, shown = on_terminal("apply", "--yes", district.folder)
    assert re.search(r"(\n|\r|\x1b\[2K)(\x1b\[[\d;]*m)*Assign 6 devices to Jamf School: 6 of 6 landed", shown)


def test_no_progress_without_a_terminal(district: District) -> None:
    """Without a terminal there is no progress on stderr at all."""
    lab(district, some(district, 6))
    ran = piped("apply", "--yes", district.folder)
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out


def test_a_reader_who_leaves_does_not_stop_a_run(district: District) -> None:
    """apply piped into something that ends early goes on to its end, and its exit code tells of the run."""
    serials = some(district, 6)
    lab(district, serials)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        command: list[str | Path] = [RECONCILER, "apply", "--yes", district.folder]
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, env=environment(), text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(serials) <= set(district.serials("Jamf School"))
    assert district.run("plan").code == 0


def test_the_lock_names_its_holder(district: District) -> None:
    """While another run holds the lock, apply is refused with exit code 8 and told who holds it, where and since when."""
    lab(district, some(district, 6))
    backend = open_backend(load(district.folder))
    with backend.lock().acquire(Holder("jane", "lab-mac", 4711, "2026-11-23T08:00:00+00:00", run="")):
        ran = district.apply()
    assert ran.code == 8
    assert "held by jane@lab-mac (process 4711) since 2026-11-23 08:00 UTC" in ran.err
    assert "Wait until it has ended, then try again" in ran.err


def test_two_runs_tell_their_stories(district: District) -> None:
    """Each run has an id of its own, which the end prints and the ledger finds."""
    serials = settled(district)
    lab(district, serials[:3])
    second = district.apply().out
    run_id = second.rpartition("Run ")[2].partition(".")[0]
    lines = district.run("ledger", "--run", run_id).out.splitlines()
    assert [line.split(f"run {run_id}  ")[1].partition(":")[0] for line in lines] == ["begin", "step", "end"]
    assert "Unassign 3 devices from Jamf School: 3 landed" in lines[1]


def test_every_exit_code_stands_in_the_help() -> None:
    """The help of apply names the exit codes that only it can have."""
    told = str(apply_command.help)
    assert all(f" {code} " in told.replace("\n", " ") for code in (0, 4, 5, 6, 7, 8, 130))
