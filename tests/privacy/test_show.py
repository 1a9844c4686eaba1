from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.pseudonyms import REHEARSED
from reconciler.roster.write import to_files
from tests.privacy.school import settings, source, write
from tests.roster.district import INVENTED, roster_of


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """An invented school."""
    folder = settings(tmp_path, roster=source("sis"))
    return write(folder, {f"sis/{name}": content for name, content in to_files(roster_of(INVENTED)).items()})


def test_a_person_is_shown_under_a_pseudonym(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody of an export is found by person_id and by pseudonym, with role, place and row, and without anything that tells who it is."""
    pseudonym = REHEARSED.of("person", "s-1")
    said = []
    for name in ("s-1", pseudonym):
        assert run(["show", f"person/{name}", str(school)]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    first, declared, *_ = said[0].splitlines()
    assert first == f"person/{pseudonym}"
    assert "role student" in declared
    assert "(personal data is not shown)" in declared
    assert declared.endswith("[sis, sis/students.csv:3:1]")
    assert "s-1" not in said[0]


def test_a_class_of_an_export_is_shown(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A class is shown as its export declares it, its members under pseudonyms."""
    assert run(["show", "class/sci-0", str(school)]) == 0
    said = capsys.readouterr().out
    assert "course sci" in said
    assert REHEARSED.of("person", "s-0") in said
    assert "s-0" not in said


def test_nobody_of_the_name(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that nobody has is shown as not declared."""
    assert run(["show", "person/gone", str(school)]) == 0
    assert "declared: no" in capsys.readouterr().out
