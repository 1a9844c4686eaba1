"""The page itself: what it shows, in order, and a policy that lets it run nothing but its own script and reach nothing at all."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds import KINDS
from reconciler.kinds.roles import Grant
from reconciler.kinds.roster import ROSTER
from reconciler.phrases import counted, duration, plain
from reconciler.plan import Change, Plan, Refusal
from reconciler.render.awaiting import awaiting
from reconciler.render.document import digest
from reconciler.render.html.attributes import HIDDEN, attributes
from reconciler.render.html.bars import bars
from reconciler.render.html.data import title, to_json
from reconciler.render.html.effect import BY_HAND, EFFECTS, Effect, effect_of
from reconciler.render.html.flows import picture
from reconciler.render.html.sections import SCHOOLS, schools
from reconciler.render.html.timeline import timeline
from reconciler.render.licences import rest
from reconciler.render.summary import Line, lines, totals
from reconciler.render.tasks import due, instructions, most_urgent
from state.collector import collector_paused

LINES = 60
"""Lines shown for each effect; what is beyond is counted and stands in the list of every change."""
NOTES = 100
"""Tasks, findings and other notes shown of each sort; what is beyond is counted."""
SAMPLES = 5
CHANNELS = {
    "apple_school": "Devices and their services",
    "roster_upload": "People and classes: the upload",
    "device_enrolment": "Enrolment, and reading people and classes back",
    "apps_and_books": "Licences of apps and books",
    "portal": "What the internet tells of domains",
}
"""What goes through a channel, by the channel's name."""
_SCRIPTS = ("search.js", "list.js", "page.js")


@dataclass(frozen=True, slots=True)
class Risk:
    """All changes with one effect: how many, how many of them the lines tell, and the lines. `more` lines are not shown."""

    effect: Effect
    count: int
    told: int
    lines: Sequence[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a person must do, step by step. `change`: what differs of a thing that is there, in words. `waiting` changes come after it."""

    key: str
    title: str
    change: str
    reason: str
    link: str
    steps: tuple[str, ...]
    source: str
    waiting: int


@collector_paused()
def render(plan: Plan) -> str:
    """The plan as one self-contained page."""
    style, script = _source("page.css"), _source(*_SCRIPTS)
    by_school = schools(plan)
    told = {"plan": plan, "digest": digest(plan), "policy": _policy(style, script), "style": style, "script": script}
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            **told,
            headline=_headline(plan),
            totals=_sentence(totals(plan)),
            made=moment(plan.binding.created, plan.binding.time_zone),
            spent=duration(sum(price.seconds for price in plan.prices)) if any(price.writes for price in plan.prices) else "",
            risks=tuple(_risks(plan)),
            schools=by_school,
            lasting=[(school.title, sentence) for school in by_school for sentence in school.lasting],
            most_schools=SCHOOLS,
            picture=picture(plan),
            tasks=tuple(_task(plan, change) for change in most_urgent(plan)[:NOTES]),
            refusals=[(_sentence(refusal.message), _approval(refusal)) for refusal in plan.refusals],
            bars=bars(plan),
            licences_rest=rest(plan),
            timeline=timeline(plan),
            awaiting=tuple(awaiting(plan)),
            warnings=_warnings(plan),
            kinds=[KINDS[name] for name in KINDS if any(change.verdict.kind == name for change in plan.changes)],
            data=to_json(plan),
            channels=CHANNELS,
            limit=NOTES,
            samples=SAMPLES,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("reconciler.render.html", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else plain(str(value)),
    )
    made.filters.update(counted=counted, duration=duration, thousands="{:,}".format)
    made.globals.update(KINDS=KINDS)
    return made


def _source(*names: str) -> Markup:
    folder = resources.files(__package__)
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return Markup(text)  # noqa: S704  our own files, which are hashed for the policy as they stand


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or sent; these two blocks alone may style and run (Content Security Policy Level 3)."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    style_hash, script_hash = hashes
    return f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'"


def moment(iso: str, time_zone: str) -> str:
    """A moment where the organization is: `Monday, 23 November 2026, 09:00 (Europe/Berlin)`."""
    local = datetime.fromisoformat(iso).astimezone(ZoneInfo(time_zone))
    return f"{local:%A}, {local.day} {local:%B %Y}, {local:%H:%M} ({time_zone})"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _headline(plan: Plan) -> tuple[str, str]:
    """The tone and the one thing to know."""
    if plan.errors:
        return "danger", f"Stopped by {counted(len(plan.errors), 'error')}"
    if plan.refusals:
        return "danger", f"Refused by {counted(len(plan.refusals), 'guard')}"
    ready = sum(change.verdict.sendable for change in plan.changes)
    if ready:
        return "move", f"{counted(ready, 'change')} ready to apply"
    if plan.pending:
        return "quiet", "Only our own record changes"
    return ("hand", f"{counted(len(plan.tasks), 'task')} for a person") if plan.tasks else ("quiet", "Nothing to apply")


def _warnings(plan: Plan) -> list[Diagnostic]:
    """What is to be known, without what the time line says already."""
    said = {item.says for item in plan.renewals}
    return [finding for finding in plan.findings if finding.severity is not Severity.ERROR and finding.message not in said]


def _risks(plan: Plan) -> Iterator[Risk]:
    """What the schools tell of their rosters, and the tasks step by step, is counted here and not told again."""
    found: dict[Effect, list[Change]] = defaultdict(list)
    for change in plan.changes:
        found[effect_of(change.verdict)].append(change)
    for effect in EFFECTS:
        if found[effect]:
            apart = [change for change in found[effect] if KINDS[change.verdict.kind].whole != ROSTER and effect is not BY_HAND]
            told = lines(plan, apart)
            yield Risk(effect, len(found[effect]), sum(line.count for line in told), told[:LINES], max(0, len(told) - LINES))


def _task(plan: Plan, change: Change) -> Task:
    how = change.verdict.capability
    waiting = sum(other.verdict.waits_for == change.address for other in plan.changes)
    link = how.link if how.link.startswith("https://") else ""
    when = _sentence(words) + " " if (words := due(plan, change)[1]) else ""
    words = "; ".join(str(one) for one in attributes(plan, change.verdict) if one is not HIDDEN and change.verdict.before)
    return Task(
        str(change.address),
        _task_title(plan, change),
        words,
        when + how.reason,
        link,
        instructions(change),
        str(change.verdict.source or ""),
        waiting,
    )


def _task_title(plan: Plan, change: Change) -> str:
    spec = change.verdict.after or change.verdict.before
    if isinstance(spec, Grant):  # its name is all that there is of it
        return f"{spec.role} for {spec.person} at {plan.titles.get('location', {}).get(spec.location, spec.location)}"
    return f"{KINDS[change.verdict.kind].noun[0]} {title(plan, change) or change.name}"


def _approval(refusal: Refusal) -> tuple[str, ...]:
    return tuple(f"  {line}" for line in refusal.approval.splitlines())
