"""Every change as data for the page's search: groups that read the same, and words that are written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import orjson
from markupsafe import Markup

from reconciler.kinds import KINDS
from reconciler.kinds.roster import PERSON
from reconciler.phrases import plain
from reconciler.plan import Change, Plan, Verdict
from reconciler.render.document import by_verdict
from reconciler.render.html.attributes import attributes, what
from reconciler.render.html.effect import EFFECTS, effect_of
from reconciler.render.html.places import school, services
from reconciler.render.summary import why
from reconciler.resource import Spec

_WORDS = ("kind", "noun", "title", "what", "why", "school", "from", "to", "route", "reason", "waits", "origin", "source")
_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class _Pool:
    """Texts that many groups share, each written once; a group says its number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def of(self, text: str) -> int:
        """The text's number."""
        return self.texts.setdefault(plain(text), len(self.texts))


def to_json(plan: Plan) -> Markup:
    """The changes as JSON that may stand within a script element: no text of anybody ends it."""
    pool = _Pool()
    groups = sorted(_reading_the_same(plan), key=lambda changes: (EFFECTS.index(effect_of(changes[0].verdict)), -len(changes)))
    content = {
        "effects": [{"key": effect.key, "label": effect.label, "tone": effect.tone, "symbol": effect.symbol} for effect in EFFECTS],
        "words": _WORDS,
        "groups": [_group(plan, changes, pool) for changes in groups],
        "texts": list(pool.texts),
    }
    return Markup(orjson.dumps(content).decode().translate(_SCRIPT))  # noqa: S704  what could end the element is escaped


def _reading_the_same(plan: Plan) -> Iterable[list[Change]]:
    """Changes by verdict; those of people, who each have one of their own, by what the page says of them."""
    groups: dict[Hashable, list[Change]] = defaultdict(list)
    for changes in by_verdict(plan.changes):
        groups[_key(changes[0].verdict)] += changes
    return groups.values()


def _key(verdict: Verdict) -> Hashable:
    if verdict.kind != PERSON.name:
        return id(verdict)
    source = verdict.source.file if verdict.source else ""
    before, after = (_shown(spec) for spec in (verdict.before, verdict.after))
    personal = _personal(verdict.before) != _personal(verdict.after)
    how = verdict.verb, verdict.cause, verdict.takes_over, verdict.waits_for, verdict.route, verdict.capability.reason
    return source, before, after, personal, how


_HIDES = attrgetter(*sorted(PERSON.personal))
_SHOWS = attrgetter(*sorted(PERSON.spec.model_fields.keys() - PERSON.personal))


def _shown(spec: Spec | None) -> Hashable:
    return spec and _SHOWS(spec)


def _personal(spec: Spec | None) -> Hashable:
    return spec and _HIDES(spec)


def _group(plan: Plan, changes: Sequence[Change], pool: _Pool) -> list[Any]:
    """Effect, texts in the order of `words`, attributes as triples, the names, one a line, and the lines of the file where each stands,
    if the texts have the file alone."""
    verdict = changes[0].verdict
    found = [
        EFFECTS.index(effect_of(verdict)),
        [pool.of(text) for text in _texts(plan, changes)],
        [[pool.of(item.label), pool.of(item.before), pool.of(item.after)] for item in attributes(plan, verdict)],
        "\n".join(plain(change.name) for change in changes),
    ]
    if _apart(changes):
        found.append([change.verdict.source.line if change.verdict.source else 0 for change in changes])
    return found


def _apart(changes: Sequence[Change]) -> bool:
    """Whether each stands in a line of its own."""
    return changes[0].verdict.source != changes[-1].verdict.source


def _texts(plan: Plan, changes: Sequence[Change]) -> tuple[str, ...]:
    verdict, kind = changes[0].verdict, KINDS[changes[0].verdict.kind]
    source = verdict.source.file if verdict.source and _apart(changes) else str(verdict.source or "")
    return (
        *(kind.name, verdict.noun, title(plan, changes[0]) if len(changes) == 1 else "", what(plan, verdict), why(verdict)),
        *(school(plan, verdict), *services(plan, verdict), verdict.route, verdict.capability.reason),
        *(str(verdict.waits_for or ""), "" if kind.personal else verdict.origin, source),
    )


def title(plan: Plan, change: Change) -> str:
    """What people call the thing, where that is not its name; nothing for people."""
    if KINDS[change.verdict.kind].personal:
        return ""
    found = plan.titles.get(change.verdict.kind, {}).get(change.name, "")
    return "" if found == change.name else found
