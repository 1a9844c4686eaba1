"""Laws of extending files, tried on untidy ones."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.adopt.edit import NewEntry, extend, grow, new_table
from reconciler.load.document import Builder
from reconciler.load.table import Header
from tests.format.messy import Mess, configurations

RELAXED = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NEW = [NewEntry("new.1", {"name": "Büro: #1", "default_for": ["iPad"]}, "3 iPads"), NewEntry("new.2", {"allow_release": True}, "")]
VALUES = {"new.1": {"name": "Büro: #1", "default_for": ["iPad"]}, "new.2": {"allow_release": "true"}}


@RELAXED
@given(tree=configurations(), data=st.data(), section=st.sampled_from(["mdm_servers", "device_assignments", "courses"]))
def test_extending_adds_the_entries_and_nothing_else(tree: dict[str, Any], data: st.DataObject, section: str) -> None:
    """However untidy a file is: entries join their section, other values stay, and no character that was there is gone."""
    text = Mess(data).write(tree)
    after = extend(text, section, NEW)
    if after is None:  # in braces, or empty
        return
    assert Builder("", []).build(after) == tree | {section: tree.get(section, {}) | VALUES}
    added = len(after) - len(text)
    at = next((n for n, pair in enumerate(zip(text, after, strict=False)) if pair[0] != pair[1]), len(text))
    assert text[:at] + after[at : at + added] + text[at:] == after


def test_rows_go_into_their_columns() -> None:
    """Rows are added with the file's own delimiter, line ends and order of columns, also where the last line has no end."""
    header = Header(";", ["Room", "Serial", "Model"], 1)
    grown = grow("Room;Serial;Model\r\n1;AAAA000001;x", header, ("serial_number", "model", "order"), [("AAAA000002", "iPad; mini", "PO")])
    assert grown == 'Room;Serial;Model\r\n1;AAAA000001;x\r\n;AAAA000002;"iPad; mini"\r\n'
    assert new_table(("serial_number",), [("AAAA000001",)]) == "serial_number\nAAAA000001\n"
