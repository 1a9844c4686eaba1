from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler import cli
from reconciler.cli import run
from reconciler.cli.heartbeat import heartbeat
from reconciler.cli.progress import Steady
from reconciler.provider import Allowance, Notice, Stage
from reconciler.render.progress import Standing
from tests.cli.scenes import lab, settled, some
from tests.cli.terminal import RECONCILER, Answer, environment, on_terminal, piped
from tests.district import District

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas" / "log-line.schema.json").read_text()))


def _lines(text: str) -> list[dict[str, Any]]:
    """Every line as an object that fits the schema."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        SCHEMA.validate(line)
    return lines


def _of(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == event]


def test_machines_are_told_of_a_run(district: District) -> None:
    """With --log json stderr holds nothing but lines that fit the schema: notices, what became of each address, each step, and the end."""
    serials = some(district, 6)
    lab(district, serials)
    ran = piped("--log", "json", "apply", "--yes", district.folder)
    lines = _lines(ran.err)
    assert {name for line in _of(lines, "outcome") if line["result"] == "landed" for name in line["names"]} >= set(serials)
    (step,) = [line for line in _of(lines, "step") if line["channel"]]
    assert (step["things"], step["landed"], step["title"]) == (6, 6, "Assign 6 devices to Jamf School")
    assert any(line["budget"] and line["stage"] for line in _of(lines, "progress"))
    assert (lines[-1]["event"], lines[-1]["exit_code"], ran.code) == ("end", 0, 0)
    assert "Done: 6 of 6 landed" in ran.out


def test_machines_on_a_terminal_see_no_colours(district: District) -> None:
    """With --log json not even a terminal is shown a live line, a colour, or a line that is no JSON."""
    settled(district)
    with (district.folder / "plan.txt").open("wb") as file:
        code, shown = on_terminal("--log", "json", "plan", district.folder, stdout=file.fileno())
    assert "\x1b" not in shown
    assert _lines(shown)[-1]["exit_code"] == code == 0


@pytest.mark.parametrize(
    ("arguments", "sort"),
    [(("plan", "/nowhere"), "ConfigurationError"), (("no-such-command",), "Usage"), (("plan", "--no-such-option"), "Usage")],
)
def test_machines_are_told_of_errors(arguments: tuple[str, ...], sort: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With --log json errors, of the command line too, are objects that say their sort and the exit code."""
    code = run(["--log", "json", *arguments])
    lines = _lines(capsys.readouterr().err)
    (error,) = _of(lines, "error")
    assert (error["sort"], error["exit_code"], lines[-1]["exit_code"]) == (sort, code, code)


def test_machines_are_told_where_the_files_are_wrong(district: District) -> None:
    """With --log json each finding is an object with its file, line and column."""
    lab(district, some(district, 6), server="jmf")
    findings = _of(_lines(piped("--log", "json", "validate", district.folder).err), "finding")
    assert [(one["severity"], one["source"]["file"]) for one in findings] == [("error", "devices.yaml")]
    assert '"jmf" is not a known mdm_server' in findings[0]["message"]


def test_the_next_command_speaks_to_people_again(capsys: pytest.CaptureFixture[str]) -> None:
    """--log json is for one command line and leaves nothing behind."""
    run(["--log", "json", "validate", "/nowhere"])
    capsys.readouterr()
    assert run(["validate", "/nowhere"]) == 1
    assert capsys.readouterr().err.endswith("Error: 1 problem in the configuration.\n")


def test_a_terminal_shows_counts_budget_and_time(district: District) -> None:
    """On a terminal the live lines show how far a run is, which step it is in, how long it takes yet, and what is left of the budget."""
    serials = some(district, 6)
    district.assign(
        one={"server": "jamf", "devices": {"serials": serials[:3]}}, two={"server": "intune", "devices": {"serials": serials[3:]}}
    )
    _, shown = on_terminal("apply", district.folder, answer=Answer("Apply this plan?", "y\n"))
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    assert re.search(r"Assign 3 devices to \w+ \w+(?: for \w+)? 3 of 3", plain)
    assert re.search(r"step 2 of 2 · about .+ left · \d+ of 20 reads a minute, 8 of 10 writes an hour left", plain)


def test_a_narrow_terminal_is_not_wrapped() -> None:
    """What is being done stands on one line whatever it is called, and what it waits for on one other line."""
    standing = Standing()
    standing.take(Notice("Reading\nthe devices of \x1b[31mEve", 3, 12))
    standing.take(Notice("Eve answers slowly:\ntrying again", wait=1000.0))
    assert standing.action() == "Reading the devices of  [31mEve 3 of 12"
    assert list(standing.details()) == ["Eve answers slowly: trying again, 17 minutes"]


def test_a_wait_does_not_hide_what_is_being_done() -> None:
    """While something is waited for it still says what is being done and how far; the next notice ends the wait, budget and step stay."""
    standing = Standing()
    standing.take(Notice(stage=Stage(2, 3, 240.0)))
    standing.take(Notice("Reading devices", 300, 2_000, budget=(Allowance(0, "20 reads a minute"),)))
    standing.take(Notice("waiting for the budget", wait=40.0))
    assert standing.action() == "Reading devices 300 of 2,000"
    assert "waiting for the budget, 40 seconds" in list(standing.details())
    standing.take(Notice(budget=(Allowance(19, "20 reads a minute"),)))
    assert list(standing.details()) == ["step 2 of 3", "about 4 minutes left", "19 of 20 reads a minute left"]


def test_what_takes_long_says_so_on_a_pipe() -> None:
    """On a pipe something that takes long is told in plain lines, with how far it is and what it waits for."""
    said: SimpleQueue[str] = SimpleQueue()
    with heartbeat(said.put, first=0.001, following=0.001) as report:
        report(Notice("Reading devices", 300, 2_000))
        report(Notice("Apple asks for a pause", wait=1000.0))
        line = next(line for line in iter(said.get, "") if "pause" in line)
    assert line == "Still at work: Reading devices 300 of 2,000; Apple asks for a pause, 17 minutes."


def test_a_reader_who_left_is_not_told() -> None:
    """A pipe that nobody reads any more does not stop what is being done."""

    def gone(line: str) -> None:
        raise BrokenPipeError(line)

    with heartbeat(gone, first=0.0, following=0.0) as report:
        report(Notice("Reading devices"))


def test_machines_are_not_flooded() -> None:
    """Of thousands of notices about one thing machines get the first and the last, with the budget as it was told in between."""
    passed: list[Notice] = []
    steady = Steady(passed.append)
    for position in range(5_000):
        steady(Notice("Uploading", position + 1, 5_000))
        steady(Notice(budget=(Allowance(5_000 - position, "5,000 writes a day"),)))
    assert [notice.done for notice in (passed[0], passed[-1])] == [1, 5_000]
    assert passed[-1].budget == (Allowance(2, "5,000 writes a day"),)
    assert len(passed) < 100


@contextmanager
def _silent_host() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.slow
def test_a_host_that_is_silent_is_told_of(district: District) -> None:
    """A command on a pipe whose host never answers says within its first minute what it is waiting for."""
    key = district.folder / "key.pem"
    with district.tenant() as tenant:
        credentials = tenant.credentials()
    key.write_text(credentials.private_key_pem)
    with _silent_host() as port:
        where = f"http://127.0.0.1:{port}"
        account = {"client_id": credentials.client_id, "key_id": credentials.key_id, "private_key": {"file": str(key)}}
        district.settings(connections={"apple_school": {**account, "base_url": where, "token_url": f"{where}/token"}})
        command: list[str | Path] = [RECONCILER, "plan", district.folder]
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment(), text=True) as child:
            assert child.stderr
            assert "Still at work" in child.stderr.readline()
            child.kill()


@pytest.mark.parametrize("path", sorted(Path(cli.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_nothing_goes_to_stderr_beside_the_listener(path: Path) -> None:
    """No command writes to stderr by itself, where --log json promises JSON alone."""
    if path.stem not in ("people", "machines", "live"):
        assert not re.search(r"err=True|sys\.stderr\.write|file=sys\.stderr|stderr=True", path.read_text())
