"""How a big move is made in waves: a few first, the rest only when those have landed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciler.kinds.fields import Reader, empty, what, wrong

REST = "rest"
_SHARE = re.compile(r"([1-9][0-9]?)%")
_ADVICE = "Write for example rollout: [1%, 10%, rest]."


def _read(value: object) -> tuple[int, ...]:
    if value is None:
        raise empty()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise wrong(f"must be a list of waves, not {what(value)}.", _ADVICE)
    if len(value) < 2 or value[-1] != REST:
        raise wrong("must end with rest, after at least one share.", _ADVICE)
    shares = [_share(one) for one in value[:-1]]
    if shares != sorted(set(shares)):
        raise wrong("must name growing shares: each wave holds those before it, too.", _ADVICE)
    return tuple(shares)


def _share(value: object) -> int:
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(f"holds {what(value)}, which is no share of the devices.", _ADVICE)
    return int(found[1])


ROLLOUT = Reader(
    _read,
    {
        "type": "array",
        "minItems": 2,
        "items": {"anyOf": [{"type": "string", "pattern": "^[1-9][0-9]?%$"}, {"const": REST}]},
        "contains": {"const": REST},
    },
)
"""Percent of the devices by the end of each wave but the last, which is everything."""
