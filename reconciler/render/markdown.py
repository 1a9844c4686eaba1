"""The plan as Markdown for a pull-request comment: it fits a comment's 65,536 characters by itself, whatever its size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reconciler.capability import Route
from reconciler.kinds import KINDS
from reconciler.plan import Plan
from reconciler.render.document import digest
from reconciler.render.summary import Line, Part, counted, instructions, lines, price_words, totals

LIMIT = 65_536

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@-])")


def render(plan: Plan) -> str:
    """The plan with as many names as fit; what does not fit is counted, never cut off silently."""
    all_lines = lines(plan)
    for samples in (1_000_000, 1_000, 200, 50, 10, 3, 0):
        text = _render(plan, all_lines, samples, len(all_lines))
        if len(text) <= LIMIT:
            return text
    shown = len(all_lines)
    while len(text) > LIMIT and shown:
        shown //= 2
        text = _render(plan, all_lines, 0, shown)
    return text if len(text) <= LIMIT else _shortest(plan)


def _render(plan: Plan, all_lines: Sequence[Line], samples: int, shown: int) -> str:
    parts = [_head(plan), *_refusals(plan), *_sections(all_lines[:shown], samples)]
    if shown < len(all_lines):
        parts.append(f"… and {len(all_lines) - shown:,} more lines; see the saved plan.\n")
    return "\n".join([*parts, *_tasks(plan, shown), *_notes(plan, samples), _foot(plan)])


def _shortest(plan: Plan) -> str:
    return f"{_head(plan)}\nThis plan is too long for a comment; see the saved plan.\n{_foot(plan)}"


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no mention of anybody, no HTML."""
    return _SPECIAL.sub(r"\\\1", text)


def _head(plan: Plan) -> str:
    return f"### Plan for {escape(plan.binding.organization)}\n\n**{escape(totals(plan))}**\n"


def _refusals(plan: Plan) -> Iterator[str]:
    if not plan.refusals:
        return
    yield "> [!CAUTION]\n> **Refused by a guard.** " + " ".join(f"{escape(refusal.message)}." for refusal in plan.refusals[:20])
    approvals = "\n".join(refusal.approval for refusal in plan.refusals[:20])
    yield "\nIf this is meant, add under `approvals:` in `reconciler.yaml`, with the reason:\n\n```yaml\n" + approvals + "\n```\n"


def _sections(all_lines: Sequence[Line], samples: int) -> Iterator[str]:
    for kind in KINDS.values():
        of_kind = [line for line in all_lines if line.kind == kind.name]
        if of_kind:
            yield f"#### {kind.noun[1][0].upper()}{kind.noun[1][1:]}\n"
            yield from (text for line in of_kind for text in _line(line, samples))
            yield ""


def _line(line: Line, samples: int) -> Iterator[str]:
    waits = f"; waits until {escape(line.waits_for)} is there" if line.waits_for else ""
    yield f"- **{escape(line.text)}** ({escape(line.why)}{waits})"
    if line.route is not Route.RECORD:
        yield from (f"  - {_part(line, part, samples)}" for part in line.parts)


def _part(line: Line, part: Part, samples: int) -> str:
    head = f"{escape(part.origin)} (`{part.source}`)" if part.origin else "no entry any more"
    if not KINDS[line.kind].placed:
        return head
    names, rest = ", ".join(part.names[:samples]), len(part.names) - samples
    more = f" and {rest:,} more" if rest > 0 else ""
    return (
        f"<details><summary>{len(part.names):,} · {head}</summary>{names}{more}</details>" if samples else f"{len(part.names):,} · {head}"
    )


def _tasks(plan: Plan, shown: int) -> Iterator[str]:
    tasks = plan.tasks
    if not tasks:
        return
    yield "#### To do by hand\n"
    for change in tasks[:shown]:
        how = change.verdict.capability
        yield f"- [ ] **{escape(str(change.address))}**: {escape(how.reason)} [Apple's page]({how.link})"
        yield from (f"  {number}. {escape(step)}" for number, step in enumerate(instructions(change), 1))
    if len(tasks) > shown:
        yield f"- … and {len(tasks) - shown:,} more"
    yield ""


def _notes(plan: Plan, samples: int) -> Iterator[str]:
    if plan.awaiting:
        count = counted(len(plan.awaiting), "device")
        names = ", ".join(item.address.name for item in plan.awaiting[: min(samples, 50)])
        yield f"- Awaiting {count} that the organization does not have (since {plan.awaiting[0].since}){': ' + names if names else ''}"
    for left in plan.left_alone[:50]:
        noun = KINDS[left.kind].noun
        yield f"- Left alone: {f'{left.count:,} {noun[left.count != 1]} ' if left.count else ''}{escape(left.why)}"
    for finding in plan.findings[:50]:
        yield f"- {finding.severity}: {escape(str(finding))}"
    if len(plan.findings) > 50:
        yield f"- … and {len(plan.findings) - 50:,} more findings"
    yield ""


def _foot(plan: Plan) -> str:
    prices = "\n".join(f"- {escape(price_words(price))}" for price in plan.prices)
    bound = f"record serial {plan.binding.serial} · files at {escape(plan.binding.revision) or 'no revision'}"
    return f"{prices}\n\n<sub>plan {digest(plan)[:12]} · {bound}</sub>\n"
