"""The record's file: pleasant in a diff, exact for any name, and clear about what a hand or a merge did to it."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.errors import Damaged, OtherOrganization
from state.local import LocalBackend
from state.record import Entry, Record
from state.record_file import decode, encode

HEAD = '# reconciler record 1  organization="Riverside" lineage=0123456789abcdef0123456789abcdef serial=7\n'
COLUMNS = "state\tkind\tname\tfingerprint\tremote_id\tattested\tsince\n"
LINES = ["owned\tdevice\tD1\tf1\t\t\t\n", "owned\tdevice\tD2\tf1\t\t\t\n", "owned\tperson\tp1\tf2\tid-1\t2026-11-23 jane@example.org\t\n"]

# Any text at all: tabs, newlines, backslashes, halves of surrogate pairs, Unicode line ends.
TEXT = st.text(st.characters(exclude_categories=[]), max_size=8) | st.text("\t\n\r\\u0 A\u2028\x85", max_size=8)
THINGS = st.dictionaries(TEXT, st.dictionaries(TEXT, st.builds(Entry, TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=8), max_size=4)


def written(folder: Path, text: str) -> LocalBackend:
    (folder / "record.tsv").write_text(text, encoding="utf-8")
    return LocalBackend(folder, "Riverside")


@settings(max_examples=100, deadline=None)
@given(organization=TEXT, entries=THINGS, awaiting=THINGS)
def test_any_record_survives_the_file(
    organization: str, entries: dict[str, dict[str, Entry]], awaiting: dict[str, dict[str, Entry]]
) -> None:
    """Whatever characters names and values hold, the record read is the record written."""
    record = Record(organization, "0" * 32, 1, entries, awaiting)
    assert decode(TextIOWrapper(BytesIO(b"".join(encode(record))), encoding="utf-8")) == record


def test_the_file_is_readable(tmp_path: Path) -> None:
    """The file has a head, the columns' names and one sorted line a thing."""
    backend = written(tmp_path, HEAD + COLUMNS + "".join(LINES))
    record = backend.record()
    record.put("device", "D1\t", Entry("f1"))
    record.put_awaiting("device", "D9", "2026-11-01")
    backend.save(record, 7)
    extra, awaiting = "owned\tdevice\tD1\\t\tf1\t\t\t\n", "awaiting\tdevice\tD9\t\t\t\t2026-11-01\n"
    expected = HEAD.replace("serial=7", "serial=8") + COLUMNS + awaiting + LINES[0] + extra + "".join(LINES[1:])
    assert (tmp_path / "record.tsv").read_text() == expected


def test_a_changed_device_is_a_changed_line(tmp_path: Path) -> None:
    """Changing one device among thousands changes its line and the head, and nothing else."""
    backend = LocalBackend(tmp_path, "Riverside")
    record = backend.record()
    for number in range(25_000):
        record.put("device", f"D{number * 7919 % 25_000}", Entry(f"f{number % 3}"))
    saved = backend.save(record, 0)
    before = (tmp_path / "record.tsv").read_text().splitlines()
    saved.put("device", "D77", Entry("changed"))
    backend.save(saved, 1)
    after = (tmp_path / "record.tsv").read_text().splitlines()
    old = set(before)
    assert [line for line in after if line not in old] == [after[0], "owned\tdevice\tD77\tchanged\t\t\t"]
    assert len(before) == len(after) == 25_002


def test_equal_entries_are_one_object(tmp_path: Path) -> None:
    """After loading, things that were applied alike share one entry, over all names and kinds."""
    backend = LocalBackend(tmp_path, "Riverside")
    record = backend.record()
    for number in range(9_000):
        record.put(f"kind{number % 3}", f"D{number}", Entry(f"f{number % 2}"))
    backend.save(record, 0)
    loaded = backend.record()
    assert len({id(entry) for names in loaded.entries.values() for entry in names.values()}) == 2


def test_owning_ends_waiting() -> None:
    """A thing that becomes ours is awaited no longer, and a first date of waiting stays."""
    record = Record("Riverside")
    record.put_awaiting("device", "D1", "2026-11-01")
    record.put_awaiting("device", "D1", "2026-11-02")
    assert record.awaited("device")["D1"].since == "2026-11-01"
    record.put("device", "D1", Entry("f"))
    assert (record.awaiting, dict(record.kind("device"))) == ({}, {"D1": Entry("f")})
    record.drop("device", "D1")
    record.drop("device", "D1")
    assert record == Record("Riverside")


def test_a_copy_is_independent() -> None:
    """Changing a copy leaves the record as it was."""
    record = Record("Riverside")
    record.put("device", "D1", Entry("f"))
    record.copy().put("device", "D2", Entry("f"))
    assert list(record.kind("device")) == ["D1"]


DAMAGE = {
    "conflict": (HEAD + COLUMNS + LINES[0] + "<<<<<<< HEAD\n" + LINES[1], 4, "merge conflict"),
    "conflict in the head": ("<<<<<<< HEAD\n" + HEAD + "=======\n" + HEAD + ">>>>>>> main\n" + COLUMNS + LINES[0], 1, "merge conflict"),
    "unsorted": (HEAD + COLUMNS + LINES[1] + LINES[0], 4, "out of order"),
    "kinds unsorted": (HEAD + COLUMNS + LINES[2] + LINES[0], 4, "out of order"),
    "twice": (HEAD + COLUMNS + LINES[0] + LINES[0], 4, '"D1" is here twice'),
    "twice, differing": (HEAD + COLUMNS + LINES[0] + LINES[0].replace("f1", "f2"), 4, '"D1" is here twice'),
    "few columns": (HEAD + COLUMNS + "owned\tdevice\tD1\tf1\n", 3, "4 columns where 7"),
    "two columns": (HEAD + COLUMNS + "owned\tdevice\n", 3, "2 columns where 7"),
    "many columns": (HEAD + COLUMNS + LINES[0].replace("\n", "\t\n"), 3, "8 columns where 7"),
    "an empty line": (HEAD + COLUMNS + "\n" + LINES[0], 3, "1 columns where 7"),
    "spaces for tabs": (HEAD + COLUMNS + LINES[0].replace("\t", " "), 3, "1 columns where 7"),
    "unknown state": (HEAD + COLUMNS + LINES[0].replace("owned", "mine"), 3, 'not "mine"'),
    "a lone backslash": (HEAD + COLUMNS + LINES[0].replace("D1", "D\\1"), 3, "backslash"),
    "one thing written in two ways": (HEAD + COLUMNS + LINES[0] + LINES[0].replace("D1", "\\u00441"), 0, "not a record"),
    "no head": (COLUMNS + LINES[0], 1, "first line"),
    "serial zero": (HEAD.replace("serial=7", "serial=0") + COLUMNS, 1, "first line"),
    "bad quotes": (HEAD.replace('"Riverside"', '"\\x"') + COLUMNS, 1, "first line"),
    "no columns": (HEAD + LINES[0], 2, "columns' names"),
    "empty": ("", 1, "first line"),
    "newer": (HEAD.replace("record 1", "record 2") + COLUMNS, 1, "install a newer one"),
}


@pytest.mark.parametrize("way", DAMAGE)
def test_a_damaged_file_says_where_and_what_to_do(tmp_path: Path, way: str) -> None:
    """A record that a hand or a merge damaged is refused with the line at fault, the reason and advice."""
    text, line, words = DAMAGE[way]
    with pytest.raises(Damaged) as damaged:
        written(tmp_path, text).record()
    assert damaged.value.line == line
    assert words in damaged.value.message
    assert "git checkout -- record.tsv" in damaged.value.hint


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Several damaged lines are told together, the first ten of them."""
    text = HEAD + COLUMNS + "".join(f"line {number}\n" for number in range(30))
    with pytest.raises(Damaged) as damaged:
        written(tmp_path, text).record()
    assert damaged.value.message.count("columns where") == 10
    assert "and more" in damaged.value.message


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    """A line that is not UTF-8 is named."""
    (tmp_path / "record.tsv").write_bytes((HEAD + COLUMNS + LINES[0]).encode() + b"owned\tdevice\tD\xff\tf1\t\t\t\n")
    with pytest.raises(Damaged, match=r"record\.tsv:4: this line is not UTF-8"):
        LocalBackend(tmp_path, "Riverside").record()


@pytest.mark.parametrize(
    "change", [lambda text: text.removesuffix("\n"), lambda text: text.replace("\n", "\r\n")], ids=["last newline", "Windows"]
)
def test_what_editors_do_is_forgiven(tmp_path: Path, change: object) -> None:
    """A missing last newline and Windows line ends change nothing."""
    assert callable(change)
    text = HEAD + COLUMNS + "".join(LINES)
    expected = written(tmp_path, text).record()
    (tmp_path / "record.tsv").write_bytes(change(text).encode())
    assert LocalBackend(tmp_path, "Riverside").record() == expected


def test_a_damaged_head_is_not_overwritten(tmp_path: Path) -> None:
    """A save refuses to replace a record whose head cannot be understood."""
    backend = written(tmp_path, "<<<<<<< HEAD\n" + HEAD)
    with pytest.raises(Damaged):
        backend.save(Record("Riverside"), 0)


def test_the_folder_of_another_organization_is_refused(tmp_path: Path) -> None:
    """A folder that holds another organization's record is refused by name."""
    written(tmp_path, HEAD + COLUMNS)
    with pytest.raises(OtherOrganization, match='"Riverside", not of "Hillside"'):
        LocalBackend(tmp_path, "Hillside").record()
