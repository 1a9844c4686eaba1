"""Runs the commands that a page shows, in its order, and compares what they print with what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARYING = (  # what differs from run to run, and what stands for it when comparing
    (re.compile(r"\b[0-9a-f]{12}\b"), "RUN"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ACTIVITY"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "MOMENT"),
    (re.compile(r" (by|UTC) +\S+ +run|, by \S+\)"), " WHO run"),
)
SLOW = "Still at work: "
"""What a pipe is told where something takes longer than a person would wait in silence: only on a busy machine."""


@dataclass(frozen=True)
class Example:
    """One command of a page and what it is said to print; a line "…" stands for any lines."""

    command: str
    expected: str


def examples(page: str) -> list[Example]:
    """The commands of every block that is marked as `console`."""
    found: list[Example] = []
    for block in BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            found.append(Example(command, expected.strip()))
    return found


def check_page(page: str, folder: Path) -> None:
    """Run a page's commands in `folder`, beside a copy of the repository's examples; AssertionError names the first that differs."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    bin_folder = Path(sys.executable).parent
    environment = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    for example in examples(page):
        if example.command.startswith("cd "):
            folder = folder / example.command.removeprefix("cd ")
            continue
        done = subprocess.run(["sh", "-c", example.command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, f"$ {example.command}\n{done.stderr}"
        assert _matches(example.expected, done.stdout + done.stderr), f"$ {example.command}\n{done.stdout}{done.stderr}"


def _settled(text: str) -> str:
    for pattern, stand_in in VARYING:
        text = pattern.sub(stand_in, text)
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if not line.startswith(SLOW)).strip()


def _matches(expected: str, printed: str) -> bool:
    pieces = [re.escape(piece.strip("\n")) for piece in re.split(r"^…$", _settled(expected), flags=re.MULTILINE)]
    return re.fullmatch(r"\s*" + r"\n*(?:.*\n)*?\s*".join(pieces) + r"\s*", _settled(printed) + "\n") is not None
