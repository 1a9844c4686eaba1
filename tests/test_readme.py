"""The README is true: its commands run, in order, and print what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARYING = (  # what differs from run to run, and what stands for it when comparing
    (re.compile(r"\b[0-9a-f]{12}\b"), "RUN"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ACTIVITY"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "MOMENT"),
    (re.compile(r" (by|UTC) +\S+ +run|, by \S+\)"), " WHO run"),
)


@dataclass(frozen=True)
class Example:
    """One command of the README and what it is said to print; a line "…" stands for any lines."""

    command: str
    expected: str


def _examples() -> list[Example]:
    found: list[Example] = []
    for block in BLOCK.findall(README):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            found.append(Example(command, expected.strip()))
    return found


def _settled(text: str) -> str:
    for pattern, stand_in in VARYING:
        text = pattern.sub(stand_in, text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _matches(expected: str, printed: str) -> bool:
    pieces = [re.escape(piece.strip("\n")) for piece in re.split(r"^…$", _settled(expected), flags=re.MULTILINE)]
    return re.fullmatch(r"\s*" + r"\n*(?:.*\n)*?\s*".join(pieces) + r"\s*", _settled(printed)) is not None


def test_the_tour_does_what_it_says(tmp_path: Path) -> None:
    """Every command of the README's tour runs in the order of the page and prints what the page shows."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    bin_folder = Path(sys.executable).parent
    environment = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    folder = tmp_path
    for example in _examples():
        if example.command.startswith("cd "):
            folder = folder / example.command.removeprefix("cd ")
            continue
        done = subprocess.run(["sh", "-c", example.command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        assert _matches(example.expected, done.stdout + done.stderr), f"$ {example.command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("target", ["demo", "test", "test-all", "lint", "bench"])
def test_the_make_targets_it_names_exist(target: str) -> None:
    """Every make target that the README names is in the Makefile."""
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_link_within_the_repository_leads_somewhere() -> None:
    """A relative link of the README names a file that exists."""
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
