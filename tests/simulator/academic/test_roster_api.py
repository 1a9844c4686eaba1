from __future__ import annotations

import httpx

from providers.simulator import transport
from providers.simulator.academic.roster_api import credentials
from tests.simulator.academic.reads import Reads
from tests.simulator.academic.school import School
from tests.simulator.rehearsal import codes


def test_users_are_told_with_their_roles_by_location() -> None:
    """A user has names, grade, address and each role with the opaque id of its location, and no person_id."""
    with School() as school:
        school.upload()
        north = next(location for location in school.portal.locations() if location.name == "North")
        school.portal.grant("s1", "Manager", "North")
        user = next(one for one in Reads(school.tenant).get("users").json()["users"] if one["givenName"] == "Ada")
        place = f"LO:{north.unique_identifier}"
        assert user == {
            "id": school.person("s1").unique_identifier,
            "email": "ada@school.example",
            "givenName": "Ada",
            "familyName": "Byron",
            "grade": "6",
            "roleLocationMapping": [{"roleName": "Manager", "locationId": place}, {"roleName": "Student", "locationId": place}],
            "dateCreated": "2026-08-17T07:35:00Z",
            "dateLastModified": user["dateLastModified"],
        }


def test_classes_are_told_with_their_members() -> None:
    """A class has its name, number, location and the ids of instructors and students."""
    with School() as school:
        school.upload()
        (class_,) = Reads(school.tenant).get("classes").json()["classes"]
        ids = {one: school.person(one).unique_identifier for one in ("s1", "s2", "t1")}
        assert (class_["name"], class_["number"], class_["locationId"][:3]) == ("Maths A", "A", "LO:")
        assert (class_["instructorIds"], class_["studentIds"]) == ([ids["t1"]], [ids["s1"], ids["s2"]])


def test_members_of_a_class_by_role() -> None:
    """The users of a class are all of its members, or those of one role."""
    with School() as school:
        school.upload()
        reads, path = Reads(school.tenant), f"classes/{school.class_('6a').unique_identifier}/users"
        named = {role: [one["givenName"] for one in reads.get(path, **parameters).json()["users"]] for role, parameters in _roles()}
        assert named == {"all": ["Emmy", "Ada", "Alan"], "Student": ["Ada", "Alan"], "Instructor": ["Emmy"]}
        assert reads.get(path, role="Manager").status_code == 400


def _roles() -> list[tuple[str, dict[str, str]]]:
    return [("all", {}), ("Student", {"role": "Student"}), ("Instructor", {"role": "Instructor"})]


def test_pages_follow_one_another_to_the_end() -> None:
    """moreToFollow and nextPageToken lead through a list page by page; a foreign token is refused."""
    with School() as school:
        school.upload()
        reads = Reads(school.tenant)
        page = reads.get("users", limit=2).json()
        assert (len(page["users"]), page["moreToFollow"]) == (2, True)
        last = reads.get("users", limit=2, pageToken=page["nextPageToken"]).json()
        assert (len(last["users"]), last["moreToFollow"], "nextPageToken" in last) == (1, False, False)
        assert codes(reads.get("classes", pageToken=page["nextPageToken"])) == ["PARAMETER_ERROR.INVALID"]
        assert reads.get("users", limit=1001).status_code == 400


def test_one_user_is_told_by_id() -> None:
    """A user can be read by id; an id that nobody has gets 404."""
    with School() as school:
        school.upload()
        reads, uid = Reads(school.tenant), school.person("s2").unique_identifier
        assert reads.get(f"users/{uid}").json()["familyName"] == "Turing"
        assert reads.get("users/1234").status_code == 404


def test_a_scope_opens_only_its_own() -> None:
    """A token for users does not read classes, and no token reads nothing."""
    with School() as school:
        reads = Reads(school.tenant, "edu.users.read")
        assert [reads.get(path).status_code for path in ("users", "classes")] == [200, 403]
        reads.http.headers.pop("Authorization")
        assert reads.get("users").status_code == 401


def test_a_roster_token_does_not_open_the_school_manager_api() -> None:
    """The token of one API is none for the other."""
    with School() as school:
        token = Reads(school.tenant).http.headers["Authorization"]
        with httpx.Client(transport=transport(school.tenant), base_url="https://api-school.apple.com") as http:
            assert http.get("/v1/mdmServers", headers={"Authorization": token}).status_code == 401


def test_the_token_endpoint_judges() -> None:
    """A wrong secret, an unknown scope and another grant are refused in the words of RFC 6749."""
    with School() as school, httpx.Client(transport=transport(school.tenant), base_url="https://api-school.apple.com") as http:
        client, secret = credentials(school.tenant.store)
        good = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": "edu.users.read"}
        wrong = [{"client_secret": "x"}, {"scope": "edu.all"}, {"scope": ""}, {"grant_type": "password"}]
        answers = [http.post("/rosterapi/token", data=good | change).json()["error"] for change in wrong]
        assert answers == ["invalid_client", "invalid_scope", "invalid_scope", "unsupported_grant_type"]
        assert http.post("/rosterapi/token", data=good).status_code == 200
