"""Roster cases as data files, in the format of tests/config/trees.py: what differs from a sound base, and every finding, word for word.

    What this case is for, in a sentence.
    === sis/students.csv
    person_id,…
    === findings
    sis/students.csv:2:1  …

Each folder of cases is one way in and has its own base, base.case. A file of no bytes but the word ABSENT is left out. Findings are the
errors; where there are none, the warnings. In `ready/` the folder sis is judged as it would be uploaded, warnings included.

All people in these files are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.config.trees import Case, read_case

HERE = Path(__file__).parent
WAYS = ("apple", "oneroster", "yaml", "ready")


def base(way: str) -> Case:
    """The sound files of one way in."""
    return read_case(HERE / way / "base.case")


def cases(*ways: str) -> Iterator[Case]:
    """Every case of these ways, each upon its base."""
    for way in ways or WAYS:
        under = base(way)
        for path in sorted((HERE / way).glob("*.case")):
            case = read_case(path)
            own = case.files if "=== reconciler.yaml" in path.read_text(encoding="utf-8") else _without_main(case)
            files = {name: content for name, content in {**under.files, **own}.items() if content.strip() != b"ABSENT"}
            yield replace(case, name=f"{way}-{case.name}", files=files)


def _without_main(case: Case) -> dict[str, bytes]:
    return {name: content for name, content in case.files.items() if name != "reconciler.yaml"}
