from __future__ import annotations

import hashlib
import re
import shutil
import stat
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.roster.write import to_files
from tests.config.trees import PLAIN
from tests.roster.cases import cases
from tests.roster.district import INVENTED, roster_of, write_oneroster
from tests.roster.test_cases import PERSONAL

MAIN = PLAIN + "roster: {sources: [{apple_csv: north}, {oneroster: south.zip, locations: [south]}]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with two sources: Apple's files for one school, a OneRoster export of everything for the other."""
    (tmp_path / "reconciler.yaml").write_text(MAIN)
    north = {
        name: [row for row in rows if name not in ("students", "staff", "locations") or row["location_id"] == "north"]
        for name, rows in INVENTED.items()
    }
    (tmp_path / "north").mkdir()
    for name, content in to_files(roster_of(north)).items():
        (tmp_path / "north" / name).write_bytes(content)
    write_oneroster(tmp_path / "south", INVENTED)
    shutil.make_archive(str(tmp_path / "south"), "zip", tmp_path / "south")
    return tmp_path


def test_two_sources_become_one_upload(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`roster build` writes one zip for all sources, for its owner alone, and prints counts and digest."""
    out = folder / "out.zip"
    assert run(["roster", "build", str(folder), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert '"north": 3 students, 0 staff, 1 course, 2 classes, 6 class members' in said
    assert '"south": 3 students, 4 staff, 0 courses, 0 classes, 0 class members' in said
    assert hashlib.sha256(out.read_bytes()).hexdigest() in said
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert run(["roster", "check", str(out)]) == 0
    assert "Apple accepts files like these" in capsys.readouterr().out


def test_an_error_is_not_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`roster build` with an error in a source says so, ends with 1, and leaves what was there before."""
    (folder / "north" / "staff.csv").unlink()
    out = folder / "out.zip"
    out.write_bytes(b"before")
    assert run(["roster", "build", str(folder), "--out", str(out)]) == 1
    assert "staff.csv is missing" in capsys.readouterr().err
    assert out.read_bytes() == b"before"


def test_a_zip_that_cannot_be_written_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not there is named in words, not in a traceback."""
    assert run(["roster", "build", str(folder), "--out", str(folder / "nowhere" / "out.zip")]) == 1
    assert "No such file or directory" in capsys.readouterr().err


def test_a_configuration_without_people_has_nothing_to_upload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty upload would deactivate everybody, so none is written."""
    (tmp_path / "reconciler.yaml").write_text(PLAIN)
    assert run(["roster", "build", str(tmp_path), "--out", str(tmp_path / "out.zip")]) == 1
    assert "no people and no classes" in capsys.readouterr().err
    assert not (tmp_path / "out.zip").exists()


def test_check_refuses_what_apple_would(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`roster check` ends with 1 and every error, warnings beside them."""
    (folder / "north" / "locations.csv").write_bytes(b"\xef\xbb\xbflocation_id,location_name,x\r\nnorth,North,\r\n")
    assert run(["roster", "check", str(folder / "north")]) == 1
    said = capsys.readouterr().err
    assert "byte order mark" in said
    assert "Windows line ends" in said
    assert '"t-0" is not a known member of staff' in said


def test_validate_and_plan_count_what_sources_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`validate` counts people of exports, and a plan says that they were checked and are not planned."""
    assert run(["validate", str(folder)]) == 0
    assert "10 people" in capsys.readouterr().out
    assert run(["plan", str(folder)]) == 0
    assert "Left alone: 10 people checked, not planned: no roster connection" in capsys.readouterr().out


@pytest.mark.parametrize("way", ["apple", "oneroster", "yaml"])
def test_no_output_tells_a_name(way: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever command runs on whatever roster, no name, address or user name of a person is printed or kept in our state."""
    for case in [one for one in cases(way) if one.name in (f"{way}-base", *TALKATIVE)]:
        folder = case.write(tmp_path / case.name)
        for command in COMMANDS:
            run([*command.replace("FOLDER", str(folder)).split()])
        said = capfd.readouterr()
        text = re.sub(re.escape(str(folder)), "", said.out + said.err).lower()
        kept = b"".join(path.read_bytes() for path in (folder / "state").rglob("*") if path.is_file() and path.suffix != ".sqlite").lower()
        assert text
        assert [word for word in PERSONAL if word in text or word.encode() in kept] == []


COMMANDS = """
validate FOLDER
roster build FOLDER --out FOLDER/out.zip
roster check FOLDER/sis
plan FOLDER
plan FOLDER --json
plan FOLDER --markdown --all --out FOLDER/plan.json
apply FOLDER --yes
show person/s-1 FOLDER
show person/t-1 FOLDER
show FOLDER
tasks FOLDER
ledger FOLDER
""".strip().splitlines()
TALKATIVE = (
    "apple-quotes-curly",
    "apple-address-wrong",
    "apple-federated-address-twice",
    "apple-comma-unquoted",
    "oneroster-role-left-out",
    "oneroster-user-twice",
    "yaml-key-is-a-name",
    "yaml-person-is-text",
    "yaml-values",
)
