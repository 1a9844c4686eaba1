"""One fresh child process, measured by the operating system."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a child took: seconds on the clock and of the processor (user and system), its largest size in MB, and what it printed.

    Linux counts the moment before `exec`, too, so no size is below our own: this process imports nothing big.
    """

    wall: float
    cpu: float
    peak: float
    output: str

    @property
    def changes(self) -> int:
        """The count that every side prints last."""
        return int(self.output.split()[-1])


class Failed(Exception):
    """A child did not end well; the message is what it said."""


def pin() -> str:
    """Keep this process, and so its children, on one core where the system lets us. Returns what was done, in words."""
    if sys.platform != "linux":
        return "not pinned to a core"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"pinned to core {core}"


def child(command: Sequence[str | Path]) -> Usage:
    """Run a command to its end, from the root of the repository. Raises Failed."""
    with tempfile.TemporaryFile() as said:
        started = perf_counter()
        # One channel for both, in a file: a pipe would have to be emptied by us while the child is measured.
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=ROOT)  # noqa: S603 - our own commands, no shell
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        output = said.read().decode(errors="replace")
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output[-2000:]}")
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Usage(wall, used.ru_utime + used.ru_stime, kilobytes / 1024, output)


def python(module: str, *arguments: object) -> list[str | Path]:
    """The command that runs a module of ours."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def middle(usages: Sequence[Usage]) -> Usage:
    """The median of each figure."""
    wall, cpu, peak = (median(figure) for figure in zip(*((one.wall, one.cpu, one.peak) for one in usages), strict=True))
    return Usage(wall, cpu, peak, usages[0].output)
