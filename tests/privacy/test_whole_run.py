from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.simulator.academic.portal import PersonSeed
from reconciler.pseudonyms import Pseudonyms
from tests.privacy.academy import KEY, TELLING, Sealed

NAMES = tuple(column for column in TELLING if column != "person_id")
PERSON = "Qxpid05zz"


@pytest.fixture
def academy(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, identity: None) -> Iterator[Sealed]:
    """A district with sealed rosters. Where temporary files go is a folder beside it."""
    del identity
    monkeypatch.setenv("PEOPLE_KEY", KEY)
    (tmp_path / "tmp").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path / "tmp")
    made = Sealed(tmp_path / "district", capsys, devices=3)
    made.begin()
    yield made
    tempfile.tempdir = before


def _look_around(academy: Sealed, time: str) -> None:
    """Every command that reads, in every form."""
    pseudonym = Pseudonyms.read(KEY).of("person", PERSON)
    for words in (
        ("validate",),
        ("plan",),
        ("plan", "--all", "--html", str(academy.folder / f"{time}.html")),
        ("plan", "--json", "--out", str(academy.folder / f"{time}.json")),
        ("plan", "--markdown"),
        ("tasks",),
        ("tasks", "--json"),
        ("show",),
        ("show", f"person/{pseudonym}"),
        ("show", f"person/{PERSON}"),
        ("show", "class/c-0"),
        ("drift",),
        ("coverage",),
        ("ledger",),
        ("ledger", "--json"),
        ("ledger", "--person", PERSON),
        ("diff", "HEAD"),
        ("diff", "--json", "HEAD"),
        ("rollover",),
    ):
        assert academy.run(*words).code in (0, 2), (words, academy.said[-1])


def test_a_whole_run_leaves_no_trace_of_anybody(academy: Sealed, tmp_path: Path) -> None:
    """Over a whole life of a roster (first upload, change, portal edits, a failed import) nothing that is printed, and no file, holds
    anybody's name, address, id or number, the key or the identity, in any form."""
    academy.commit("one")
    assert academy.run("plan", "--all").code == 2
    assert academy.apply().code == 0
    academy.rows["students"][7]["last_name"] = academy.rows["students"][8]["last_name"]
    academy.without_people(PERSON)
    with academy.tenant() as tenant:
        tenant.academic.edit_person("Qxpid03zz", grade_level="9")
        tenant.academic.create_persons([PersonSeed("Some", "Body", "s-77")])
    _look_around(academy, "changed")
    academy.switch(import_partial_failure="3")
    academy.apply()
    academy.apply()
    for command in ("plan", "ledger"):
        academy.run(command)
    assert len(academy.files()) > 20
    assert academy.found(tmp_path / "tmp") == []


def test_an_interrupted_run_leaves_no_trace_in_the_journal(academy: Sealed) -> None:
    """The journal of a run whose end nobody has seen, and the private copy of what was sent, tell nobody's name."""
    assert academy.run("plan").code == 2
    academy.switch(import_end="stuck")
    assert academy.apply().code == 7
    assert (academy.folder / "state" / "private" / "journal.jsonl").stat().st_size > 0
    assert academy.found() == []


BROKEN = {
    "an address that is none": ("email_address", "qxmail09"),
    "an address with a blank": ("email_address", "qxmail09 @pupils.example"),
    "a location that is not there": ("location_id", "nowhere"),
    "a strange policy": ("password_policy", "5"),
    "a long name": ("first_name", "QxŽofie09" * 40),
    "a quote in a name": ("last_name", 'QxNuñez "& Söhne09'),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_error_tells_no_name(academy: Sealed, what: str) -> None:
    """What is wrong with somebody's row is said by its place and the person's id: never by name, address, number or user name."""
    column, value = BROKEN[what]
    academy.rows["students"][9][column] = value
    academy.export()
    for command in ("validate", "plan", "apply"):
        academy.run(command)
    assert academy.found(columns=NAMES) == []


def test_a_damaged_file_tells_nothing_of_what_it_holds(academy: Sealed) -> None:
    """A damaged sealed file is named with what to do, and nothing of what it holds is shown."""
    path = academy.folder / "sis" / "students.csv.age"
    path.write_bytes(path.read_bytes()[:-10])
    ran = academy.run("validate")
    assert ran.code == 1
    assert "sis/students.csv.age:1:1  The sealed file was damaged or cut off. Restore it from git, or seal it again." in ran.err
    assert academy.found() == []
