"""What a person has to do: by when, in which order, step by step."""

from __future__ import annotations

from datetime import date

from reconciler.diff import explain
from reconciler.kinds import KINDS
from reconciler.phrases import counted, plain
from reconciler.plan import Change, Plan


def due(plan: Plan, task: Change) -> tuple[date | None, str]:
    """The day by which a task must be done, and how far that is, in words; None and nothing where there is no such day."""
    spec = task.verdict.after
    day = KINDS[task.verdict.kind].due(spec) if spec else None
    if day is None:
        return None, ""
    left = (day - plan.binding.day).days
    words = "today" if left == 0 else f"in {counted(left, 'day')}" if left > 0 else f"overdue by {counted(-left, 'day')}"
    return day, f"due {day} ({words})"


def most_urgent(plan: Plan) -> list[Change]:
    """The tasks, those with a day first, soonest first: what is overdue leads."""
    tasks = plan.tasks
    days = {task.address: due(plan, task)[0] for task in tasks}
    return sorted(tasks, key=lambda task: days[task.address] or date.max)


def instructions(change: Change) -> tuple[str, ...]:
    """A task's steps, with its address and the spec's own values filled in."""
    spec = change.verdict.after or change.verdict.before
    values = {"address": str(change.address)}
    values |= {difference.path: difference.after for difference in explain(None, spec)} if spec else {}
    return tuple(plain(_filled(line, values)) for line in change.verdict.capability.instructions)


def _filled(line: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        line = line.replace("{" + name + "}", value)
    return line
