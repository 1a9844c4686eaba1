from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
ROSTERS = ("sis", "riverside-high/oneroster")


def _files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for roster in ROSTERS for path in (folder / roster).iterdir()}


def test_the_people_of_the_example_are_generated(tmp_path: Path) -> None:
    """The rosters of the example are, byte for byte, what its generator writes: nobody in them was ever copied from a school."""
    subprocess.run([sys.executable, EXAMPLES / "generate.py", tmp_path], check=True)
    assert _files(tmp_path) == _files(EXAMPLES / "riverside")


def test_everybody_is_marked_as_invented() -> None:
    """Every address in the example's rosters ends in a domain that can never exist."""
    for text in _files(EXAMPLES / "riverside").values():
        assert text.count("@") == text.count("@riverside.example") + text.count("@students.riverside.example")
