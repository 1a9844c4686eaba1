"""Devices before and after: how many go from which service to which, laid out as bands between two columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Literal

from reconciler.kinds.devices import ASSIGNMENT
from reconciler.phrases import counted
from reconciler.plan import Plan
from reconciler.render.document import by_verdict
from reconciler.render.html.places import UNASSIGNED, services

MOST = 14
"""Bands that are drawn apart; the smaller ones are drawn as one. The table beside the picture has them all, up to MOST_ROWS."""
MOST_ROWS = 200
OTHERS = "Other services"

_HEIGHT = 260  # pixels that all bands share
_LEAST = 3  # pixels of the thinnest band
_LABEL = 42  # pixels that a service's name and count need
_GAP = 18


@dataclass(frozen=True, slots=True)
class Flow:
    """So many devices go from one service to another."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class Node:
    """A service on one side: its bar, in pixels from the top."""

    side: Literal["before", "after"]
    title: str
    count: int
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Band:
    """A flow as a path: across it is stretched to whatever width there is (0 to 100), downwards it is in pixels."""

    flow: Flow
    path: str

    @property
    def tone(self) -> str:
        """Devices that end on no service stand out."""
        return "danger" if self.flow.after == UNASSIGNED else "move"


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars and bands, and every flow for a table. `hidden` flows are in neither."""

    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]
    height: float
    flows: tuple[Flow, ...]
    hidden: int

    @property
    def words(self) -> str:
        """The picture in a sentence, for those who do not see it."""
        told = "; ".join(f"{counted(flow.count, 'device')} from {flow.before} to {flow.after}" for flow in self.flows[:MOST])
        return f"{told}{f'; and {len(self.flows) - MOST + self.hidden} more' if len(self.flows) > MOST else ''}."


def picture(plan: Plan) -> Picture | None:
    """The moves of this plan; None if nothing moves."""
    counts: Counter[tuple[str, str]] = Counter()
    for changes in by_verdict(plan.changes):
        verdict = changes[0].verdict
        if verdict.kind == ASSIGNMENT and not verdict.verb.record_only:
            counts[services(plan, verdict)] += len(changes)
    flows = [Flow(before, after, count) for (before, after), count in counts.most_common() if before != after]
    return _draw(flows) if flows else None


def _draw(flows: list[Flow]) -> Picture:
    drawn = _merged(flows)
    scale = _HEIGHT / sum(flow.count for flow in drawn)
    left, right = _column("before", drawn, scale), _column("after", drawn, scale)
    height = max(column[-1].top + max(column[-1].height, _LABEL) for column in (left, right))
    return Picture((*left, *right), _bands(drawn, left, right, scale), height, tuple(flows[:MOST_ROWS]), max(0, len(flows) - MOST_ROWS))


def _merged(flows: list[Flow]) -> list[Flow]:
    if len(flows) <= MOST:
        return flows
    return [*flows[: MOST - 1], Flow(OTHERS, OTHERS, sum(flow.count for flow in flows[MOST - 1 :]))]


def _thickness(flow: Flow, scale: float) -> float:
    return max(_LEAST, flow.count * scale)


def _column(side: Literal["before", "after"], flows: list[Flow], scale: float) -> list[Node]:
    counts: Counter[str] = Counter()
    heights: dict[str, float] = defaultdict(float)
    for flow in flows:
        counts[getattr(flow, side)] += flow.count
        heights[getattr(flow, side)] += _thickness(flow, scale)
    nodes: list[Node] = []
    top = 0.0
    for name, count in counts.most_common():
        nodes.append(Node(side, name, count, round(top, 1), round(heights[name], 1)))
        top += max(heights[name], _LABEL) + _GAP
    return nodes


def _bands(flows: list[Flow], left: list[Node], right: list[Node], scale: float) -> tuple[Band, ...]:
    starts, ends = ({node.title: node.top for node in column} for column in (left, right))
    order = {node.title: number for number, node in enumerate(right)}
    bands = []
    for flow in sorted(flows, key=lambda flow: order[flow.after]):  # bands that leave together do not cross
        thick = _thickness(flow, scale)
        bands.append(Band(flow, _path(starts[flow.before], ends[flow.after], thick)))
        starts[flow.before] += thick
        ends[flow.after] += thick
    return tuple(bands)


def _path(start: float, end: float, thick: float) -> str:
    upper = f"M0 {start:.1f}C50 {start:.1f} 50 {end:.1f} 100 {end:.1f}"
    return f"{upper}V{end + thick:.1f}C50 {end + thick:.1f} 50 {start + thick:.1f} 0 {start + thick:.1f}Z"
