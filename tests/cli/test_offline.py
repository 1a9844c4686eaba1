"""Commands that read files only: show, ledger, validate, schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from reconciler.cli import run
from tests.cli.scenes import lab, settled
from tests.cli.terminal import piped
from tests.district import District

ROOT = Path(__file__).parents[2]


def _ledger(district: District) -> Path:
    return district.folder / "state" / "ledger.jsonl"


def test_show_tells_what_is_known(district: District) -> None:
    """show of a device tells its entry and place, that it is ours, and each step that touched it, with its outcome."""
    serial = settled(district)[0]
    told = district.run("show", f"device_assignment/{serial}").out
    assert "  declared: server jamf  [lab, devices.yaml:1:" in told
    assert "  recorded: ours\n" in told
    assert "Assign 6 devices to Jamf School: landed  (run " in told


def test_show_keeps_the_past(district: District) -> None:
    """show of a device that was let go tells that it is ours no longer, and its whole story."""
    serials = settled(district)
    lab(district, serials[1:])
    district.apply()
    told = district.run("show", f"device_assignment/{serials[0]}").out
    assert "recorded: not ours" in told
    assert told.index("Assign 6 devices") < told.index("Unassign 1 device")


def test_show_of_a_service(district: District) -> None:
    """show of a service tells its name and Apple's id."""
    settled(district)
    told = district.run("show", "mdm_server/jamf").out
    assert "declared: name Jamf School" in told
    assert "recorded: ours, Apple's id " in told


def test_show_of_what_is_awaited(district: District) -> None:
    """show of a serial that is awaited tells since when."""
    lab(district, ["AWAITED0001"])
    district.apply()
    assert "recorded: awaited since 2026-11-23" in district.run("show", "device_assignment/AWAITED0001").out


def test_show_without_an_address(district: District, capsys: pytest.CaptureFixture[str]) -> None:
    """show with a folder alone, however it is written, counts what is declared and recorded of each kind."""
    settled(district)
    for folder in (str(district.folder), f"{district.folder}/", f"{district.folder}/../district"):
        capsys.readouterr()
        assert run(["show", folder]) == 0
        told = capsys.readouterr().out
        assert "Test District · record serial" in told
        assert "mdm_server: 3 declared by name, 3 recorded as ours" in told
        assert "device_assignment: 6 declared by name, 6 recorded as ours" in told


def test_show_of_an_unknown_kind(district: District) -> None:
    """show of an unknown kind lists the kinds."""
    ran = district.run("show", "mdm_servers/jamf")
    assert ran.code == 1
    assert '"mdm_servers" is not a kind.' in ran.err
    assert "The kinds are: mdm_server, device_assignment, " in ran.err


def test_show_of_a_word(district: District) -> None:
    """show of a word that is neither address nor folder shows how an address is written."""
    ran = district.run("show", "jamf")
    assert ran.code == 1
    assert "is not an address; write kind/name" in ran.err


def test_the_ledger_tells_each_run(district: District) -> None:
    """ledger has a line for each event, with when, who, which run, what, with what outcome, and Apple's own id of it."""
    settled(district)
    lines = district.run("ledger").out.splitlines()
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    step = next(line for line in lines if "Assign 6 devices to Jamf School" in line)
    assert ": 6 landed (at Apple: " in step
    assert " UTC  " in step
    assert " run " in step


def test_the_ledger_is_searched(district: District) -> None:
    """ledger --text finds the lines of a serial, --run those of a run, --since and --until those of a time; all must hold."""
    serials = settled(district)
    lab(district, serials[1:])
    district.apply()
    assert len(district.run("ledger", "--text", serials[0].lower()).out.splitlines()) == 2
    assert len(district.run("ledger", "--text", serials[1]).out.splitlines()) == 1
    everything = district.run("ledger").out
    assert district.run("ledger", "--since", "2000-01").out == everything
    assert district.run("ledger", "--until", "2000-01").out == ""
    assert district.run("ledger", "--text", serials[0], "--run", "nobody").out == ""


def test_an_empty_search_says_so(district: District) -> None:
    """A search that finds nothing says so on stderr and leaves stdout empty."""
    ran = district.run("ledger", "--text", "nobody")
    assert (ran.code, ran.out, ran.err) == (0, "", "The ledger has no such lines.\n")


@pytest.mark.parametrize("word", ["last week", "23.11.2026", "2026-1", "11/23"])
def test_a_date_that_is_none(district: District, word: str) -> None:
    """A --since that is no ISO date is an error with an example, never an empty answer."""
    ran = district.run("ledger", "--since", word)
    assert ran.code == 1
    assert f'"{word}" is not an ISO date; write for example 2026-11-23' in ran.err


def test_the_ledger_for_machines(district: District) -> None:
    """ledger --json prints each line as it stands in the file, valid by schemas/ledger-line.schema.json."""
    settled(district)
    schema = json.loads((ROOT / "schemas" / "ledger-line.schema.json").read_text())
    lines = [json.loads(line) for line in district.run("ledger", "--json").out.splitlines()]
    assert lines == [json.loads(line) for line in _ledger(district).read_text().splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)


def test_a_whole_ledger_is_verified(district: District) -> None:
    """ledger verify counts the lines of a whole ledger, and says of an empty one that nothing was done."""
    assert district.run("ledger", "verify").out == "The ledger is empty: nothing was done yet.\n"
    settled(district)
    count = len(_ledger(district).read_text().splitlines())
    assert district.run("ledger", "verify").out == f"The ledger is whole: {count} lines, each chained to the one before.\n"


@pytest.mark.parametrize("line", [1, 3])
def test_a_changed_line_is_named(district: District, line: int) -> None:
    """ledger verify names the line that somebody changed, with exit code 1."""
    settled(district)
    lines = _ledger(district).read_text().splitlines()
    lines[line - 1] = lines[line - 1].replace('"run":"', '"run":"x')
    _ledger(district).write_text("\n".join(lines) + "\n")
    ran = district.run("ledger", "verify")
    assert (ran.code, ran.out) == (1, "")
    assert f"ledger.jsonl:{line}: this line was changed after it was written" in ran.err


def test_a_removed_line_is_named(district: District) -> None:
    """ledger verify names the place where a line was removed."""
    settled(district)
    lines = _ledger(district).read_text().splitlines(keepends=True)
    _ledger(district).write_text("".join(lines[:1] + lines[2:]))
    ran = district.run("ledger", "verify")
    assert ran.code == 1
    assert "ledger.jsonl:2: line 2 of the file says that it is number 3" in ran.err


def test_validate_counts_what_is_sound(district: District) -> None:
    """validate of a sound folder counts what it declares, and neither reads nor makes any state."""
    lab(district, ["AAAA0000001"])
    fresh = district.folder.with_name("fresh")
    fresh.mkdir()
    for name in ("reconciler.yaml", "services.yaml", "devices.yaml"):
        (fresh / name).write_text((district.folder / name).read_text())
    ran = piped("validate", fresh)
    assert (ran.code, ran.err) == (0, "")
    assert "Test District: the configuration is sound." in ran.out
    assert "3 device-management services" in ran.out
    assert not (fresh / "state").exists()


def test_validate_tells_every_error(district: District) -> None:
    """validate tells all errors at once, each with file, line and column, and exits with 1."""
    district.assign(one={"server": "jmf", "devices": {"serials": ["AAAA0000001"]}}, two={"server": "jamf", "devices": {"serials": ["?"]}})
    ran = district.run("validate")
    assert (ran.code, ran.out) == (1, "")
    assert 'server: "jmf" is not a known mdm_server. Did you mean "jamf"?' in ran.err
    assert "Error: 2 problems in the configuration." in ran.err
    assert sum(line.startswith("devices.yaml:1:") for line in ran.err.splitlines()) == 2


def test_schemas_are_written_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """schema writes the schemas and the line to begin files with; --check fails, naming them, when one is out of date."""
    out = str(tmp_path / "schemas")
    assert run(["schema", "--out", out]) == 0
    assert f"# yaml-language-server: $schema={out}/config.schema.json" in capsys.readouterr().out
    assert run(["schema", "--out", out, "--check"]) == 0
    (tmp_path / "schemas" / "plan.schema.json").write_text("{}")
    capsys.readouterr()
    assert run(["schema", "--out", out, "--check"]) == 1
    assert "plan.schema.json" in capsys.readouterr().err


def test_the_committed_schemas_are_current() -> None:
    """The schemas in the repository are those that the models make."""
    assert run(["schema", "--check", "--out", str(ROOT / "schemas")]) == 0
