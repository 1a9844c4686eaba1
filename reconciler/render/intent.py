"""What changed in the files, for eyes, for comments and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.intent import Counted, Edit, EntryChange, Intent, Regrouped
from reconciler.kinds import KINDS
from reconciler.kinds.suggest import short
from reconciler.phrases import plain, some
from reconciler.render.markdown import escape

NAMES = 50
"""How many names of one line a comment shows."""
PEOPLE = "People and classes (counted only: nobody's data is shown)"
ROWS = {"rosters": "class members"}
"""People's words for the rows of a roster file, where its name does not say it."""


def text(intent: Intent, between: str) -> str:
    """As lines for a terminal. `between` names the two states."""
    lines = [between, ""]
    for title, found in _sections(intent, 5):
        lines += [title, *(f"  {plain(line)}" for line in found), ""]
    return "\n".join([*lines, _foot(intent)])


def markdown(intent: Intent, between: str) -> str:
    """As lists for a comment."""
    lines = [f"### {escape(between)}", ""]
    for title, found in _sections(intent, NAMES):
        lines += [f"#### {escape(title)}", "", *(f"- {escape(line)}" for line in found), ""]
    return "\n".join([*lines, escape(_foot(intent))]) + "\n"


def _sections(intent: Intent, shown: int) -> Iterator[tuple[str, list[str]]]:
    if intent.settings:
        yield "Settings", [_edit(edit) for edit in intent.settings]
    for kind in KINDS.values():
        lines = [line for change in intent.entries if change.kind is kind for line in _entry(change)]
        lines += [_regrouped(group, intent, shown) for group in intent.things if group.kind is kind]
        if lines:
            yield kind.noun[1][0].upper() + kind.noun[1][1:], lines
    if intent.people:
        yield PEOPLE, [_counted(one) for one in intent.people]


def _entry(change: EntryChange) -> Iterator[str]:
    sign = "+" if change.before is None else "-" if change.after is None else "~"
    yield f"{sign} {change.name}  {change.after or f'was at {change.before}'}"
    yield from (f"    {_edit(edit)}" for edit in change.edits)
    if any(edit.path.startswith("devices.match") for edit in change.edits):
        yield "    which devices this match claims is known only from the live organization: see reconciler plan"


def _edit(edit: Edit) -> str:
    words = [f"added {some(list(map(short, edit.added)))}"] if edit.added else []
    words += [f"removed {some(list(map(short, edit.removed)))}"] if edit.removed else []
    if edit.before or edit.after:
        words.append(f"{edit.before or 'not set'} → {edit.after or 'not set'}")
    return f"{edit.path}: {'; '.join(words) or 'in another order'}"


def _regrouped(group: Regrouped, intent: Intent, shown: int) -> str:
    noun = group.kind.noun[len(group.names) != 1]
    before, after = (None if place is None else intent.titles.get(place, place) for place in (group.before, group.after))
    if before is None:
        move = f"newly listed for {after}"
    elif after is None:
        move = f"not listed for {before} any more"
    else:
        move = f"{before} → {after}" if before != after else f"still for {after}"
    extra = "".join(f"; {group.kind.labels.get(item.path, item.path)} {item}" for item in group.differences)
    return f"{len(group.names):,} {noun}: {move}{extra}  {some(group.names, shown)}"


def _counted(one: Counted) -> str:
    parts = [f"{count:,} {word}" for word, count in (("added", one.added), ("removed", one.removed), ("changed", one.changed)) if count]
    return f"{ROWS.get(one.file, one.file)}: {', '.join(parts)}"


def _foot(intent: Intent) -> str:
    if not intent:
        return "Nothing changed in what the files want."
    new, gone = (sum(getattr(change, side) is None for change in intent.entries) for side in ("before", "after"))
    listed = sum(len(group.names) for group in intent.things)
    parts = [(new, "new"), (gone, "gone"), (len(intent.entries) - new - gone, "changed")]
    entries = ", ".join(f"{count:,} {word}" for count, word in parts if count)
    words = [f"entries: {entries}"] if entries else []
    words += [f"listed things: {listed:,}"] if listed else []
    words += [f"settings: {len(intent.settings):,}"] if intent.settings else []
    words += [f"rows of rosters: {sum(one.added + one.removed + one.changed for one in intent.people):,}"] if intent.people else []
    return f"Changed: {'; '.join(words)}."


def document(intent: Intent) -> dict[str, Any]:
    """As JSON values, every name included but people's."""
    return {
        "settings": [_edit_values(edit) for edit in intent.settings],
        "entries": [
            {
                "kind": change.kind.name,
                "name": change.name,
                "before": str(change.before) if change.before else None,
                "after": str(change.after) if change.after else None,
                "edits": [_edit_values(edit) for edit in change.edits],
            }
            for change in intent.entries
        ],
        "listed": [
            {"kind": group.kind.name, "before": group.before, "after": group.after, "names": list(group.names)} for group in intent.things
        ],
        "rosters": [{"rows": one.file, "added": one.added, "removed": one.removed, "changed": one.changed} for one in intent.people],
    }


def _edit_values(edit: Edit) -> dict[str, Any]:
    return {"path": edit.path, "before": edit.before, "after": edit.after, "added": list(edit.added), "removed": list(edit.removed)}
