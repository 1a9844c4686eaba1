from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import orjson
import pytest

from providers.simulator import Tenant
from providers.simulator.portal import PortalError
from providers.simulator.serve import serve
from reconciler.cli import run
from tests.simulator.apps.library import ATLAS, HERE, MATHS, MDM, Library, account, number

THERE = "South Campus"
S1, S2 = {"serialNumbers": ["A1"]}, {"clientUserIds": ["ann"]}
APP = {"assets": [{"adamId": MATHS}]}
NOTED = {"notificationUrl": "https://mdm.example.edu/hooks", "notificationAuthToken": "hush"}
REFUSED: dict[str, tuple[str, object, tuple[int, int]]] = {
    "no assets": ("assets/associate", S1, (400, 9718)),
    "no targets": ("assets/associate", APP, (400, 9719)),
    "too many assets": ("assets/associate", {"assets": [{"adamId": str(n)} for n in range(26)], **S1}, (400, 9700)),
    "too many users": ("assets/associate", {**APP, "clientUserIds": [str(n) for n in range(1001)]}, (400, 9701)),
    "too many devices": ("assets/associate", {**APP, "serialNumbers": [str(n) for n in range(1001)]}, (400, 9702)),
    "an asset twice": ("assets/associate", {"assets": [{"adamId": MATHS}, {"adamId": MATHS, "pricingParam": "STDQ"}], **S1}, (400, 9703)),
    "a user twice": ("assets/associate", {**APP, "clientUserIds": ["ann", "ann"]}, (400, 9704)),
    "a device twice": ("assets/associate", {**APP, "serialNumbers": ["A1", "A1"]}, (400, 9705)),
    "a book back": ("assets/disassociate", {"assets": [{"adamId": ATLAS}], **S2}, (400, 9706)),
    "a book on a device": ("assets/associate", {"assets": [{"adamId": ATLAS}], **S1}, (400, 9707)),
    "another price": ("assets/associate", {"assets": [{"adamId": MATHS, "pricingParam": "FREE"}], **S1}, (400, 9602)),
    "a number for a name": ("assets/associate", {**APP, "serialNumbers": [7]}, (400, 9602)),
    "a list": ("assets/associate", [], (400, 9602)),
    "revoking too many": ("assets/revoke", {"serialNumbers": [str(n) for n in range(101)]}, (400, 9702)),
    "revoking from nobody": ("assets/revoke", {}, (400, 9719)),
    "nobody": ("users/create", {}, (400, 9720)),
    "too many people": ("users/create", {"users": [{"clientUserId": str(n)} for n in range(101)]}, (400, 9714)),
    "a person twice": ("users/retire", {"users": [{"clientUserId": "ann"}] * 2}, (400, 9715)),
    "no e-mail address": ("users/create", {"users": [{"clientUserId": "ann", "email": "ann"}]}, (400, 9717)),
    "half an mdmInfo": ("client/config", {"mdmInfo": {"id": "7"}}, (400, 9723)),
    "a long id": ("client/config", {"mdmInfo": MDM | {"id": "7" * 101}}, (400, 9724)),
    "a long name": ("client/config", {"mdmInfo": MDM | {"name": "7" * 101}}, (400, 9725)),
    "long metadata": ("client/config", {"mdmInfo": MDM | {"metadata": "7" * 256}}, (400, 9713)),
    "an address alone": ("client/config", {"notificationUrl": "https://mdm.example.edu"}, (400, 9710)),
    "a long secret": ("client/config", NOTED | {"notificationAuthToken": "7" * 513}, (400, 9711)),
    "plain http": ("client/config", NOTED | {"notificationUrl": "http://mdm.example.edu"}, (400, 9712)),
}


@pytest.fixture
def library() -> Library:
    """One library."""
    return Library()


@pytest.mark.parametrize(("path", "body", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_write_is_refused_by_number(library: Library, path: str, body: Any, expected: tuple[int, int]) -> None:
    """Each mistake in a write has the number of Apple's table, and begins nothing."""
    assert number(library.http.post(f"/mdm/v2/{path}", json=body)) == expected
    assert library.tenant.apps.events(HERE) == []


def test_wrong_reads_are_refused_by_number(library: Library) -> None:
    """A page, a version, an event, a method, a type and a header that do not exist have their numbers."""
    assert number(library.get("assets", pageIndex=1)) == (400, 9650)
    assert number(library.get("assignments", sinceVersionId="yesterday")) == (400, 9721)
    assert number(library.get("status", eventId="none")) == (400, 9708)
    assert number(library.get("assets/associate")) == (405, 9726)
    assert number(library.http.post("/mdm/v2/users/create", content=b"{}")) == (415, 9727)
    assert library.get("nothing").status_code == 404
    library.http.headers["Authorization"] = "Basic abc"
    assert number(library.get("assets")) == (401, 9722)
    del library.http.headers["Authorization"]
    assert number(library.get("assets")) == (401, 9601)
    assert library.get("service/config").status_code == 200


def test_a_token_lives_until_it_ends(library: Library) -> None:
    """A token opens one location's library for a year, unless it is revoked or its account's password is changed."""
    old = library.tenant.apps.content_token(HERE, account="other@riverside.example")
    told = orjson.loads(b64decode(old))
    assert set(told) == {"token", "expDate", "orgName"}
    assert told["expDate"] == "2027-08-17T07:30:00+0000"
    library.use(old)
    library.tenant.apps.change_password("other@riverside.example")
    assert number(library.get("assets")) == (401, 9625)
    library.use(library.tenant.apps.content_token(HERE))
    library.tenant.clock.sleep(366 * 86400)
    assert number(library.get("assets")) == (401, 9621)
    library.use(library.tenant.apps.content_token(HERE))
    assert library.get("client/config").json()["locationName"] == HERE
    library.tenant.apps.revoke_tokens(HERE)
    assert number(library.get("assets")) == (401, 9625)


def test_every_asset_goes_to_every_target(library: Library) -> None:
    """An event counts assets times targets, does what can be done, and says FAILED with what could not."""
    library.finish(library.people("create", "ann"))
    told = library.finish(library.associate(library.serials[:3], ["ann", "nobody"]))
    assert (told["eventType"], told["eventStatus"], told["numRequested"], told["numCompleted"]) == ("ASSOCIATE", "FAILED", 5, 4)
    assert told["failures"][0]["errorNumber"] == 9609
    assert told["failures"][0]["errorInfo"]["clientUserIds"] == ["nobody"]
    assert {held.serial or held.user for held in library.tenant.apps.held(HERE)} == {*library.serials[:3], "ann"}
    assert library.tenant.apps.assets(HERE)[MATHS, "STDQ"] == (30, 4)


def test_an_event_is_pending_until_it_is_done(library: Library) -> None:
    """Until its time has come an event is PENDING and lists show nothing of it."""
    begun = library.associate(library.serials[:1])
    assert library.finish(begun, 5)["eventStatus"] == "PENDING"
    assert library.listed() == []
    assert library.finish(begun)["eventStatus"] == "COMPLETE"
    assert library.listed() == [{"adamId": MATHS, "pricingParam": "STDQ", "serialNumber": library.serials[0]}]


def test_revoking_takes_everything_but_books(library: Library) -> None:
    """Revoking takes back every app of a target and leaves books, which nobody can take back."""
    library.finish(library.people("create", "ann"))
    library.finish(library.associate((), ["ann"], MATHS, ATLAS))
    told = library.finish(library.post("assets/revoke", {"clientUserIds": ["ann"]}))
    assert (told["eventType"], told["eventStatus"]) == ("REVOKE", "COMPLETE")
    assert [held.adam_id for held in library.tenant.apps.held(HERE)] == [ATLAS]


def test_users_come_change_and_go(library: Library) -> None:
    """A user without an account is invited, with one associated; a retired one may come again under the same id."""
    library.finish(library.people("create", "ann", accounts=False))
    assert [user["status"] for user in library.listed("users")] == ["Registered"]
    assert len(library.listed("users")[0]["inviteCode"]) == 32
    assert library.finish(library.people("create", "ann"))["failures"][0]["errorNumber"] == 9716
    library.finish(library.people("update", "ann"))
    library.finish(library.people("retire", "ann"))
    assert library.finish(library.people("retire", "ann"))["failures"][0]["errorNumber"] == 9609
    library.finish(library.people("create", "ann"))
    assert [user["status"] for user in library.listed("users", clientUserId="ann")] == ["Retired", "Associated"]
    assert len(library.listed("users", activeOnly="true")) == len(library.listed("users", retiredOnly="true")) == 1


ASSETS: dict[str, tuple[dict[str, str], set[str]]] = {
    "all": ({}, {MATHS, ATLAS, "777"}),
    "apps": ({"productType": "App"}, {MATHS, "777"}),
    "one": ({"adamId": ATLAS}, {ATLAS}),
    "for devices": ({"deviceAssignable": "true"}, {MATHS, "777"}),
    "for ever": ({"revocable": "false"}, {ATLAS}),
    "plenty": ({"minAvailableCount": "6"}, {MATHS, "777"}),
    "few": ({"maxAvailableCount": "5"}, {ATLAS}),
    "used": ({"minAssignedCount": "1"}, {MATHS}),
    "unused": ({"maxAssignedCount": "0"}, {ATLAS, "777"}),
    "dear": ({"pricingParam": "PLUS"}, set()),
    "limited": ({"unlimited": "false"}, {MATHS, ATLAS}),
}


@pytest.mark.parametrize(("query", "expected"), ASSETS.values(), ids=ASSETS.keys())
def test_assets_are_filtered(library: Library, query: dict[str, str], expected: set[str]) -> None:
    """Each filter of the asset list keeps what its name says."""
    library.finish(library.associate(library.serials[:1]))
    library.tenant.apps.buy(HERE, "777", 100, unlimited=True)
    assert {asset["adamId"] for asset in library.listed("assets", **query)} == expected


def test_what_costs_nothing_is_told_apart_on_request(library: Library) -> None:
    """Free assets without limit come with the largest number, or in a list of their own without numbers."""
    library.tenant.apps.buy(HERE, "777", 0, unlimited=True)
    assert library.get("assets").json()["assets"][-1]["totalCount"] == 2147483647
    apart = library.get("assets", unlimited="true").json()
    assert [asset["adamId"] for asset in apart["unlimitedAssets"]] == ["777"]
    assert "totalCount" not in apart["unlimitedAssets"][0]


def test_lists_of_changes_hold_the_changes(library: Library) -> None:
    """A list since a version holds what came after it, and nothing if nothing did."""
    library.finish(library.associate(library.serials[:2]))
    before = library.get("assignments").json()["versionId"]
    assert library.listed(sinceVersionId=before) == []
    library.finish(library.associate(library.serials[:3]))
    assert [item["serialNumber"] for item in library.listed(sinceVersionId=before)] == [library.serials[2]]


def test_somebody_manages_the_location(library: Library) -> None:
    """mdmInfo is nobody's until it is set, and then every answer tells it."""
    assert "mdmInfo" not in library.get("client/config").json()
    assert library.post("client/config", {"mdmInfo": MDM}).json()["mdmInfo"] == MDM
    assert library.get("assets").json()["mdmInfo"] == MDM


def test_notifications_are_kept(library: Library) -> None:
    """Who gave an address is tested at once, and told what events did and what was bought, of the types that were asked for."""
    library.post("client/config", NOTED | {"notificationTypes": ["ASSET_COUNT", "USER_MANAGEMENT"]})
    library.tenant.apps.buy(HERE, MATHS, 5)
    library.finish(library.people("create", "ann", "stranger"))
    told = [(kind, body.get("result"), body.get("countDelta")) for _, kind, body in library.tenant.apps.notifications(HERE)]
    users = [("USER_MANAGEMENT", "SUCCESS", None), ("USER_MANAGEMENT", "FAILURE", None)]
    assert told == [("TEST_NOTIFICATION", None, None), ("ASSET_COUNT", None, 5), *users]
    assert library.get("client/config").json()["subscribedNotificationTypes"] == ["ASSET_COUNT", "USER_MANAGEMENT"]


def test_licences_move_between_locations(library: Library) -> None:
    """A transfer takes free licences only, and gives them to the other location's library."""
    library.finish(library.associate(library.serials[:20]))
    with pytest.raises(PortalError, match="10 free licences"):
        library.tenant.apps.transfer(MATHS, 11, HERE, THERE)
    library.tenant.apps.transfer(MATHS, 10, HERE, THERE)
    assert library.tenant.apps.assets(HERE)[MATHS, "STDQ"] == (20, 20)
    assert library.tenant.apps.assets(THERE) == {(MATHS, "STDQ"): (10, 0)}
    assert number(library.get("assets"))[0] == 200
    library.use(library.tenant.apps.content_token(THERE))
    assert [asset["adamId"] for asset in library.listed("assets")] == [MATHS]


def test_the_port_has_this_door_too(library: Library) -> None:
    """On a port the door is below /apps, and service/config tells addresses that lead there."""
    with serve(library.tenant) as server:
        served = Library(base_url=f"{server.base_url}/apps", tenant=library.tenant)
        urls = served.get("service/config").json()["urls"]
        assert urls["getAssets"] == f"{server.base_url}/apps/mdm/v2/assets"
        assert served.http.get(urls["getAssets"]).json()["size"] == 2
        assert account("ann") not in served.http.get(urls["getUsers"]).text


def test_the_portal_has_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Buying, transferring and downloading a token can be done from the command line, and no token is printed."""
    file, token = tmp_path / "school.sqlite", tmp_path / "north.vpptoken"
    assert run(["simulator", "seed", str(file), "--devices", "0"]) == 0
    assert run(["simulator", "portal", "buy", str(file), HERE, MATHS, "30"]) == 0
    assert run(["simulator", "portal", "transfer", str(file), HERE, THERE, MATHS, "10"]) == 0
    assert run(["simulator", "portal", "content-token", str(file), HERE, "--out", str(token)]) == 0
    assert token.stat().st_mode & 0o777 == 0o600
    assert token.read_text().strip() not in "".join(capsys.readouterr())
    with Tenant.open(file) as tenant:
        library = Library(tenant=tenant)
        library.use(token.read_bytes())
        assert library.get("assets").json()["assets"][0]["totalCount"] == 20
