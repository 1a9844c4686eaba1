"""Why the roster that Apple tells cannot be written down, and what can be done instead.

An upload is always the whole roster: whatever it lacks is ended. Apple (device enrolment service, "Roster management") tells of people
neither who is staff and who a student, nor the main location, nor the person number; and of a course no location. An upload needs each of
them, so a roster made of what is told would be invented in part, and would end or move accounts. The last upload itself has all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.kinds.found import Draft, Omitted, Survey

UNTOLD: Mapping[str, str] = {
    "person": "Apple does not tell who is staff, anybody's main location or person number, and uploads need them",
    "course": "Apple does not tell a course's location, and uploads need it",
    "class": "an upload holds the people with their classes, or it ends their accounts",
    "location": "an upload holds the people with their locations, or it ends their accounts",
}
INSTEAD = (
    "take the zip of the last upload (reconciler import --roster last-upload.zip), "
    "or else a whole export of the student information system (roster: {sources: …})"
)
MISSING = "other uploads made them and the roster in these files lacks them; add them there, with an export that holds everybody"


def export_roster(survey: Survey, kind: str) -> Iterator[Draft | Omitted]:
    """Nothing, and why: the files have another roster, or none."""
    if survey.items:
        declared = any(survey.scene.wanted.get(one) for one in UNTOLD)
        yield Omitted(len(survey.items), MISSING if declared else f"{UNTOLD[kind]}; {INSTEAD}")
