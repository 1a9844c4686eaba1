"""Everything that expires, with the day on which it does: what files and connections tell, and what is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.errors import ReconcilerError
from reconciler.kinds.renewals import Renewal, Sort, State
from reconciler.provider import Credential
from reconciler.renewals.artefacts import Shelf
from reconciler.renewals.sorts import SORTS
from reconciler.resource import Declared, Source

WARN_AT = (60, 30, 7)
"""Days before the end at which plans and calendars speak up, the first one first."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that expires.

    `name`: of its entry, or the place of a connection's credential that no entry speaks of. `place`: that of its credential under
    `connections`, if it is one. `ends`: its last day where the organization is, `days` from today to it; None where nothing tells.
    `told`: where the day was read. `trouble`: why it could not be read, or what came of signing in. `source`: of the entry.
    """

    name: str
    what: Sort
    title: str
    place: str
    state: State
    ends: date | None
    days: int | None
    told: str
    owner: str
    account: str
    breaks: str
    how: str
    steps: tuple[str, ...]
    link: str
    source: Source | None = None
    trouble: str = ""

    @property
    def order(self) -> tuple[int, date, str]:
        """What no longer works comes first, then the soonest."""
        dead = (State.REVOKED, State.EXPIRED, State.UNREADABLE)
        rank = dead.index(self.state) if self.state in dead else len(dead)
        return rank, self.ends or date.max, self.name


@dataclass(frozen=True, slots=True)
class Renewals:
    """Everything that expires, the most urgent first, and what the files say of it that cannot be right."""

    items: tuple[Due, ...]
    disputes: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What renewals are told from. `zone` says where days begin.

    `sorts`: place under `connections` → which sort of renewal that is. `accounts`: place → whose it is, where the files say so elsewhere.
    """

    declared: Mapping[str, Declared]
    sorts: Mapping[str, Sort]
    credentials: Sequence[Credential]
    shelf: Shelf
    now: datetime
    zone: ZoneInfo
    accounts: Mapping[str, str] = field(default_factory=dict)


def renewals(scene: Scene) -> Renewals:
    """Read every artefact, and say what ends when. No request is sent; what cannot be read is told and not raised."""
    found, disputes, spoken_of = [], [], set()
    ends = {credential.place: credential.ends for credential in scene.credentials}
    for name, declared in scene.declared.items():
        if isinstance(spec := declared.spec, Renewal):
            due, said = _declared(name, spec, declared.source, ends, scene)
            found.append(due)
            disputes += said
            spoken_of.add(spec.connection)
    for place, sort in scene.sorts.items():
        if place not in spoken_of:
            day = _Day(ends.get(place), f"connections.{place}")
            found.append(_due(place, Renewal(what=sort, connection=place), None, day, scene))
    return Renewals(tuple(sorted(found, key=lambda due: due.order)), tuple(disputes))


@dataclass(frozen=True, slots=True)
class _Day:
    """When something ends: a moment that was read, or a day that is declared."""

    moment: datetime | None
    told: str
    declared: date | None = None
    trouble: str = ""


def _declared(name: str, spec: Renewal, source: Source, ends: Mapping[str, datetime | None], scene: Scene) -> tuple[Due, list[Diagnostic]]:
    """A declared renewal; its artefact goes before its date, and that the two differ is said."""
    moment, told, trouble = ends.get(spec.connection or ""), f"connections.{spec.connection}", ""
    if spec.artefact is not None:
        told = spec.artefact.file or f"${spec.artefact.env}"
        try:
            moment = scene.shelf.ends(spec)
        except ReconcilerError as error:
            trouble = f"{error.message} {error.hint}".strip()
    if moment is None:
        return _due(name, spec, source, _Day(None, "declared" if spec.expires else told, spec.expires, trouble), scene), []
    due = _due(name, spec, source, _Day(moment, told), scene)
    if spec.expires is None or spec.expires == due.ends:
        return due, []
    said = f"renewals.{name}: expires says {spec.expires}, and {told} itself ends on {due.ends}, which counts."
    return due, [Diagnostic(source, said, "Delete expires, or look whether this is the one in use.", Severity.WARNING)]


def _due(name: str, spec: Renewal, source: Source | None, day: _Day, scene: Scene) -> Due:
    words, today = SORTS[spec.what], scene.now.astimezone(scene.zone).date()
    ends = day.moment.astimezone(scene.zone).date() if day.moment else day.declared
    days = (ends - today).days if ends else None
    over = day.moment <= scene.now if day.moment else days is not None and days < 0
    return Due(
        name=name,
        what=spec.what,
        title=spec.title or _title(words.noun, name, spec, source),
        place=spec.connection or "",
        state=_state(days, over=over, trouble=day.trouble),
        ends=ends,
        days=days,
        told=day.told,
        owner=spec.owner or "",
        account=spec.account or scene.accounts.get(spec.connection or "", ""),
        breaks=spec.breaks or words.breaks,
        how=spec.steps[0] if spec.steps else words.how,
        steps=spec.steps or words.steps,
        link="" if spec.steps else words.link,
        source=source,
        trouble=day.trouble,
    )


def _title(noun: str, name: str, spec: Renewal, source: Source | None) -> str:
    """`server token of jamf`, `APNs certificate "apns"`; there is only one API key in use."""
    of = (spec.connection or "").partition(".")[2]
    return f"{noun} of {of}" if of else noun if source is None else f'{noun} "{name}"'


def _state(days: int | None, *, over: bool, trouble: str) -> State:
    if over:
        return State.EXPIRED
    if trouble:
        return State.UNREADABLE
    if days is None:
        return State.UNDATED
    return State.DUE if days <= WARN_AT[0] else State.FINE
