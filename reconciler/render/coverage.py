"""What is under management, for eyes, for comments and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.coverage import Coverage, Share
from reconciler.phrases import plain
from reconciler.render.markdown import escape
from reconciler.unread import by_reason


def text(coverage: Coverage) -> str:
    """As lines for a terminal."""
    return "\n".join(_lines(coverage))


def _lines(coverage: Coverage) -> Iterator[str]:
    for one in coverage.kinds:
        noun = one.kind.noun[1]
        yield f"{noun[0].upper()}{noun[1:]}: {_words(one.total)}"
        width = max((len(plain(share.place)) for share in one.places), default=0)
        yield from (f"  {plain(share.place):<{width}}  {_words(share)}" for share in one.places)
        if one.idle:
            yield f"  {one.idle:,} more {one.kind.idle}"
    yield from _unread(coverage)


def _words(share: Share) -> str:
    if not share.live:
        return "none there"
    unrecorded = share.declared - share.recorded
    behind = f", {unrecorded:,} of them not recorded as ours yet" if unrecorded else ""
    return f"{share.declared:,} of {share.live:,} in the files ({share.percent:.1f}%){behind}"


def _unread(coverage: Coverage) -> Iterator[str]:
    for why, kinds in by_reason(coverage.unread).items():
        yield f"Not read: {', '.join(kind.noun[1] for kind in kinds)}: {why}."


def markdown(coverage: Coverage) -> str:
    """As a table for a comment."""
    lines = ["### Under management", "", "| | Live | In the files | | Recorded |", "|---|---:|---:|---:|---:|"]
    for one in coverage.kinds:
        noun = one.kind.noun[1]
        lines.append(_row(f"**{noun[0].upper()}{noun[1:]}**", one.total))
        lines += [_row(escape(share.place), share) for share in one.places]
        lines += [f"| *{one.kind.idle}* | {one.idle:,} | | | |"] if one.idle else []
    lines += [line for unread in _unread(coverage) for line in ("", unread)]
    return "\n".join(lines) + "\n"


def _row(title: str, share: Share) -> str:
    return f"| {title} | {share.live:,} | {share.declared:,} | {share.percent:.1f}% | {share.recorded:,} |"


def document(coverage: Coverage) -> dict[str, Any]:
    """As JSON values."""
    return {
        "kinds": [
            {
                "kind": one.kind.name,
                **_numbers(one.total),
                "unassigned": one.idle,
                "places": [{"place": share.place, **_numbers(share)} for share in one.places],
            }
            for one in coverage.kinds
        ],
        "not_read": [{"kind": kind.name, "why": why} for kind, why in coverage.unread],
    }


def _numbers(share: Share) -> dict[str, Any]:
    return {"live": share.live, "declared": share.declared, "recorded": share.recorded, "percent": share.percent}
