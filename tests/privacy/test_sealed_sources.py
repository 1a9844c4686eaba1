from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.load import Surroundings, load, read_upload
from reconciler.load.sealed import VARIABLE
from tests.config.trees import TODAY
from tests.privacy.school import FILES, IDENTITY, STRANGER, YAML, all_sealed, sealed, settings, source, write, zipped
from tests.roster.district import INVENTED, roster_of, rows_of, write_oneroster


def _findings(folder: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, TODAY)
    return [str(finding) for finding in caught.value.diagnostics]


@pytest.mark.usefixtures("identity")
def test_sealed_files_are_read_like_plain_ones(tmp_path: Path) -> None:
    """A folder of sealed CSV files, a sealed zip and a sealed OneRoster export all give the roster that was sealed."""
    write_oneroster(tmp_path / "export", INVENTED)
    export = {path.name: path.read_bytes() for path in (tmp_path / "export").iterdir()}
    ways = {
        "folder": ("apple_csv", "sis", all_sealed(FILES)),
        "zip": ("apple_csv", "sis.zip.age", {"sis.zip.age": sealed(zipped(FILES))}),
        "oneroster": ("oneroster", "one.zip.age", {"one.zip.age": sealed(zipped(export), armored=True)}),
    }
    for name, (way, path, files) in ways.items():
        folder = write(settings(tmp_path / name, roster={"sources": [{way: path}]}), files)
        assert rows_of(load(folder, TODAY).roster) == rows_of(roster_of(INVENTED))


@pytest.mark.usefixtures("identity")
def test_people_in_sealed_yaml_are_read(tmp_path: Path) -> None:
    """A sealed YAML file declares what the plain one would."""
    folder = write(settings(tmp_path), {"people.yaml.age": sealed(YAML, armored=True)})
    assert list(load(folder, TODAY).desired.of("person")) == ["s-1"]


@pytest.mark.usefixtures("identity")
def test_findings_point_into_the_opened_text(tmp_path: Path) -> None:
    """A finding in a sealed file names the sealed file, with line and column of what was sealed."""
    broken = {**FILES, "rosters.csv": FILES["rosters.csv"].replace(b",sci-1,", b",sci-9,", 1)}
    folder = write(settings(tmp_path, roster=source("sis")), all_sealed(broken))
    write(folder, {"people.yaml.age": sealed(YAML.replace(b"role: student", b"role: pupil"))})
    said = _findings(folder)
    assert any(one.startswith("sis/rosters.csv.age:5:22 ") and '"sci-9"' in one for one in said)
    assert any(one.startswith("people.yaml.age:3:15  ") for one in said)


@pytest.mark.usefixtures("identity")
def test_a_sealed_upload_is_judged(tmp_path: Path) -> None:
    """`roster check` opens a sealed zip by the identity in the environment."""
    write(tmp_path, {"up.zip.age": sealed(zipped(FILES))})
    roster, findings = read_upload(tmp_path / "up.zip.age")
    assert (roster.count("students"), findings) == (6, [])


def test_without_an_identity_one_sentence_is_said(tmp_path: Path) -> None:
    """Who cannot open the files is told so once, and nothing that refers to what is in them is called missing."""
    folder = write(settings(tmp_path / "a", roster=source("sis")), all_sealed(FILES))
    (said,) = _findings(folder)
    assert said.startswith("reconciler.yaml:1:")
    assert "there is no identity to open them with" in said
    assert VARIABLE in said
    classes = "classes: {a: {course: c, location: north, students: [s-1]}}\ncourses: {c: {location: north}}\n"
    folder = write(settings(tmp_path / "b"), {"people.yaml.age": sealed(YAML), "classes.yaml": classes.encode()})
    (said,) = _findings(folder)
    assert said.startswith("people.yaml.age:1:1  Files here are sealed")


def test_the_identity_is_named_in_the_settings(tmp_path: Path) -> None:
    """privacy.identity names a file, from the configuration folder, or a variable; RECONCILER_AGE_IDENTITY comes before it."""
    write(tmp_path, {"key.txt": f"# a key\n{IDENTITY}\n".encode()})
    by_file = write(settings(tmp_path / "a", privacy={"identity": {"file": "../key.txt"}}), {"people.yaml.age": sealed(YAML)})
    assert "s-1" in load(by_file, TODAY).desired.of("person")
    by_name = write(settings(tmp_path / "b", privacy={"identity": {"env": "OURS"}}), {"people.yaml.age": sealed(YAML)})
    assert "s-1" in load(by_name, TODAY, Surroundings(by_name, {"OURS": str(IDENTITY)})).desired.of("person")
    with pytest.raises(ConfigurationError) as caught:
        load(by_file, TODAY, Surroundings(by_file, {VARIABLE: str(STRANGER)}))
    assert str(caught.value.diagnostics[0]).startswith("people.yaml.age:1:1  The file is sealed for others")


def test_an_identity_that_is_not_there(tmp_path: Path) -> None:
    """A file or a variable that is named and not there is the finding, at the first sealed file."""
    folder = write(settings(tmp_path, privacy={"identity": {"env": "NOWHERE"}}), {"people.yaml.age": sealed(YAML)})
    assert _findings(folder) == [
        "people.yaml.age:1:1  The environment variable NOWHERE is not set. It must hold the secret, or use {file: …} instead."
    ]


@pytest.mark.usefixtures("identity")
def test_a_file_that_is_here_twice_is_refused(tmp_path: Path) -> None:
    """Beside its sealed form the plain file is an error: nobody knows which one is meant, and it is about to be committed."""
    folder = write(settings(tmp_path / "a"), {"people.yaml": YAML, "people.yaml.age": sealed(YAML)})
    assert _findings(folder) == [
        "people.yaml:1:1  The file is here twice: plain, and sealed as people.yaml.age. "
        "Delete the one that is out of date; only the sealed one belongs into git."
    ]
    folder = write(settings(tmp_path / "b", roster=source("sis")), {**all_sealed(FILES), "sis/staff.csv": FILES["staff.csv"]})
    assert "The file is here twice: plain, and sealed as staff.csv.age." in _findings(folder)[0]


@pytest.mark.usefixtures("identity")
def test_a_zip_that_was_sealed_since_is_found(tmp_path: Path) -> None:
    """A source that is gone, while its sealed form is there, is answered by that name."""
    folder = write(settings(tmp_path, roster=source("sis.zip")), {"sis.zip.age": sealed(zipped(FILES))})
    assert "There is sis.zip.age: write that." in _findings(folder)[0]


def test_a_secret_among_recipients_is_not_repeated(tmp_path: Path) -> None:
    """Whoever writes the secret half where the public one belongs is told so without seeing it in a log."""
    (said,) = _findings(settings(tmp_path, privacy={"recipients": [str(IDENTITY)]}))
    assert "privacy.recipients: must be a recipient" in said
    assert str(IDENTITY)[16:24] not in said


WATCH = """
import os, sys
written = []
def watch(event, arguments):
    if event == "open" and arguments[2] and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(str(arguments[0]))
sys.addaudithook(watch)
sys.dont_write_bytecode = True
from reconciler.cli import run
code = run(["validate", sys.argv[1]])
assert [path for path in written if path != os.devnull] == [], written
sys.exit(code)
"""


def test_what_was_opened_never_touches_the_disk(tmp_path: Path) -> None:
    """While sealed files are read, no file is opened for writing: not in the folder, not where temporary files go, nowhere."""
    zip_ = {"two.zip.age": sealed(zipped({**FILES, **dict.fromkeys(("students.csv", "staff.csv"), b"x")}))}
    folder = write(settings(tmp_path / "c", roster=source("sis")), {**all_sealed(FILES), **zip_, "more.yaml.age": sealed(b"people: {}\n")})
    (tmp_path / "tmp").mkdir()
    environment = {"TMPDIR": str(tmp_path / "tmp"), VARIABLE: str(IDENTITY), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-c", WATCH, folder], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "tmp").iterdir()) == []
