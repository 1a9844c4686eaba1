"""The plan for a terminal: grouped, counted, five samples a line. Colours are click's and vanish when the output is piped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from reconciler.capability import Route, Verb
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds import KINDS
from reconciler.phrases import plain, some
from reconciler.plan import Change, Plan
from reconciler.render.awaiting import awaiting
from reconciler.render.licences import rest, table
from reconciler.render.summary import Line, lines, price_words, totals
from reconciler.render.tasks import due, instructions, most_urgent

SAMPLES = 5
LAST = "Plan:"
"""What the last line of a plan begins with."""
NO_ENTRY = "(no entry any more)"

_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_COLOURS = {Verb.CREATE: "green", Verb.UPDATE: "yellow", Verb.DELETE: "red", Verb.ADOPT: "cyan", Verb.FORGET: "cyan"}


def render(plan: Plan, *, everything: bool = False) -> str:
    """The plan as text; `everything` shows each name instead of five samples."""
    parts = [_head(plan), *_sections(plan, everything), *_notes(plan, everything), *_refusals(plan), _foot(plan)]
    return "\n".join(part for part in parts if part)


def _head(plan: Plan) -> str:
    bound = plan.binding
    revision = f" · files at {bound.revision}" if bound.revision else ""
    return click.style(plain(bound.organization), bold=True) + f" · record serial {bound.serial}{revision}\n"


def _sections(plan: Plan, everything: bool) -> Iterator[str]:
    all_lines, tasks = lines(plan), most_urgent(plan)
    for kind in KINDS.values():
        of_kind = [line for line in all_lines if line.kind == kind.name]
        if of_kind:
            yield click.style(kind.noun[1][0].upper() + kind.noun[1][1:], bold=True)
            yield from (text for line in of_kind for text in _line(line, everything))
            yield from _tasks(plan, [change for change in tasks if change.verdict.kind == kind.name])
            yield ""
    if plan.balances:
        yield from (plain(line) for line in (*table(plan), *([f"  {rest(plan)}"] if rest(plan) else [])))
        yield ""


def _line(line: Line, everything: bool) -> Iterator[str]:
    colour = "magenta" if line.route is Route.TASK else _COLOURS[line.verb]
    waits = f"; waits until {line.waits_for} is there" if line.waits_for else ""
    yield f"  {click.style(line.symbol, fg=colour)} {line.text}  {click.style(f'({line.why}{waits})', dim=True)}"
    if line.route is Route.RECORD and not everything:
        return
    width = max(len(part.origin or NO_ENTRY) for part in line.parts)
    for part in line.parts:
        names = f"  {_names(part.names, everything)}" if KINDS[line.kind].gathered else ""
        count = f"{len(part.names):>7,}  " if KINDS[line.kind].gathered else "         "
        yield f"{count}{part.origin or NO_ENTRY:<{width}}  {click.style(part.source, dim=True)}{names}"


def _names(names: Sequence[str], everything: bool) -> str:
    return plain(some(names, len(names) if everything else SAMPLES))


def _tasks(plan: Plan, tasks: Sequence[Change]) -> Iterator[str]:
    for change in tasks:
        when = f", {words}" if (words := due(plan, change)[1]) else ""
        yield f"    To do by hand for {change.address}{when} ({change.verdict.capability.reason})"
        yield from (f"      {number}. {step}" for number, step in enumerate(instructions(change), 1))
        if change.verdict.capability.link:
            yield f"      See {change.verdict.capability.link}"


def _notes(plan: Plan, everything: bool) -> Iterator[str]:
    for waiting in awaiting(plan):
        yield f"{waiting.text}: {_names(waiting.names, everything)}. {waiting.gone}".rstrip()
    for left in plan.left_alone:
        noun = KINDS[left.kind].noun
        yield f"Left alone: {f'{left.count:,} {noun[left.count != 1]} ' if left.count else ''}{plain(left.why)}"
    for finding in plan.findings:
        yield diagnostic(finding)


def diagnostic(finding: Diagnostic) -> str:
    """One finding as a line."""
    return f"{click.style(finding.severity + ':', fg=_SEVERITIES[finding.severity])} {plain(str(finding))}"


def _refusals(plan: Plan) -> Iterator[str]:
    if not plan.refusals:
        return
    yield ""
    for refusal in plan.refusals:
        yield click.style("Refused: ", fg="red", bold=True) + f"{plain(refusal.message)}."
    yield "If this is meant, add this to reconciler.yaml, with the reason, and let it be reviewed:\n\napprovals:"
    for refusal in plan.refusals:
        yield "\n".join(f"  {line}" for line in refusal.approval.splitlines())


def _foot(plan: Plan) -> str:
    prices = "\n".join(price_words(price) for price in plan.prices)
    return f"\n{prices}\n{click.style(LAST, bold=True)} {totals(plan)}."
