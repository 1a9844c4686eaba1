from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.pseudonyms import Pseudonyms
from reconciler.roster.write import to_files
from tests.cli.terminal import on_terminal, piped
from tests.privacy.school import IDENTITY, all_sealed, settings, source, write
from tests.roster.district import INVENTED, roster_of

KEY = "an invented key, and a long one"
OURS = Pseudonyms.read(KEY)
FIRST, TEACHER = OURS.of("person", "s-1"), OURS.of("person", "t-1")
TOLD = f'{FIRST}  s-1  Invented 1 of "Nowhere" O’Made-Up, the 1th, student, grade 7, South'


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """An invented school with a key of its own."""
    (tmp_path / "key").write_text(KEY)
    folder = settings(tmp_path / "school", roster=source("sis"), privacy={"key": {"file": "../key"}})
    return write(folder, {f"sis/{name}": content for name, content in to_files(roster_of(INVENTED)).items()})


def _ledger(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line)["what"] for line in (folder / "state" / "ledger.jsonl").read_text().splitlines()]


def test_a_pseudonym_is_resolved_on_a_terminal(school: Path) -> None:
    """On a terminal who holds the key sees who somebody is, as an address in a plan names them or without its kind."""
    code, shown = on_terminal("reveal", school, FIRST, f"person/{TEACHER}")
    assert code == 0
    assert shown.splitlines() == [TOLD, f"{TEACHER}  t-1  Imagined1 Nobody, staff, South, North School"]


def test_names_do_not_go_into_logs_unasked(school: Path) -> None:
    """Where no terminal shows it, nothing is revealed and nothing remembered, unless --yes says that it is meant."""
    ran = piped("reveal", school, FIRST)
    assert (ran.code, ran.out) == (1, "")
    assert "Names are shown on a terminal only" in ran.err
    assert not (school / "state").exists()
    ran = piped("reveal", school, "--yes", FIRST)
    assert (ran.code, ran.out) == (0, f"{TOLD}\n")


def test_everybody_and_the_other_way(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--all tells everybody, --person the pseudonym of an id, also of one that is in no file."""
    assert run(["reveal", str(school), "--all", "--yes"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10
    assert run(["reveal", str(school), "--person", "s-1", "--person", "gone", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [TOLD, f"{OURS.of('person', 'gone')}  gone, who is not in the files"]


def test_a_masked_value_is_resolved(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in a plan for an address or a name can be looked up as well."""
    mask = OURS.mask("email", "s1@pupils.example")
    assert run(["reveal", str(school), mask, "--yes"]) == 0
    assert capsys.readouterr().out == f"{mask}  email: s1@pupils.example\n"


def test_who_looked_is_remembered_without_names(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ledger knows who revealed how many and whom, by pseudonym; of everybody it keeps the number."""
    assert run(["reveal", str(school), FIRST, "--person", "t-1", "--yes"]) == 0
    assert run(["reveal", str(school), "--all", "--yes"]) == 0
    capsys.readouterr()
    assert _ledger(school) == [
        {"people": 2, "kind": "person", "names": sorted([FIRST, TEACHER])},
        {"people": 10, "kind": "person", "names": []},
    ]
    text = (school / "state" / "ledger.jsonl").read_text()
    assert "Made-Up" not in text
    assert '"t-1"' not in text
    assert run(["ledger", "--person", "s-1", str(school)]) == 0
    told = capsys.readouterr().out
    assert len(told.splitlines()) == 1
    assert "revealed: people 2" in told


def test_nobody_is_behind_a_strange_pseudonym(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pseudonym of another key, or of somebody who left, is named with what to try; those found are told all the same."""
    strange = Pseudonyms.read("some other organization's key").of("person", "s-1")
    assert run(["reveal", str(school), strange, FIRST, "--yes"]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{TOLD}\n"
    assert f"Nobody in these files is behind {strange}." in printed.err
    assert "--revision" in printed.err


def test_who_left_is_found_in_an_earlier_revision(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--revision looks into the files as they were, sealed ones too, with the secrets of today."""
    (school.parent / "age.txt").write_text(str(IDENTITY))
    settings(school, roster=source("sis"), privacy={"key": {"file": "../key"}, "identity": {"file": "../age.txt"}})
    for file in (school / "sis").iterdir():
        file.unlink()
    write(school, all_sealed(to_files(roster_of(INVENTED))))
    for arguments in (["init", "-q"], ["add", "-A", "."], ["commit", "-qm", "all"]):
        subprocess.run(["git", "-C", school, "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], check=True)
    left = {name: [row for row in rows if "s-1" not in row.values()] for name, rows in INVENTED.items()}
    write(school, all_sealed(to_files(roster_of(left))))
    assert run(["reveal", str(school), FIRST, "--yes"]) == 1
    capsys.readouterr()
    assert run(["reveal", str(school), FIRST, "--revision", "HEAD", "--yes"]) == 0
    assert capsys.readouterr().out == f"{TOLD}\n"
    assert run(["diff", "HEAD", str(school)]) == 0
    assert "rows of rosters: 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Give pseudonyms, --person ID, or --all."),
        (["p-short"], "A pseudonym is p- and twelve letters and digits"),
        (["FOLDER", "s-1"], "A pseudonym is p- and twelve letters and digits"),
    ],
)
def test_what_is_no_pseudonym(words: list[str], said: str, school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be a pseudonym is refused with how one looks."""
    assert run(["reveal", *(str(school) if word == "FOLDER" else word for word in words), "--yes"]) == 1
    assert said in capsys.readouterr().err
