"""Every change as data for the page's search: groups that share a verdict, and words that are written once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from markupsafe import Markup

from reconciler.kinds import KINDS
from reconciler.plan import Change, Plan
from reconciler.render.document import by_verdict
from reconciler.render.html.attributes import attributes, what
from reconciler.render.html.effect import EFFECTS, effect_of
from reconciler.render.html.places import school, services
from reconciler.render.summary import plain, why

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
    groups = sorted(by_verdict(plan.changes), key=lambda changes: (EFFECTS.index(effect_of(changes[0].verdict)), -len(changes)))
    content = {
        "effects": [{"key": effect.key, "label": effect.label, "tone": effect.tone, "symbol": effect.symbol} for effect in EFFECTS],
        "words": _WORDS,
        "groups": [_group(plan, changes, pool) for changes in groups],
        "texts": list(pool.texts),
    }
    return Markup(orjson.dumps(content).decode().translate(_SCRIPT))  # noqa: S704  what could end the element is escaped


def _group(plan: Plan, changes: Sequence[Change], pool: _Pool) -> list[Any]:
    """Effect, texts in the order of `words`, attributes as triples, and the names, one a line."""
    verdict = changes[0].verdict
    return [
        EFFECTS.index(effect_of(verdict)),
        [pool.of(text) for text in _texts(plan, changes)],
        [[pool.of(item.label), pool.of(item.before), pool.of(item.after)] for item in attributes(plan, verdict)],
        "\n".join(plain(change.name) for change in changes),
    ]


def _texts(plan: Plan, changes: Sequence[Change]) -> tuple[str, ...]:
    verdict, kind = changes[0].verdict, KINDS[changes[0].verdict.kind]
    return (
        *(kind.name, verdict.noun, title(plan, changes[0]) if len(changes) == 1 else "", what(plan, verdict), why(verdict)),
        *(school(plan, verdict), *services(plan, verdict), verdict.route, verdict.capability.reason),
        *(str(verdict.waits_for or ""), "" if kind.personal else verdict.origin, str(verdict.source or "")),
    )


def title(plan: Plan, change: Change) -> str:
    """What people call the thing, where that is not its name; nothing for people."""
    if KINDS[change.verdict.kind].personal:
        return ""
    found = plan.titles.get(change.verdict.kind, {}).get(change.name, "")
    return "" if found == change.name else found
