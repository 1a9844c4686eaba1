"""Laws of the canonical layout, tried on many untidy files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.format import SCHEMA_LINE, format_text
from reconciler.format.words import plain, write_text
from reconciler.load import load
from reconciler.load.document import Builder
from tests.config.trees import PLAIN, TODAY, cases, meaning
from tests.format.messy import Mess, configurations

SOUND = cases("sound")
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@RELAXED
@given(tree=configurations(), data=st.data())
def test_layout_changes_no_meaning_and_loses_no_comment(tree: dict[str, object], data: st.DataObject) -> None:
    """However untidy a file is: its values and its comments are the same afterwards, and laying it out again changes nothing."""
    mess = Mess(data)
    text = mess.write(tree)
    after = format_text(text, "some/file.yaml")
    assert after is not None, text
    assert Builder("", []).build(after) == Builder("", []).build(text) == tree
    kept = [comment for line in after.splitlines() if (comment := line[line.rfind("# comment") :]).startswith("# comment")]
    assert sorted(kept) == sorted(mess.comments)
    assert format_text(after, "some/file.yaml") == after


@RELAXED
@given(tree=configurations(), data=st.data())
def test_a_configuration_wants_the_same_afterwards(
    tree: dict[str, object], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What a folder wants is the same before and after its files are laid out."""
    folder = tmp_path_factory.mktemp("law")
    (folder / "reconciler.yaml").write_text(PLAIN)
    text = Mess(data).write(tree)
    (folder / "config.yaml").write_text(text, newline="")
    before = _wants(folder)
    (folder / "config.yaml").write_text(format_text(text, "config.yaml") or "", newline="")
    assert _wants(folder) == before


def _wants(folder: Path) -> list[str]:
    desired = load(folder, TODAY).desired
    items = [f"{kind}/{name} {declared.spec}" for kind, found in desired.items.items() for name, declared in found.items()]
    return sorted([*items, *(f"{rule.declared.origin} {rule.declared.spec}" for rule in desired.rules["device_assignment"])])


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_sound_configurations_stay_sound(case: object, tmp_path: Path) -> None:
    """Every sound configuration of the loader's own cases means the same once it is laid out, and is then canonical."""
    assert hasattr(case, "write")
    folder = case.write(tmp_path)
    before = [_placeless(line) for line in meaning(load(folder, TODAY))]
    for path in sorted(folder.rglob("*.y*ml")):
        name = path.relative_to(folder).as_posix()
        after = format_text(path.read_text(encoding="utf-8-sig"), name)
        assert after is not None
        assert format_text(after, name) == after
        path.write_text(after, encoding="utf-8")
    assert sorted(map(_placeless, meaning(load(folder, TODAY)))) == sorted(before)


def _placeless(line: str) -> str:
    return re.sub(r"[\w/.-]+\.(ya?ml|csv)(:\d+)*", "PLACE", line)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_can_be_written(text: str) -> None:
    """Any text at all comes back from the form in which it is written."""
    tree = Builder("", []).build(f"key: {write_text(text)}\n")
    assert tree is not None
    assert tree["key"] == text
    assert not plain(text) or write_text(text) == text


def test_the_schema_line_is_on_top() -> None:
    """A file without the line by which editors find the schema gets one that leads there; one that is there stays."""
    assert (format_text("mdm_servers: {}\n", "a/b/c.yaml") or "").startswith(
        "# yaml-language-server: $schema=../../.schemas/config.schema.json\n"
    )
    own = "# about it\n# yaml-language-server: $schema=../mine.json\nmdm_servers: {}\n"
    lines = (format_text(own, "c.yaml") or "").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../mine.json"
    assert sum(bool(SCHEMA_LINE.match(line)) for line in lines) == 1
