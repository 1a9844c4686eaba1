"""Roles that Apple tells of, as entries of our files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.kinds.found import Draft, Omitted, Survey
from reconciler.kinds.naming import slug

UNKNOWN = (
    "of accounts that no entry under administrators and nobody in a roster has; write an administrator's entry with the account's "
    "e-mail address, and import again"
)
ELSEWHERE = "at locations that could not be told; connect device_enrolment, which tells their names, or declare the locations"


def export_roles(survey: Survey) -> Iterator[Draft | Omitted]:
    """One entry per person and role, for people whom the files know."""
    held: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    left: Counter[str] = Counter()
    for name, seen in sorted(survey.items.items()):
        grant: Any = seen.spec  # Any: Grant, which is defined above this module
        person = _person(survey, grant.person)
        if person is None:
            left[UNKNOWN] += 1
        elif grant.location not in survey.scene.places:
            left[ELSEWHERE] += 1
        else:
            held[person, grant.role][grant.location] = name
    for (person, role), places in sorted(held.items()):
        values = {"person": person, "role": role, "locations": sorted(places)}
        yield Draft("roles.yaml", slug(role), values, "", sorted(places.values()), personal=person not in _named(survey))
    yield from (Omitted(count, why) for why, count in left.items())


def _named(survey: Survey) -> Mapping[str, Any]:
    return survey.scene.wanted.get("administrator", {})


def _person(survey: Survey, who: str) -> str | None:
    """How the files call a holder: an administrator's key, or a person_id."""
    return who if who in _named(survey) else survey.scene.people.get(who)
