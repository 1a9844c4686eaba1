from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.load import load
from reconciler.load.sealed import VARIABLE
from reconciler.sealed import unseal
from tests.cli.terminal import environment, piped
from tests.config.trees import TODAY
from tests.privacy.school import FILES, IDENTITY, RECIPIENT, STRANGER, settings, source, write


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """An invented school with plain rosters, and a recipient to seal them for."""
    folder = settings(tmp_path / "school", roster=source("sis"), privacy={"recipients": [RECIPIENT]})
    return write(folder, {f"sis/{name}": content for name, content in FILES.items()})


@pytest.mark.usefixtures("identity")
def test_sealed_by_command_and_read(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`seal` seals for the recipients of the settings and says what to do with the plain files, and the roster stays what it was."""
    before = load(school, TODAY).roster.count("students")
    files = sorted((school / "sis").iterdir())
    assert run(["seal", *map(str, files)]) == 0
    said = capsys.readouterr()
    assert f"Sealed {files[0]} as {files[0]}.age." in said.out
    assert "Delete the plain one, and keep it out of git" in said.out
    assert said.err == ""
    for file in files:
        assert unseal(file.with_name(f"{file.name}.age").read_bytes(), str(IDENTITY)) == file.read_bytes()
        file.unlink()
    assert load(school, TODAY).roster.count("students") == before == 6


def test_what_git_has_already_is_said(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sealing does not take a file out of git's history, and whoever seals one that is in there is told so."""
    for arguments in (["init", "-q"], ["add", "-A", "."]):
        subprocess.run(["git", "-C", school, *arguments], check=True)
    assert run(["seal", str(school / "sis" / "staff.csv")]) == 0
    assert "staff.csv already, and its history keeps what was in there" in capsys.readouterr().err


def test_other_recipients_and_text(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--recipient replaces those of the settings, and --armor writes text."""
    file = school / "sis" / "staff.csv"
    assert run(["seal", str(file), "--armor", "--recipient", str(STRANGER.to_public())]) == 0
    content = file.with_name("staff.csv.age").read_bytes()
    assert content.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert unseal(content, str(STRANGER)) == file.read_bytes()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reconciler.yaml", "stays plain"),
        ("sis/x.csv.age", "is sealed already"),
        ("elsewhere.csv", "Nobody is named who could open"),
    ],
)
def test_what_is_not_sealed(name: str, said: str, school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings, what is sealed already, and a file without recipients are refused, and nothing is written."""
    file = school.parent / name if name == "elsewhere.csv" else school / name
    file.touch()
    assert run(["seal", str(school / "sis" / "staff.csv"), str(file)]) == 1
    assert said in capsys.readouterr().err
    assert not (school / "sis" / "staff.csv.age").exists()


def test_unseal(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`unseal` writes what was sealed to standard output, byte for byte, or to a file for its owner alone."""
    file = school / "sis" / "staff.csv"
    assert run(["seal", str(file)]) == 0
    capsys.readouterr()
    env = environment(**{VARIABLE: str(IDENTITY)})
    assert piped("unseal", f"{file}.age", "--out", "-", env=env).out.encode() == FILES["staff.csv"]
    out = school / "plain.csv"
    assert piped("unseal", f"{file}.age", "--out", out, env=env).code == 0
    assert (out.read_bytes(), stat.S_IMODE(out.stat().st_mode)) == (FILES["staff.csv"], 0o600)


def test_unseal_without_or_with_the_wrong_identity(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who has no identity, or somebody else's, reads what to do."""
    file = school / "sis" / "staff.csv"
    assert run(["seal", str(file)]) == 0
    capsys.readouterr()
    assert run(["unseal", f"{file}.age", "--out", "-"]) == 1
    assert "there is no identity to open them with" in capsys.readouterr().err
    ran = piped("unseal", f"{file}.age", "--out", "-", env=environment(**{VARIABLE: str(STRANGER)}))
    assert (ran.code, ran.out) == (1, "")
    assert "staff.csv.age: The file is sealed for others" in ran.err
