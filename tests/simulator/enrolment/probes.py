"""What to look at, from outside, to see each switch. A probe tells nothing that differs between like organizations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from tests.simulator.academic.school import files, packed
from tests.simulator.enrolment.client import Enrolment, key_pair, opened

Probe = Callable[[Enrolment], object]
NUMBERS = {"enrolment_session_life": "60", "enrolment_cursor_life": "60", "mdm_roster_cursor_life": "60", "mdm_roster_limit": "2"}
"""The number to try where `<number>` is a value; 5 where none is listed."""
PROFILE = {"profile_name": "One", "url": "https://mdm.example.edu/enroll"}
FIXED = "0" * 32


def _word(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text if answer.status_code != 200 else ""


def _token(wire: Enrolment) -> object:
    p7m = wire.tenant.portal.server_token(wire.service, key_pair()[0])
    return b"BEGIN MESSAGE" in opened(p7m), p7m.partition(b"\n\n")[0]


def _skew(wire: Enrolment) -> object:
    return wire.session(wire.authorization(timestamp=str(int(wire.tenant.clock.stamp()) - 10))).status_code


def _refused(wire: Enrolment) -> object:
    return wire.session(wire.authorization(client_secret="CS_wrong")).status_code  # noqa: S106 - wrong on purpose


def _session_words(wire: Enrolment) -> object:
    return _word(wire.session()), _word(wire.get("/account"))


def _session_shape(wire: Enrolment) -> object:
    return wire.session().json()["auth_session_token"].isalnum(), len(wire.session().json()["auth_session_token"]) == 128


def _idle(wire: Enrolment) -> object:
    wire.tenant.clock.sleep(100)
    return wire.get("/account").status_code


def _long_idle(wire: Enrolment) -> object:
    wire.tenant.clock.sleep(10_000)
    return wire.get("/account").status_code


def _rotation(wire: Enrolment) -> object:
    first = wire.http.headers["X-ADM-Auth-Session"]
    wire.get("/account")
    moved = wire.http.headers["X-ADM-Auth-Session"] != first
    wire.http.headers["X-ADM-Auth-Session"] = first
    return moved, wire.get("/account").status_code


def _versions(wire: Enrolment) -> object:
    return sorted(wire.fetched()[0][0])


def _unversioned(wire: Enrolment) -> object:
    wire.version = None
    return _versions(wire)


def _agents(wire: Enrolment) -> object:
    told = []
    for agent in ("Rehearsal/1.0", "curl/8", ""):
        wire.http.headers["User-Agent"] = agent
        told.append(_word(wire.get("/account")))
    return told


def _types(wire: Enrolment) -> object:
    del wire.http.headers["Content-Type"]
    return wire.get("/account").status_code


def _error(wire: Enrolment) -> object:
    return wire.get("/nowhere").text


def _pages(wire: Enrolment) -> object:
    return [len(wire.post("/server/devices", body).json()["devices"]) for body in ({}, {"limit": 9})]


def _later_sync(wire: Enrolment) -> object:
    cursor = wire.fetched()[1]
    wire.tenant.clock.sleep(100)
    return _word(wire.post("/devices/sync", {"cursor": cursor}))


def _loop(wire: Enrolment) -> object:
    cursor = wire.fetched()[1]
    told = wire.post("/devices/sync", {"cursor": cursor}).json()
    return told["cursor"] == cursor, told["more_to_follow"]


def _exhausted(wire: Enrolment) -> object:
    cursor = wire.fetched()[1]
    return [_word(wire.post(path, {"cursor": cursor})) for path in ("/server/devices", "/devices/sync")]


def _moves(wire: Enrolment) -> object:
    """Everything that a sync tells after one device came from another service, some left, and one came from none."""
    cursor = wire.fetched()[1]
    other = next(id_ for id_ in wire.tenant.services() if id_ != wire.service)
    came, unheld = wire.held(other)[:1], wire.held(None)[:1]
    wire.tenant.portal.assign(wire.held()[:3], None)
    wire.tenant.portal.assign(came, wire.service)
    wire.tenant.portal.assign(unheld, wire.service)
    wire.tenant.clock.sleep(3)
    return wire.post("/devices/sync", {"cursor": cursor}).json()["devices"], len(wire.fetched()[0])


def _define(wire: Enrolment) -> str:
    full = PROFILE | {"department": "IT", "support_phone_number": "555"}
    return str(wire.post("/profile", full).json()["profile_uuid"])


def _assign(wire: Enrolment) -> object:
    """What twelve devices are told, twice with an hour between, and what became of them."""
    uuid, serials = _define(wire), wire.held()[:12]
    told: list[Any] = []
    for _ in range(2):
        answer = wire.sign_in().post("/profile/devices", {"profile_uuid": uuid, "devices": serials}).json()
        told.append((answer["devices"], answer.get("retry_after_seconds")))
        wire.tenant.clock.sleep(3600)
    states = wire.sign_in().post("/devices", {"devices": serials}).json()["devices"]
    return told, [states[serial]["profile_status"] for serial in serials]


def _cooling(wire: Enrolment) -> object:
    wire.tenant.switches.set("enrolment_throttled", "3")
    return _assign(wire)


def _throttled_sync(wire: Enrolment) -> object:
    cursor, uuid, serials = wire.fetched()[1], _define(wire), wire.held()[:2]
    wire.post("/profile/devices", {"profile_uuid": uuid, "devices": serials})
    wire.tenant.switches.set("enrolment_throttled", "1")
    wire.tenant.store.rows("UPDATE enrolment_devices SET throttled_until = ?", wire.tenant.clock.stamp() + 60)
    return [told["op_type"] for told in wire.post("/devices/sync", {"cursor": cursor}).json()["devices"]]


def _roster(path: str, *bodies: dict[str, Any]) -> Probe:
    """Pages of a list as they come, without ids and cursors."""

    def probe(wire: Enrolment) -> object:
        _teach(wire)
        return [_comparable(wire.post(path, body)) for body in bodies or ({},)]

    return probe


def _teach(wire: Enrolment) -> None:
    rows = {"rosters": ""}
    wire.tenant.academic.upload("archive.zip", packed(files(rows)))
    wire.tenant.academic.import_now()
    wire.sign_in()


def _comparable(answer: httpx.Response) -> object:
    if answer.status_code != 200:
        return _word(answer)
    document = answer.json()
    (records,) = (value for value in document.values() if isinstance(value, list))
    kept = [(one["name"], one.get("source_system_identifier"), one.get("student_unique_identifiers")) for one in records]
    return kept, document["more_to_follow"]


def _synced(wire: Enrolment) -> object:
    """What a sync of classes says, and when it does, after a class was deleted and a person edited."""
    _teach(wire)
    wire.tenant.academic.create_class("Chess", "north")
    wire.tenant.clock.sleep(10)
    cursors = {path: wire.pages(path)[-1]["cursor"] for path in ("/roster/class", "/roster/class/person")}
    wire.tenant.clock.sleep(10)
    wire.tenant.academic.edit_person("s1", first_name="Augusta")
    wire.tenant.academic.delete_class("Chess")
    wire.tenant.clock.sleep(2)
    return [_comparable(wire.post(f"{path}/sync", {"cursor": cursor})) for path, cursor in cursors.items()]


def _aged(wire: Enrolment) -> object:
    _teach(wire)
    cursor = wire.pages("/roster/class")[-1]["cursor"]
    wire.tenant.clock.sleep(100)
    return _word(wire.post("/roster/class/sync", {"cursor": cursor}))


def _roster_loop(wire: Enrolment) -> object:
    _teach(wire)
    first = wire.post("/roster/class/person", {"limit": 1}).json()["cursor"]
    return wire.post("/roster/class/person", {"limit": 1, "cursor": first}).json()["cursor"] == first


def _courses(wire: Enrolment) -> object:
    return [wire.post(path).status_code for path in ("/roster/course", "/roster/class/course")]


def _contact(wire: Enrolment) -> object:
    return _word(wire.post("/profile", PROFILE)), _word(wire.post("/profile", PROFILE | {"department": "IT"}))


def _replacement(wire: Enrolment) -> object:
    return _word(wire.get("/device/replacementDetails", device=wire.held()[0]))


PROBES: dict[str, Probe] = {
    "enrolment_server_token": _token,
    "enrolment_clock_skew": _skew,
    "enrolment_token_refused": _refused,
    "enrolment_terms": _session_words,
    "enrolment_access": _session_words,
    "enrolment_session_token": _session_shape,
    "enrolment_session_life": _idle,
    "enrolment_session_expires": _session_words,
    "enrolment_session_expired": _long_idle,
    "enrolment_session_rotates": _rotation,
    "enrolment_default_version": _unversioned,
    "enrolment_newest_version": _versions,
    "enrolment_user_agent": _agents,
    "enrolment_content_type": _types,
    "enrolment_error_text": _error,
    "enrolment_limit_default": _pages,
    "enrolment_limit_maximum": _pages,
    "enrolment_cursor_life": _later_sync,
    "enrolment_cursor_repeats": _loop,
    "enrolment_unknown_serial": lambda wire: wire.post("/devices", {"devices": ["NOWHERE"]}).json(),
    "enrolment_empty_status": lambda wire: wire.fetched()[0][0]["profile_status"],
    "enrolment_exhausted": _exhausted,
    "enrolment_lag": _moves,
    "enrolment_deletes": _moves,
    "enrolment_moved": _moves,
    "enrolment_sync_misses": _moves,
    "enrolment_throttled_in_sync": _throttled_sync,
    "enrolment_profile_contact": _contact,
    "enrolment_throttled": _assign,
    "enrolment_assign_fails": _assign,
    "enrolment_cool_down": _cooling,
    "enrolment_silent": _assign,
    "enrolment_most_devices": _assign,
    "enrolment_lying": _assign,
    "enrolment_profile_not_found": lambda wire: _word(wire.get("/profile", profile_uuid=FIXED)),
    "enrolment_replacement_not_found": _replacement,
    "enrolment_discovery": lambda wire: _word(wire.get("/account-driven-enrollment/profile")),
    "enrolment_beta": lambda wire: _word(wire.get("/os-beta-enrollment/tokens")),
    "enrolment_disown_refused": lambda wire: _word(wire.post("/devices/disown", {"devices": wire.held()[:1]})),
    "enrolment_activation_lock": lambda wire: wire.post("/device/activationlock", {"device": wire.held()[0]}).json(),
    "mdm_roster_course_path": _courses,
    "mdm_roster_limit": _roster("/roster/class/person"),
    "mdm_roster_more": _roster("/roster/class/person", {"limit": 1}, {}),
    "mdm_roster_deletes": _synced,
    "mdm_roster_cursor_life": _aged,
    "mdm_roster_cursor_repeats": _roster_loop,
    "mdm_roster_sync_without_cursor": _roster("/roster/class/person/sync"),
    "mdm_roster_members": _roster("/roster/class"),
    "mdm_roster_source_ids": _roster("/roster/class/person"),
    "mdm_roster_lag": _synced,
    "mdm_roster_repeats": _synced,
}
