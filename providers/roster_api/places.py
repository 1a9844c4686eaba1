"""Which location Apple's opaque ids mean ("LO:1234"): told by the device enrolment service's list, or by the people who are there.

Apple, "Roster API" and "Roster management". Whether the two channels share their ids is not said, so only a hit counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from providers.roster_api.calls import Account
from reconciler.kinds.hierarchy import UPLOADED
from reconciler.roster.layout import PEOPLE
from reconciler.roster.part import Roster

FEWEST = 3
"""So many people at least must show which location is meant."""
SHARE = 0.9
"""So many of the people at a location must be there in the files, too: some have just moved. One-to-one besides, or it stays unknown."""
_MARK = "LO:"


@dataclass(frozen=True, slots=True)
class Site:
    """A location in the device enrolment service's list: its unique_identifier, the id of the upload, and its name."""

    key: str
    id: str
    name: str


def by_sites(ids: Iterable[str], sites: Iterable[Site], names: Mapping[str, str]) -> dict[str, str]:
    """Apple's id → key under locations. `names`: key → name."""
    there = {site.key: site for site in sites}
    keys: dict[str, list[str]] = defaultdict(list)
    for key, name in names.items():
        keys[name.casefold()].append(key)
    found = {}
    for id_ in ids:
        site = there.get(id_.removeprefix(_MARK))
        if site and site.id in names:
            found[id_] = site.id
        elif site and len(alike := keys.get(site.name.casefold(), [])) == 1:
            found[id_] = alike[0]
    return _once(found)


def by_people(accounts: Sequence[Account], people: Mapping[str, str], roster: Roster) -> dict[str, str]:
    """Apple's id → key under locations, by where the files have the students and instructors who are there. `people`: account → id."""
    homes = _homes(roster)
    totals: Counter[str] = Counter()
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for account in accounts:
        if at := homes.get(people.get(account.key, "")):
            for id_ in {location for role, location in account.roles if role in UPLOADED}:
                totals[id_] += 1
                votes[id_].update(at)
    found = {}
    for id_, counted in votes.items():
        sure = [key for key, count in counted.items() if count >= FEWEST and count >= SHARE * totals[id_]]
        if len(sure) == 1:
            found[id_] = sure[0]
    return _once(found)


def _once(found: Mapping[str, str]) -> dict[str, str]:
    """Without locations that two ids would mean."""
    times = Counter(found.values())
    return {id_: key for id_, key in found.items() if times[key] == 1}


def _homes(roster: Roster) -> dict[str, set[str]]:
    homes: dict[str, set[str]] = defaultdict(set)
    for layout in PEOPLE:
        for part in roster.of(layout.name):
            for column in part.repeated("location_id"):
                for person, location in zip(part.keys, part.column(column), strict=True):
                    if location:
                        homes[person].add(location)
    return homes
