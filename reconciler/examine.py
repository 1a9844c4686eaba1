"""What policies say of a configuration, and of the plan that was made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.load import Configuration
from reconciler.load.document import read_document
from reconciler.load.files import MAIN
from reconciler.load.tree import find, unpack
from reconciler.plan import Plan
from reconciler.policies.judge import judge
from reconciler.policies.policy import Matter
from reconciler.resource import Source


def examine(configuration: Configuration) -> list[Diagnostic]:
    """What policies find in the files."""
    return judge(_matter(configuration))


def examined(plan: Plan, configuration: Configuration) -> Plan:
    """The plan with what policies find in the files and in the plan itself. One that they stop has no steps."""
    found = judge(replace(_matter(configuration), plan=plan))
    stopped = any(finding.severity is Severity.ERROR for finding in found)
    return replace(plan, findings=(*plan.findings, *found), steps=() if stopped else plan.steps)


def _matter(configuration: Configuration) -> Matter:
    return Matter(
        settings=configuration.settings,
        desired=configuration.desired,
        today=configuration.today,
        roster=configuration.roster,
        place=place_in(configuration.folder),
    )


def place_in(folder: Path) -> Callable[..., Source]:
    """Where the value at a path of reconciler.yaml stands. The file is read again, and only if somebody asks."""

    @cache
    def place(*path: str | int) -> Source:
        tree = read_document(folder / MAIN, MAIN, [])
        return Source(MAIN, *unpack(find(tree, path))) if tree is not None else Source(MAIN)

    return place
