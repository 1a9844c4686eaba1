from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response as Answer

from providers.device_enrolment.roster import AcademicReading
from providers.device_enrolment.service import Door, EnrolmentService
from reconciler.errors import ProviderError
from reconciler.provider import Notice
from tests.apple_school.school import Shelf
from tests.device_enrolment.district import District
from tests.device_enrolment.sealed import opened
from tests.wire.host import Hours

KEYS = {
    "/roster/class/location": "locations",
    "/roster/class/person": "persons",
    "/roster/class/course": "courses",
    "/roster/course": "courses",
    "/roster/class": "classes",
}


def _as_ever(path: str, body: dict[str, Any]) -> None:
    """No twist."""
    del path, body


class Rosters:
    """Apple's side of the roster lists, page by page: address → its pages. `twist` may answer instead; `asked` holds every list request."""

    def __init__(self, lists: dict[str, list[list[dict[str, Any]]]], urls: Iterable[str] | None = None) -> None:
        self.lists = lists
        self.urls = [*KEYS] if urls is None else [*urls]
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.twist: Callable[[str, dict[str, Any]], Answer | dict[str, Any] | None] = _as_ever
        self.text_flags = False
        token = opened(District().tenant, "Jamf School")
        clock = Hours()
        clock.moment = token.issued
        self.service = EnrolmentService(Door("jamf", "jamf", token, "https://apple.example", clock, httpx.WSGITransport(app=self)), Shelf())

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        return self._answer(Asked(environ))(environ, start_response)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/session":
            return _json({"auth_session_token": "a-session"})
        if asked.path == "/account":
            return _json({"org_type": "edu", "urls": [{"uri": uri, "http_method": ["POST"]} for uri in self.urls]} if self.urls else {})
        body = json.loads(asked.get_data())
        self.asked.append((asked.path, body))
        twisted = self.twist(asked.path, body)
        if isinstance(twisted, Answer):
            return twisted
        if asked.path not in self.lists:
            return Answer("NOT_FOUND", 404, content_type="text/plain;Charset=UTF8")
        return _json(twisted or self._page(asked.path, body))

    def _page(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        number, pages = int(body.get("cursor", 0)), self.lists[path]
        more: object = number + 1 < len(pages)
        return {KEYS[path]: pages[number], "cursor": str(number + 1), "more_to_follow": str(more).lower() if self.text_flags else more}

    def read(self) -> AcademicReading:
        """The whole roster."""
        return self.service.read_roster(_unseen)


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def _json(document: dict[str, Any]) -> Answer:
    return Answer(json.dumps(document), 200, content_type="application/json;charset=UTF8")


def _word(word: str, status: int = 400) -> Answer:
    return Answer(word, status, content_type="text/plain;Charset=UTF8")


def _row(number: int, **more: Any) -> dict[str, Any]:
    return {"unique_identifier": f"u{number}", "source_system_identifier": f"s{number}", "name": f"N{number}", "source": "SFTP", **more}


def _lists(course: str = "/roster/class/course") -> dict[str, list[list[dict[str, Any]]]]:
    members = {"instructor_unique_identifiers": ["u9"], "student_unique_identifiers": ["u1", "u2"]}
    place = {"location": {"unique_identifier": "u50", "name": "North"}, "course": {"unique_identifier": "u60"}}
    return {
        "/roster/class/location": [[_row(50)]],
        "/roster/class/person": [[_row(1, person_id="s-1"), _row(2)], [_row(3, is_federated_auth=True)], [_row(9, grade=None)]],
        course: [[_row(60, course_number="SCI")]],
        "/roster/class": [[_row(70, class_number="7-A", **place, **members)], []],
    }


def _counts(reading: AcademicReading) -> tuple[int, int, int, int]:
    return len(reading.locations), len(reading.persons), len(reading.courses), len(reading.classes)


def test_the_whole_roster_is_read() -> None:
    """Every page of every list is read, and rows keep who they are, where they belong and who is in them."""
    reading = Rosters(_lists()).read()
    assert _counts(reading) == (1, 4, 1, 1)
    person, school_class = reading.persons["u1"], reading.classes["u70"]
    assert (person.person_id, person.sis_id, person.name, person.grade, person.federated) == ("s-1", "s1", "N1", "", None)
    assert (school_class.location, school_class.course, school_class.instructors) == ("u50", "u60", ("u9",))
    assert (school_class.students, school_class.number, reading.courses["u60"].number) == (("u1", "u2"), "7-A", "SCI")


def test_each_page_is_asked_for_once() -> None:
    """A list of n pages takes n requests, of a thousand rows each, and the first one has no cursor."""
    host = Rosters(_lists())
    host.read()
    assert [body for path, body in host.asked if path == "/roster/class/person"] == [
        {"limit": 1000},
        {"limit": 1000, "cursor": "1"},
        {"limit": 1000, "cursor": "2"},
    ]
    assert len(host.asked) == 7


def test_flags_that_come_as_texts() -> None:
    """more_to_follow as the text "false", which Apple's older pages show, ends a list, and "true" goes on."""
    host = Rosters(_lists())
    host.text_flags = True
    assert _counts(host.read()) == (1, 4, 1, 1)


@pytest.mark.parametrize("course", ["/roster/class/course", "/roster/course"])
@pytest.mark.parametrize("listed", [True, False])
def test_either_address_of_courses(course: str, listed: bool) -> None:
    """Courses are read from the address that the account lists, and where it lists none, from the one that answers."""
    lists = _lists(course)
    host = Rosters(lists, lists if listed else ())
    assert _counts(host.read()) == (1, 4, 1, 1)
    assert sum("course" in path for path, _ in host.asked) == (1 if listed or course == "/roster/class/course" else 2)


@pytest.mark.parametrize("nobody", [None, []])
def test_members_that_are_null(nobody: object) -> None:
    """A class whose members come as null has none, as one whose list is empty."""
    lists = _lists()
    lists["/roster/class"] = [[_row(70, instructor_unique_identifiers=nobody, student_unique_identifiers=nobody, location=None)]]
    found = Rosters(lists).read().classes["u70"]
    assert (found.instructors, found.students, found.location) == ((), (), "")


def test_ids_that_stand_twice() -> None:
    """A source_system_identifier on several rows loses none of them, and a row that comes twice is one, the later one."""
    lists = _lists()
    lists["/roster/class/person"] = [[_row(1), _row(2, source_system_identifier="s1")], [_row(2, name="Later")]]
    persons = Rosters(lists).read().persons
    assert ([person.sis_id for person in persons.values()], persons["u2"].name) == (["s1", "s2"], "Later")


def test_a_list_without_rows() -> None:
    """A list that comes as null is empty."""
    host = Rosters(_lists())
    host.twist = lambda path, _: {"courses": None, "more_to_follow": False} if "course" in path else None
    assert _counts(host.read()) == (1, 4, 0, 1)


@pytest.mark.parametrize("word", ["EXPIRED_CURSOR", '"INVALID_CURSOR"'])
def test_a_cursor_that_expired_begins_anew(word: str) -> None:
    """A cursor that Apple forgot in the middle of a list begins that list again, and no row of the first try is kept."""
    host = Rosters(_lists())

    def twist(path: str, body: dict[str, Any]) -> Answer | None:
        if path == "/roster/class/person" and body.get("cursor") == "2" and len(host.lists[path]) == 3:
            host.lists[path] = [[_row(1)], [_row(9)]]
            return _word(word)
        return None

    host.twist = twist
    assert [*host.read().persons] == ["u1", "u9"]


def test_a_list_that_was_read_to_its_end_already() -> None:
    """EXHAUSTED_CURSOR means that everything was told."""
    host = Rosters(_lists())
    host.twist = lambda path, body: _word("EXHAUSTED_CURSOR") if path.endswith("person") and body.get("cursor") == "2" else None
    assert len(host.read().persons) == 3


def _loops(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    if path.endswith("person") and body.get("cursor") == "1":
        return {"persons": [_row(3)], "cursor": "1", "more_to_follow": True}
    return None


def test_pages_that_go_in_a_circle_are_an_error() -> None:
    """A cursor that comes back as it was sent, again and again, is an error in words after a few beginnings, and never part of a list."""
    host = Rosters(_lists())
    host.twist = _loops
    with pytest.raises(ProviderError, match=r"Reading the people of the roster .+ circle, 3 times in a row"):
        host.read()
    assert len(host.asked) == 1 + 3 * 2


def test_a_circle_that_passes_is_survived() -> None:
    """One page that repeats its cursor once is survived by beginning anew."""
    host = Rosters(_lists())
    host.twist = lambda path, body: _loops(path, body) if len(host.asked) < 4 else None
    assert _counts(host.read()) == (1, 4, 1, 1)


DAMAGED: dict[str, dict[str, Any]] = {
    "no cursor": {"persons": [], "more_to_follow": True},
    "texts instead of rows": {"persons": ["u1"], "more_to_follow": False},
    "a text instead of a list": {"persons": "u1", "more_to_follow": False},
}


@pytest.mark.parametrize("document", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_list_is_an_error(document: dict[str, Any]) -> None:
    """A page that is not what Apple documents is an error that names the list, never a shorter list."""
    host = Rosters(_lists())
    host.twist = lambda path, _: document if path.endswith("person") else None
    with pytest.raises(ProviderError, match="Reading the people of the roster"):
        host.read()


def test_an_organization_without_a_roster() -> None:
    """A token of an organization that has no roster is told so before anything is read."""
    host = Rosters(_lists(), ["/profile"])
    with pytest.raises(ProviderError, match="no roster"):
        host.read()
    assert host.asked == []


def test_rows_tell_no_names() -> None:
    """No row shows a name in its text, which errors and debuggers print."""
    assert "N1" not in repr(Rosters(_lists()).read())
