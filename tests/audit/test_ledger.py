"""`reconciler ledger` as an auditor uses it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from reconciler.pseudonyms import REHEARSED
from state.ledger import LedgerEntry
from state.local import LocalBackend
from tests.audit.repository import Repository
from tests.cli.scenes import lab, settled
from tests.cli.terminal import environment, piped
from tests.district import District


def _file(district: District) -> Path:
    return district.folder / "state" / "ledger.jsonl"


@pytest.fixture
def history(district: District) -> list[str]:
    """A district with two runs: six devices assigned, then one of them let go; the serials."""
    serials = settled(district)
    lab(district, serials[1:])
    assert district.apply().code == 0
    return serials


@pytest.fixture
def repository(district: District, history: list[str], tmp_path: Path) -> Repository:
    """The district with that history as a repository with one commit."""
    del history
    made = Repository(district.folder, tmp_path / "home")
    made.commit()
    return made


def _steps(out: str) -> int:
    return sum("  step: " in line for line in out.splitlines())


def test_a_device_is_found_by_its_serial(district: District, history: list[str]) -> None:
    """--device finds what was done to a device, however its serial was pasted, and --address does so for one kind."""
    assert _steps(district.run("ledger", "--device", f" '{history[0].lower()} ").out) == 2
    assert _steps(district.run("ledger", "--device", history[1]).out) == 1
    assert _steps(district.run("ledger", "--address", f"device_assignment/{history[0]}").out) == 2
    assert _steps(district.run("ledger", "--address", "mdm_server/jamf").out) == 1
    assert district.run("ledger", "--address", f"mdm_server/{history[0]}").out == ""


def test_an_address_that_is_none(district: District, history: list[str]) -> None:
    """--address explains how an address is written."""
    del history
    ran = district.run("ledger", "--address", "jamf")
    assert ran.code == 1
    assert "is not an address; write kind/name" in ran.err


def _remember(district: District, **what: object) -> None:
    backend = LocalBackend(district.folder / "state", "Test District (rehearsal)")
    who = {"user": "runner", "actor": "deploy[bot]", "ci_run": "7", "author": "Jane Doe <jane@school.example>"}
    backend.ledger().append([LedgerEntry("run-of-people", "step", who, what)])


def test_a_person_is_found_by_id(district: District) -> None:
    """--person finds a person's lines by person_id or by pseudonym, and neither id nor pseudonym's key is shown."""
    pseudonym = REHEARSED.of("person", "S-4711")
    _remember(district, title="Upload", outcomes=[{"result": "landed", "word": "", "kind": "person", "names": [pseudonym]}])
    ran = district.run("ledger", "--person", "S-4711")
    assert _steps(ran.out) == 1
    assert "4711" not in ran.out + ran.err
    assert district.run("ledger", "--person", "S-4712").out == ""
    assert district.run("ledger", "--person", pseudonym).out == ran.out


def test_the_human_behind_the_bot_is_shown(district: District) -> None:
    """A line that a bot wrote shows the person behind it and the bot, and --actor finds it by either."""
    _remember(district, title="Upload", outcomes=[])
    assert "Jane Doe <jane@school.example> (through deploy[bot])" in district.run("ledger").out
    assert _steps(district.run("ledger", "--actor", "JANE@").out) == 1
    assert _steps(district.run("ledger", "--actor", "deploy").out) == 1
    assert district.run("ledger", "--actor", "joe").out == ""


def test_events_and_runs_are_found(district: District, history: list[str]) -> None:
    """--event finds one sort of lines, and all that is asked must hold."""
    assert len(district.run("ledger", "--event", "begin").out.splitlines()) == 2
    assert len(district.run("ledger", "--event", "step", "--device", history[0]).out.splitlines()) == 2
    assert district.run("ledger", "--event", "begin", "--device", history[0]).out == ""


def test_days_are_the_organizations(district: District) -> None:
    """--since and --until count days in the organization's time zone, and times are shown in it."""
    district.settings(organization={"name": "Test District", "time_zone": "Pacific/Kiritimati"})  # 14 hours ahead of UTC
    _remember(district, title="Upload", outcomes=[])
    told = json.loads(district.run("ledger", "--json").out.splitlines()[-1])["at"]
    shown = district.run("ledger").out.split()[1]
    assert district.run("ledger", "--since", shown, "--until", shown).out != ""
    assert (shown > told[:10]) is (int(told[11:13]) >= 10)


def test_the_table_has_a_row_for_each_thing(district: District, history: list[str], tmp_path: Path) -> None:
    """--csv writes a row for each thing that a line touched, with kind, verb, result, who and when, for spreadsheets."""
    table = tmp_path / "ledger.csv"
    assert district.run("ledger", "--csv", str(table)).code == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    mine = [row for row in rows if row["name"] == history[0]]
    assert [(row["kind"], row["verb"], row["result"]) for row in mine] == [
        ("device_assignment", "update", "landed"),
        ("device_assignment", "delete", "landed"),
    ]
    assert {row["event"] for row in rows if not row["name"]} == {"begin", "end"}


def test_a_table_runs_no_formula(district: District, tmp_path: Path) -> None:
    """A value that a spreadsheet would take for a formula is made text."""
    _remember(district, title='=HYPERLINK("http://evil.example")', outcomes=[])
    table = tmp_path / "ledger.csv"
    district.run("ledger", "--csv", str(table))
    assert "\"'=HYPERLINK" in table.read_text(encoding="utf-8-sig")


def test_the_page_is_whole_and_harmless(district: District, history: list[str], tmp_path: Path) -> None:
    """--html writes one page that loads nothing, escapes everything, and says whether the chain is whole."""
    _remember(district, title="<script>alert(1)</script>", outcomes=[])
    page = tmp_path / "ledger.html"
    ran = district.run("ledger", "--html", str(page))
    assert (ran.code, ran.out) == (0, "")
    text = page.read_text()
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")
    assert "The ledger is whole" in text
    assert history[0] in text


def test_a_page_that_cannot_be_written(district: District, history: list[str]) -> None:
    """A place that cannot be written to is named."""
    del history
    ran = district.run("ledger", "--html", "/nowhere/ledger.html")
    assert ran.code == 1
    assert "/nowhere/ledger.html could not be written" in ran.err


def _reseal(path: Path, change: dict[str, object]) -> None:
    """Change the second line, and make the chain fit together again, as somebody who knows how would."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1] |= change
    previous = lines[0]["hash"]
    for line in lines[1:]:
        line["previous"] = previous
        del line["hash"]
        line["hash"] = previous = hashlib.sha256(
            json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        ).hexdigest()
    path.write_text("".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines))


def test_verify_names_who_brought_the_broken_line(district: District, repository: Repository) -> None:
    """verify names the first broken line, what is wrong with it, and the commit and people that brought it as it stands."""
    path = _file(district)
    path.write_text(path.read_text().replace('"n":2', '"n":2,"x":1', 1))
    ran = district.run("ledger", "verify")
    assert ran.code == 1
    assert "ledger.jsonl:2: this line was changed after it was written" in ran.err
    assert "This line is not committed as it stands: git restore ledger.jsonl" in ran.err
    commit = repository.commit("oops")
    ran = district.run("ledger", "verify")
    assert f"This line came with commit {commit[:12]} of Jane Doe <jane@school.example>" in ran.err


def test_a_chain_that_was_made_anew_is_found_by_git(district: District, repository: Repository) -> None:
    """A ledger whose chain was made to fit again is found out by what git has, committed or not."""
    _reseal(_file(district), {"event": "nothing"})
    ran = district.run("ledger", "verify")
    assert ran.code == 1
    assert "ledger.jsonl:2: this line is another one than git has" in ran.err
    commit = repository.commit("tidy up")
    ran = district.run("ledger", "verify")
    assert ran.code == 1
    assert f"Commit {commit[:12]} of Jane Doe" in ran.err
    assert "changed or removed lines of ledger.jsonl" in ran.err


def test_an_end_that_was_cut_off_is_found_by_git(district: District, repository: Repository) -> None:
    """A ledger whose newest lines were cut off is found out by what git has, which no chain can tell."""
    del repository
    path = _file(district)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-2]))
    ran = district.run("ledger", "verify")
    assert ran.code == 1
    assert "git has 2 more lines at the end of ledger.jsonl: somebody cut it off." in ran.err


def test_signatures_are_told_line_by_line(district: District, repository: Repository) -> None:
    """signatures tells which commit brought which lines, by whom, and what its signature is worth; --require-signed fails without."""
    count = len(_file(district).read_text().splitlines())
    ran = district.run("ledger", "signatures")
    assert ran.code == 0
    assert f"lines 1-{count}" in ran.out
    assert "committed by deploy[bot] <bot@school.example>  signature: not signed" in ran.out
    assert district.run("ledger", "signatures", "--require-signed").code == 1
    repository.sign_by_ssh()
    _remember(district, title="Upload", outcomes=[])
    assert f"line {count + 1} " in district.run("ledger", "signatures").out
    assert "not committed yet" in district.run("ledger", "signatures").out
    repository.commit()
    ran = district.run("ledger", "signatures")
    assert "signature: good, by jane@school.example" in ran.out
    assert f"{count} of {count + 1} lines have no good signature." in ran.err
    assert "signature: good, by jane@school.example]" in district.run("ledger", "--signatures").out


def test_signatures_without_git(district: District, history: list[str]) -> None:
    """Where git does not keep the ledger, signatures says so and what to do."""
    del history
    ran = district.run("ledger", "signatures")
    assert ran.code == 1
    assert "git does not keep this ledger" in ran.err


def test_a_run_in_ci_remembers_everybody(district: District, repository: Repository) -> None:
    """A run in CI writes who started it again, what started it, and the people of the commit."""
    repository.commit("move\n\nCo-authored-by: Joe Roe <joe@school.example>", "--allow-empty")
    lab(district, json.loads((district.folder / "devices.yaml").read_text())["device_assignments"]["lab"]["devices"]["serials"][:-1])
    github = {"GITHUB_ACTOR": "renovate[bot]", "GITHUB_TRIGGERING_ACTOR": "ann", "GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ID": "4711"}
    assert piped("apply", "--yes", district.folder, env=environment(**github)).code == 0
    who = json.loads(_file(district).read_text().splitlines()[-1])["who"]
    assert (who["actor"], who["triggered_by"], who["trigger"]) == ("renovate[bot]", "ann", "push")
    assert who["author"] == "Jane Doe <jane@school.example>"
    assert who["committer"] == "deploy[bot] <bot@school.example>"
    assert who["co_authors"] == "Joe Roe <joe@school.example>"
    assert "ann (through renovate[bot])" in district.run("ledger").out
