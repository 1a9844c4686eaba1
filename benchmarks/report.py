"""What was measured, as Markdown: a table, and each target with its figure."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Usage

RESULTS = Path(__file__).with_name("RESULTS.md")
LIBRARIES = ("reconciler", "httpx", "orjson", "pydantic", "ruamel.yaml")


@dataclass(frozen=True, slots=True)
class Row:
    """One side of one comparison."""

    what: str
    side: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold: `figure` in its `unit` is to be at most (or, with `least`, at least) `limit`."""

    what: str
    figure: float
    limit: float
    unit: str
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether it holds."""
        return self.figure >= self.limit if self.least else self.figure <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.least else "at most"
        return f"| {self.what} | {bound} {self.limit:g}{self.unit} | {self.figure:.4g}{self.unit} | {'pass' if self.met else '**MISS**'} |"


@dataclass(frozen=True, slots=True)
class Findings:
    """What one benchmark found; notes are what a reader needs to judge the figures, in sentences."""

    rows: Sequence[Row] = ()
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()


def machine(pinned: str) -> str:
    """Where this ran, in one line."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    cpu = names[0] if names else platform.processor() or platform.machine()
    return f"{platform.system()} {platform.release()}, {cpu}, {os.cpu_count()} cores, {pinned}"


def versions() -> str:
    """What ran, in one line."""
    return ", ".join((f"CPython {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in LIBRARIES)))


def markdown(found: Iterable[Findings], pinned: str) -> str:
    """The whole report."""
    every = list(found)
    rows = [row for one in every for row in one.rows]
    targets = [target for one in every for target in one.targets]
    lines = [
        f"{machine(pinned)}  ",
        versions(),
        "",
        "| what | side | CPU s | wall s | peak MB |",
        "|---|---|---:|---:|---:|",
        *(f"| {row.what} | {row.side} | {row.usage.cpu:.3f} | {row.usage.wall:.3f} | {row.usage.peak:,.0f} |" for row in rows),
        "",
        "| target | limit | found | |",
        "|---|---:|---:|---|",
        *map(str, targets),
        "",
        *(f"- {note}" for one in every for note in one.notes),
    ]
    return "\n".join(lines).rstrip()


def record(report: str) -> None:
    """Keep a report as the last recorded run."""
    day = datetime.now(UTC).date().isoformat()
    head = f"Recorded on {day} by `python -m benchmarks --record`. What is measured, and how, is in the docstrings beside this file."
    RESULTS.write_text(f"# Benchmarks\n\n{head}\n\n{report}\n", encoding="utf-8")
