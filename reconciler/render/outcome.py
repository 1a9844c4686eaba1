"""How a run went, for eyes: done, failed, not tried, and what a person has to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import click

from reconciler.outcome import Done, Summary
from reconciler.phrases import counted, plain, some
from reconciler.provider import Result

SAMPLES = 10


def render_summary(summary: Summary) -> str:
    """The end of `apply` as text."""
    return "\n".join(_parts(summary))


def _parts(summary: Summary) -> Iterator[str]:
    landed = sum(done.landed for done in summary.done)
    tried = sum(len(done.outcomes) for done in summary.done)
    if not (summary.done or summary.recorded or summary.awaited or summary.not_tried):
        yield "Nothing to apply."
    else:
        recorded = f", {summary.recorded:,} only recorded" if summary.recorded else ""
        recorded += "" if tried or recorded else ", what is awaited was noted"
        colour = "green" if summary.complete else "red"
        sent = _sent(landed, sum(done.taken for done in summary.done), tried)
        yield click.style(f"Done: {sent}{recorded}. Run {summary.run}.", fg=colour, bold=True)
    for done in summary.done:
        yield from _failures(done)
    for step in summary.not_tried:
        yield plain(f"Not tried ({summary.stopped}): {step.title}.")
    if summary.tasks:
        yield f"For a person: {counted(len(summary.tasks), 'open task')}; see: reconciler tasks"


def _sent(landed: int, taken: int, tried: int) -> str:
    if not tried:
        return "nothing was to be sent"
    unseen = f"{taken:,} of {tried:,} taken by the server, which nothing reads back"
    seen = f"{landed:,} of {tried:,} landed, read back one by one"
    return unseen if taken == tried else f"{seen}, {unseen}" if taken else seen


def _failures(done: Done) -> Iterator[str]:
    groups: dict[tuple[Result, str], list[str]] = defaultdict(list)
    for address, outcome in done.outcomes.items():
        if not outcome.result.recorded:
            groups[outcome.result, outcome.word].append(address.name)
    for (result, word), names in sorted(groups.items()):
        said = some(sorted(names), SAMPLES) + (f" ({word})" if word else "")
        yield f"{click.style(str(result), fg='red')}: {plain(said)}"
