"""Lines of the ledger as auditors read them: one row a line, or one row for everything that a line touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reconciler.actor import human
from reconciler.audit.moments import local
from reconciler.audit.question import touched_by
from reconciler.audit.signatures import Brought, Commit
from state.ledger import LedgerLine


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `human` is the person behind it, `through` the bot or runner if there was one, `commit` what brought the line into git."""

    line: LedgerLine
    when: str
    human: str
    through: str
    what: str
    commit: Commit | None = None


def rows(lines: Iterable[LedgerLine], zone: ZoneInfo, brought: Iterable[Brought] = ()) -> Iterator[Row]:
    """The rows of these lines; `brought` tells which commit brought which line of the file."""
    owners = {number: part.commit for part in brought for number in range(part.first, part.last + 1)}
    for line in lines:
        person, actor = human(line.who), line.who.get("actor") or line.who.get("user", "")
        through = actor if actor != person else ""
        yield Row(line, local(line.at, zone), person, through, summary(line.what), owners.get(line.n))


def summary(what: Mapping[str, object]) -> str:
    """What a line tells, in one sentence without names."""
    outcomes = what.get("outcomes")
    if not isinstance(outcomes, list):
        return ", ".join(f"{key} {_text(value)}" for key, value in what.items() if value not in ("", []))
    counts: Counter[str] = Counter()
    for group in outcomes:
        counts[group["result"]] += len(group["names"])
    results = ", ".join(f"{count:,} {result}" for result, count in sorted(counts.items())) or "nothing to land"
    reference = f" (at Apple: {what['reference']})" if what.get("reference") else ""
    return f"{what.get('title', '')}: {results}{reference}"


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


COLUMNS = (
    *("line", "at", "local_time", "human", "through", "author", "commit", "run", "event", "kind", "name", "verb", "result", "word"),
    *("title", "reference", "brought_by", "brought_in", "signature", "hash"),
)


def records(rows: Iterable[Row]) -> Iterator[dict[str, str]]:
    """For a spreadsheet: one record for each thing that a line touched, at least one a line."""
    for row in rows:
        verbs = _verbs(row.line)
        common = _common(row)
        single = {"kind": "", "name": "", "verb": "", "result": "", "word": ""}
        groups = list(touched_by(row.line))
        for kind, told, names in groups:
            yield from ({**common, "kind": kind, "name": name, "verb": verbs.get((kind, name), ""), **told} for name in names)
        if not any(names for _, _, names in groups):
            yield {**common, **single}


def _common(row: Row) -> dict[str, str]:
    line, commit = row.line, row.commit
    return {
        "line": str(line.n),
        "at": line.at,
        "local_time": row.when,
        "human": row.human,
        "through": row.through,
        "author": line.who.get("author", ""),
        "commit": line.who.get("commit", ""),
        "run": line.run,
        "event": line.event,
        "title": str(line.what.get("title", "") or row.what),
        "reference": str(line.what.get("reference", "")),
        "brought_by": commit.people if commit else "",
        "brought_in": commit.id if commit else "",
        "signature": commit.signature if commit else "",
        "hash": line.hash,
    }


def _verbs(line: LedgerLine) -> dict[tuple[str, str], str]:
    before = line.what.get("before")
    groups = [group for group in before if isinstance(group, dict)] if isinstance(before, list) else []
    return {(str(group.get("kind", "")), str(name)): str(group.get("verb", "")) for group in groups for name in group.get("names", ())}
