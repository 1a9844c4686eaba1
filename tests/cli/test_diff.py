from __future__ import annotations

import json
import subprocess

import pytest

from tests.district import District

SERIALS = [f"AAAA0000{number:02}" for number in range(8)]
PEOPLE = """\
locations: {north: {name: North School}}
people:
  s-1: {role: student, first_name: Ada, last_name: Secret, locations: north}
  t-1: {role: staff, first_name: Tom, last_name: Hidden, locations: north}
"""


def _commit(district: District, tag: str) -> None:
    for arguments in (["init", "-q"], ["add", "-A", "."], ["commit", "-qm", tag, "--allow-empty"], ["tag", tag]):
        command = ["git", "-C", str(district.folder), "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def edited(district: District) -> District:
    """Two revisions, `one` and `two`, and an edit that is not committed."""
    district.write(".gitignore", "state\n")
    district.write("lab.csv", "serial_number\n" + "\n".join(SERIALS[:6]) + "\n")
    district.write("people.yaml", PEOPLE)
    match = {"match": {"family": "Mac", "order": ["PO-1"]}}
    district.assign(lab={"server": "jamf", "devices": {"file": "lab.csv"}}, macs={"server": "intune", "devices": match})
    _commit(district, "one")
    district.write("lab.csv", "serial_number\n" + "\n".join(SERIALS[2:]) + "\n")
    district.write(
        "people.yaml", PEOPLE.replace("Ada", "Adele") + "  s-2: {role: student, first_name: Bo, last_name: Quiet, locations: north}\n"
    )
    district.assign(
        lab={"server": "jamf", "devices": {"file": "lab.csv"}},
        macs={"server": "intune", "devices": {"match": {"family": "Mac", "order": ["PO-1", "PO-2"]}}},
        carts={"server": "meraki", "from": "2027-01-08", "devices": {"match": {"family": "iPad"}}},
    )
    _commit(district, "two")
    district.settings(guards={"deletes": {"percent": 5, "count": 25}})
    district.assign(lab={"server": "intune", "devices": {"file": "lab.csv"}})
    return district


def test_what_changed_between_two_revisions(edited: District) -> None:
    """diff tells new and changed entries with their places, what a match gained, and which listed devices joined and left."""
    ran = edited.run("diff", "one", "two")
    assert (ran.code, ran.err) == (0, "")
    assert "one → two" in ran.out
    assert "+ carts  devices.yaml:1:" in ran.out
    assert 'devices.match.order: added "PO-2"' in ran.out
    assert "see reconciler plan" in ran.out
    assert "2 devices: newly listed for Jamf School  AAAA000006, AAAA000007" in ran.out
    assert "2 devices: not listed for Jamf School any more  AAAA000000, AAAA000001" in ran.out
    assert "Changed: entries: 1 new, 1 changed; listed things: 4; rows of rosters: 2." in ran.out


@pytest.mark.parametrize("form", [[], ["--json"], ["--markdown"]])
def test_people_are_only_counted(edited: District, form: list[str]) -> None:
    """Of people nothing but numbers is shown, in no form."""
    ran = edited.run("diff", *form, "one", "two")
    assert not any(word in ran.out + ran.err for word in ("Ada", "Adele", "Bo", "Secret", "Quiet", "Hidden", "s-1", "s-2", "t-1"))
    if form == ["--json"]:
        assert json.loads(ran.out)["rosters"] == [{"rows": "students", "added": 1, "removed": 0, "changed": 1}]


def test_the_files_as_they_are_now(edited: District) -> None:
    """With one revision the files as they lie there are compared, uncommitted edits included."""
    told = edited.run("diff", "two").out
    assert "two → the files as they are now" in told
    assert "guards.deletes.percent" in told
    assert "server: jamf → intune" in told
    assert "- carts  was at devices.yaml:1:" in told
    assert "6 devices: Jamf School → Intune for Education" in told


def test_nothing_changed(edited: District) -> None:
    """Where two revisions want the same, diff says so, whatever was laid out anew."""
    assert "Nothing changed in what the files want." in edited.run("diff", "two", "two").out
    _commit(edited, "three")
    assert edited.run("fmt").code == 0
    assert "Nothing changed in what the files want." in edited.run("diff", "three").out


def test_it_is_offline(edited: District) -> None:
    """diff asks Apple nothing."""
    before = edited.requests()
    edited.run("diff", "one")
    assert edited.requests() == before


def test_a_broken_revision_is_named(edited: District) -> None:
    """Errors in one of the two states are shown with their places and the revision's name."""
    edited.assign(lab={"server": "jmf", "devices": {"serials": SERIALS[:1]}})
    _commit(edited, "broken")
    ran = edited.run("diff", "broken", "two")
    assert ran.code == 1
    assert 'server: "jmf" is not a known mdm_server' in ran.err
    assert "1 problem in the configuration at broken." in ran.err


def test_an_unknown_revision(edited: District) -> None:
    """A revision that git does not know, and a folder that is not under git, are said in a sentence."""
    assert 'git knows no revision "nine" here.' in edited.run("diff", "nine").err
    assert 'git knows no revision "--output=x" here.' in edited.run("diff", "--", "--output=x").err


def test_without_git(district: District) -> None:
    """Where there is no repository the error says that revisions are git's."""
    ran = district.run("diff", "main")
    assert ran.code == 1
    assert "is not in a git repository" in ran.err
