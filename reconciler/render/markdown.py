"""The plan as Markdown for a pull-request comment: it fits a comment's 65,536 characters by itself, whatever its size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape as to_html

from reconciler.capability import Route
from reconciler.kinds import KINDS
from reconciler.phrases import counted, plain
from reconciler.plan import LeftAlone, Plan
from reconciler.render.awaiting import awaiting
from reconciler.render.document import digest
from reconciler.render.licences import COLUMNS, rest, rows
from reconciler.render.summary import Line, Part, lines, price_words, totals
from reconciler.render.tasks import due, instructions, most_urgent

LIMIT = 65_536
"""Characters in a comment on GitHub; GitLab takes more."""

_SPECIAL = re.compile(r"([\\`*_\[\]|~]|^\s*[-+#=>]|:(?=//)|(?<=www)\.)")
# Mentions and references are found in the text that Markdown has made, so that no backslash hides them: a space of no width does.
_REFERENCE = re.compile(r"([@#!$%~])(?=\w)")


@dataclass(frozen=True, slots=True)
class _Room:
    """How much is shown: names of an entry, entries of a line, and lines, tasks and notes in all."""

    names: int
    entries: int
    lines: int
    notes: int


_ALL = 10**9
_ROOMS = (
    _Room(_ALL, _ALL, _ALL, _ALL),
    *(_Room(names, _ALL, _ALL, 200) for names in (1_000, 500, 200, 100, 50, 20, 10, 3, 0)),
    *(_Room(0, entries, lines, 50) for entries, lines in ((100, 200), (20, 100), (5, 50), (1, 20))),
    _Room(0, 0, 5, 5),
)


def render(plan: Plan, limit: int = LIMIT) -> str:
    """The plan with as many names as fit; what does not fit is counted, never cut off silently."""
    all_lines, foot = lines(plan), _foot(plan)
    for room in _ROOMS:
        text = f"{_render(plan, all_lines, room)}\n{foot}"
        if len(text) <= limit:
            return text
    return f"{_shortest(plan)}\n{foot}"


def _render(plan: Plan, all_lines: Sequence[Line], room: _Room) -> str:
    parts = [_head(plan), *_refusals(plan, room), *_sections(all_lines[: room.lines], room)]
    left = all_lines[room.lines :]
    if left:
        parts.append(
            f"… and {counted(len(left), 'more line')} with {counted(sum(line.count for line in left), 'change')}; see the saved plan.\n"
        )
    return "\n".join([*parts, *_licences(plan, room), *_tasks(plan, room), *_notes(plan, room)])


def _shortest(plan: Plan) -> str:
    refused = f"\n**Refused by {counted(len(plan.refusals), 'guard')}.**\n" if plan.refusals else ""
    return f"{_head(plan)}{refused}\nThis plan is too long for a comment; see the saved plan.\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no mention of anybody, no reference, no link, no HTML, no new line."""
    return _SPECIAL.sub(r"\\\1", _inert(text).strip())  # a blank before closing asterisks would leave them as they are


def _inert(text: str) -> str:
    """Text for inside HTML, where Markdown changes nothing."""
    return to_html(_REFERENCE.sub("\\1\N{ZERO WIDTH SPACE}", plain(text)), quote=False)


def _head(plan: Plan) -> str:
    return f"### Plan for {escape(plan.binding.organization[:200])}\n\n**{escape(totals(plan))}**\n"


def _refusals(plan: Plan, room: _Room) -> Iterator[str]:
    if not plan.refusals:
        return
    shown, more = plan.refusals[: room.notes], len(plan.refusals) - room.notes
    rest = f" And {counted(more, 'more refusal')}." if more > 0 else ""
    yield "> [!CAUTION]\n> **Refused by a guard.** " + " ".join(f"{escape(refusal.message)}." for refusal in shown) + rest
    yield "\nIf this is meant, add to `reconciler.yaml`, with the reason:\n\n```yaml\napprovals:"
    yield from (f"  {line}" for refusal in shown for line in refusal.approval.splitlines())
    yield "```\n"


def _sections(shown: Sequence[Line], room: _Room) -> Iterator[str]:
    for kind in KINDS.values():
        of_kind = [line for line in shown if line.kind == kind.name]
        if of_kind:
            yield f"#### {kind.noun[1][0].upper()}{kind.noun[1][1:]}\n"
            yield from (text for line in of_kind for text in _line(line, room))
            yield ""


def _line(line: Line, room: _Room) -> Iterator[str]:
    waits = f"; waits until {line.waits_for} is there" if line.waits_for else ""
    yield f"- **{escape(line.text)}** ({escape(line.why + waits)})"
    if line.route is not Route.RECORD:
        yield from (f"  - {_part(line, part, room)}" for part in line.parts[: room.entries])
        left = line.parts[room.entries :]
        if left:
            count = sum(len(part.names) for part in left)
            yield f"  - … and {len(left):,} more {'entry' if len(left) == 1 else 'entries'} with {counted(count, 'change')}"


def _part(line: Line, part: Part, room: _Room) -> str:
    origin, source = (part.origin, f" ({part.source})") if part.origin else ("no entry any more", "")
    if not KINDS[line.kind].gathered:
        return escape(origin + source)
    count = f"{len(part.names):,} · "
    if not room.names:
        return count + escape(origin + source)
    names, rest = ", ".join(part.names[: room.names]), len(part.names) - room.names
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"<details><summary>{count}{_inert(origin + source)}</summary>{_inert(names)}{more}</details>"


def _licences(plan: Plan, room: _Room) -> Iterator[str]:
    """How many licences there are, app by app."""
    found = rows(plan)
    if found:
        yield f"| app | {' | '.join(COLUMNS)} |\n|---|{'--:|' * len(COLUMNS)}"
        yield from (f"| {escape(row.title).replace('|', ' ')} | {' | '.join(row.numbers)} |" for row in found[: room.notes])
        yield f"\n… and {counted(len(found) - room.notes, 'more app')}\n" if len(found) > room.notes else ""
    if plan.balances and (others := rest(plan)):
        yield f"{others}\n"


def _tasks(plan: Plan, room: _Room) -> Iterator[str]:
    tasks = most_urgent(plan)
    if not tasks:
        return
    yield "#### To do by hand\n"
    for change in tasks[: room.notes]:
        how = change.verdict.capability
        page = f" [Apple's page]({how.link})" if how.link else ""
        when = f" {words}" if (words := due(plan, change)[1]) else ""
        yield f"- [ ] **{escape(str(change.address))}**{when}: {escape(how.reason)}{page}"
        yield from (f"  {number}. {escape(step)}" for number, step in enumerate(instructions(change), 1))
    if len(tasks) > room.notes:
        yield f"- … and {counted(len(tasks) - room.notes, 'more task')}"
    yield ""


def _notes(plan: Plan, room: _Room) -> Iterator[str]:
    notes = [*_awaiting(plan, min(room.names, 50)), *_left_alone(plan.left_alone, room)]
    notes += [f"- {finding.severity}: {escape(str(finding))}" for finding in plan.findings[: room.notes]]
    if len(plan.findings) > room.notes:
        notes.append(f"- … and {counted(len(plan.findings) - room.notes, 'more finding')}")
    if notes:
        yield "\n".join(["#### Also", "", *notes, ""])


def _awaiting(plan: Plan, names: int) -> Iterator[str]:
    for waiting in awaiting(plan):
        rest = f" and {len(waiting.names) - names:,} more" if len(waiting.names) > names > 0 else ""
        yield f"- {escape(waiting.text)}{': ' if names else ''}{escape(', '.join(waiting.names[:names]))}{rest}. {waiting.gone}".rstrip()


def _left_alone(left_alone: Sequence[LeftAlone], room: _Room) -> Iterator[str]:
    for left in left_alone[: room.notes]:
        noun = KINDS[left.kind].noun
        yield f"- Left alone: {f'{left.count:,} {noun[left.count != 1]} ' if left.count else ''}{escape(left.why)}"
    rest = left_alone[room.notes :]
    if rest:
        yield f"- Left alone: {counted(sum(left.count for left in rest), 'thing')} for {counted(len(rest), 'more reason')}"


def _foot(plan: Plan) -> str:
    prices = "\n".join(f"{escape(price_words(price))}  " for price in plan.prices)
    bound = f"record serial {plan.binding.serial} · files at {escape(plan.binding.revision) or 'no revision'}"
    return f"{prices}\n\n<sub>plan {digest(plan)[:12]} · {bound}</sub>\n"
