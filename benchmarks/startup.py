"""How much longer than a bare interpreter the commands take that people wait for most.

The configuration is a small one: what reading many people costs is measured with rosters.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import ROOT, Usage, child, middle
from benchmarks.report import Findings, Row, Target

RUNS = 7
HELP, VALIDATE = 120, 400
"""Milliseconds above a bare interpreter."""


def startup(runs: int = RUNS) -> Findings:
    """`--help` and `validate` against a bare interpreter, by turns."""
    reconciler = Path(sys.executable).with_name("reconciler")
    commands: dict[str, list[str | Path]] = {
        "bare interpreter": [sys.executable, "-c", "pass"],
        "--help": [reconciler, "--help"],
        "validate": [reconciler, "validate", ROOT / "examples" / "licences"],
    }
    for command in commands.values():
        child(command)  # compiles what was never run before
    turns = [{name: child(command) for name, command in commands.items()} for _ in range(runs)]
    taken = {name: middle([turn[name] for turn in turns]) for name in commands}
    rows = [Row("start-up", name if name == "bare interpreter" else f"reconciler {name}", usage) for name, usage in taken.items()]
    bare = taken["bare interpreter"]
    return Findings(
        rows,
        [
            Target("reconciler --help, CPU time above a bare interpreter", _above(taken["--help"], bare), HELP, " ms"),
            Target("reconciler validate, CPU time above a bare interpreter", _above(taken["validate"], bare), VALIDATE, " ms"),
        ],
    )


def _above(usage: Usage, bare: Usage) -> float:
    # Processor time, like every figure that is judged: on a busy machine the clock shows the others' work.
    return (usage.cpu - bare.cpu) * 1000
