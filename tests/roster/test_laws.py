from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.load import read_upload
from reconciler.load.roster import ROSTER_KINDS
from reconciler.load.roster.apple import read_apple
from reconciler.load.roster.container import open_container
from reconciler.load.roster.oneroster import read_oneroster
from reconciler.load.sealed import Opener
from reconciler.roster.check import check
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Roster
from reconciler.roster.people import Terms
from reconciler.roster.report import Report
from reconciler.roster.write import to_files, to_zip
from tests.roster.district import INVENTED, no_findings, roster_of, rows_of, write_oneroster

TEXT = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\\“”„‟\x85\ufeff"), max_size=12)
    .map(str.strip)
    .filter(lambda text: "\N{NO-BREAK SPACE}" not in text)
)
"""What Apple's rules allow in a value: no line breaks, no curly quotes, no backslash, no blanks around it."""
NAMED = TEXT.filter(bool)


def district_with(texts: list[str]) -> dict[str, list[dict[str, str]]]:
    """The invented district with other texts wherever free text stands."""
    supply = iter(texts)
    free = ("first_name", "middle_name", "last_name", "course_name", "location_name", "sis_username")
    return {
        name: [{column: next(supply, "x") if column in free else value for column, value in row.items()} for row in rows]
        for name, rows in INVENTED.items()
    }


@settings(max_examples=60)
@given(texts=st.lists(NAMED, min_size=46, max_size=46))
def test_reading_what_was_written_is_the_identity(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every text that Apple's rules allow comes back as it was, from a zip in which our own rules find nothing wrong."""
    roster = roster_of(district_with(texts))
    path = tmp_path_factory.mktemp("upload") / "roster.zip"
    path.write_bytes(to_zip(roster))
    back, findings = read_upload(path)
    assert [str(finding) for finding in findings] == []
    assert rows_of(back) == rows_of(roster)
    assert to_zip(back) == path.read_bytes()


@given(seed=st.integers(), parts=st.integers(1, 3))
def test_order_of_sources_and_rows_does_not_matter(seed: int, parts: int) -> None:
    """The same people in any order, from any number of sources, make the same zip."""
    chance = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
    merged = Roster()
    split: list[dict[str, list[dict[str, str]]]] = [{name: [] for name in LAYOUTS} for _ in range(parts)]
    for name, rows in INVENTED.items():
        for row in chance.sample(list(rows), len(rows)):
            chance.choice(split)[name].append(dict(row))
    for one in split:
        merged.merge(roster_of(one))
    assert to_zip(merged) == to_zip(roster_of(INVENTED))


def test_oneroster_and_apple_exports_of_one_district_agree(tmp_path: Path) -> None:
    """A OneRoster export and Apple's files of the same district make the same zip."""
    write_oneroster(tmp_path / "one", INVENTED)
    report = Report()
    roster = read_oneroster(open_container(tmp_path / "one", "one", Opener()), ROSTER_KINDS, report)
    check(roster, Terms(), report)
    assert no_findings(report)
    assert to_files(roster) == to_files(roster_of(INVENTED))


@settings(max_examples=30)
@given(texts=st.lists(NAMED, min_size=46, max_size=46), breaks=st.booleans())
def test_every_value_is_found_where_it_stands(texts: list[str], breaks: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The place of a value is the line and column where it begins, also behind quoted values and line breaks."""
    folder = tmp_path_factory.mktemp("files")
    rows = district_with(texts)
    if breaks:
        rows["students"][0]["first_name"] = "two,\nlines"
    for name, content in to_files(roster_of(rows)).items():
        (folder / name).write_bytes(content)
    back = read_apple(open_container(folder, "files", Opener()), ROSTER_KINDS, Report())
    for part in (part for name in LAYOUTS for part in back.of(name)):
        text = (folder / part.layout.file).read_bytes().decode().split("\n")
        for column, values in part.columns.items():
            for row, value in enumerate(values):
                place = part.place(row, column)
                stands = text[place.line - 1][place.column - 1 :].removeprefix('"').replace('\\"', '"')
                assert stands.startswith(value.split("\n")[0])
