from __future__ import annotations

import pytest

from providers.simulator import PortalError
from tests.simulator.academic.school import SCHOOL, School

ADA, ALAN = SCHOOL["students"].split("\n")
LOG = '''\
OPERATION,SYNC_SOURCE
ACTIVITY_ID,{id}
STARTED AT,2026-08-17T07:36:00.000Z
ENDED AT,2026-08-17T07:40:00.000Z
STATUS,COMPLETED
SUB_STATUS,COMPLETED_WITH_ERROR

person_id,last_name,first_name,person_number,operation_status,operation_substatus,timestamp,email
s1,Byron,"Ada, ""Countess""",,ISSUE,INVALID_INPUT,2026-08-17T07:37:00.000Z,ada@school.example
t1,Noether,Emmy,,SUCCESS,UPDATED,2026-08-17T07:38:00.000Z,emmy@school.example
s2,Turing,Alan,,SUCCESS,DEACTIVATED,2026-08-17T07:39:00.000Z,

class_id,course_name,class_number,operation_status,operation_substatus,timestamp
6a,Maths,A,SUCCESS,DEACTIVATED,2026-08-17T07:38:00.000Z

location_id,location_name,operation_status,operation_substatus,timestamp
north,North,SUCCESS,UPDATED,2026-08-17T07:38:00.000Z

course_id,course_number,course_name,location_id,operation_status,operation_substatus,timestamp
m6,M6,Maths,north,SUCCESS,UPDATED,2026-08-17T07:38:00.000Z
'''


def test_the_log_is_the_portals_to_the_byte() -> None:
    """The log has metadata rows of two cells, then a table for each sort of thing behind a blank line, with Apple's headers and words."""
    with School() as school:
        school.upload()
        wrong = ADA.replace("Ada", '"Ada, \\"Countess\\""').replace(",4,", ",5,")
        school.upload({"students": wrong, "classes": "", "rosters": ""})
        newest = school.portal.activities()[0]
        assert school.portal.activity_log().decode() == LOG.format(id=newest["id"])


def test_the_log_of_a_failed_import_has_no_tables() -> None:
    """An import that failed as a whole says so in its metadata and tells of nothing else."""
    with School() as school:
        assert school.upload({"rosters": "r1,6a,s9"}) == "FAILED INVALID_INPUT"
        lines = school.portal.activity_log().decode().splitlines()
        assert lines[4:] == ["STATUS,FAILED", "SUB_STATUS,INVALID_INPUT"]


def test_any_ended_import_can_be_looked_up() -> None:
    """The log of an earlier import is there under its id; without one that has ended there is none."""
    with School() as school:
        with pytest.raises(PortalError, match="No import has ended yet"):
            school.portal.activity_log()
        school.upload()
        first = school.portal.activities()[0]["id"]
        school.upload({"students": ALAN, "rosters": "r2,6a,s2"})
        assert "CREATED" in school.portal.activity_log(first).decode()
        assert "DEACTIVATED" in school.portal.activity_log().decode()


def test_the_latest_row_of_a_thing_tells_the_truth() -> None:
    """Where the log tells of a thing twice, the row with the latest timestamp is what happened, wherever it stands."""
    with School(activity_log_repeats="present") as school:
        school.upload()
        rows = [row for row in school.told() if row.get("person_id") == "s1"]
        assert len(rows) == 2
        assert max(rows, key=lambda row: row["timestamp"])["operation_substatus"] == "CREATED"
        assert rows[-1]["operation_substatus"] != "CREATED"
