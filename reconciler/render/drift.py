"""Drift, for eyes, for comments and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.diff import explain
from reconciler.drift import Drift, Drifts, Sort
from reconciler.observed import Observed
from reconciler.phrases import counted, plain, some
from reconciler.render.markdown import escape
from reconciler.resource import Spec

NAMES = 50
"""How many names of one line a comment shows."""


class View:
    """Drift in words. `observed` knows what people call a service; `time_zone` is the organization's."""

    def __init__(self, drifts: Drifts, observed: Observed, time_zone: str) -> None:
        self._drifts, self._observed, self._zone = drifts, observed, time_zone

    def text(self) -> str:
        """As lines for a terminal."""
        lines = [f"{plain(self._line(one))}\n      {plain(some(one.names))}" for one in self._drifts.found]
        return "\n".join([*lines, *self._foot()])

    def markdown(self) -> str:
        """As a list for a comment."""
        lines = ["### Drift", ""]
        lines += [f"- **{escape(self._line(one))}**: {escape(some(one.names, NAMES))}" for one in self._drifts.found]
        return "\n".join([*lines, *([""] if self._drifts.found else []), *map(escape, self._foot())]) + "\n"

    def document(self) -> dict[str, Any]:
        """As JSON values, every name included."""
        found = [self._plain(one) for one in self._drifts.found]
        return {"drift": found, "checked": self._drifts.checked, "skipped": self._drifts.skipped}

    def _plain(self, one: Drift) -> dict[str, Any]:
        return {
            "kind": one.kind.name,
            "sort": one.sort,
            "noun": one.noun,
            "before": _values(one, one.before),
            "after": _values(one, one.after),
            "names": list(one.names),
        }

    def _line(self, one: Drift) -> str:
        count = counted(len(one.names), one.noun) if one.kind.placed else self._called(one)
        match one.sort:
            case Sort.MOVED:
                return f"{count}: {self._place(one, one.before)} → {self._place(one, one.after)}"
            case Sort.VANISHED if one.kind.placed:
                return f"{count}: {self._place(one, one.before)} → on no service any more, or gone"
            case Sort.VANISHED:
                return f"{count}: gone"
        return f"{count}: {'; '.join(self._differences(one)) or 'changed'}"

    def _called(self, one: Drift) -> str:
        title = self._observed.title(one.kind.name, one.names[0])
        return f"{one.noun} {one.names[0]}" + (f' "{title}"' if title != one.names[0] else "")

    def _place(self, one: Drift, spec: Spec | None) -> str:
        if spec is None:
            return "where we had put it" if len(one.names) == 1 else "where we had put them"
        place = one.kind.place(spec)
        return next((titles[place] for titles in self._observed.titles.values() if place in titles), place)

    def _differences(self, one: Drift) -> Iterator[str]:
        if one.before is None:
            return
        for item in explain(one.before, one.after, self._zone):
            label = one.kind.labels.get(item.path, item.path)
            yield label if item.path in one.kind.personal else f"{label} {item}"

    def _foot(self) -> Iterator[str]:
        total = sum(len(one.names) for one in self._drifts.found)
        if not self._drifts.checked:
            yield "Nothing is recorded as ours yet, so nothing can have drifted: apply first."
        elif total:
            yield f"Drift: {total:,} of {self._drifts.checked:,} things of ours are not as we left them."
        else:
            yield f"No drift: all {self._drifts.checked:,} things of ours are as we left them."
        if self._drifts.skipped:
            yield f"Not judged: {self._drifts.skipped:,} that an earlier run of ours may still change."


def _values(one: Drift, spec: Spec | None) -> dict[str, Any] | None:
    return None if spec is None else spec.model_dump(mode="json", exclude_none=True, exclude=set(one.kind.personal))
