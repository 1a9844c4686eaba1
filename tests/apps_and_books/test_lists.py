from __future__ import annotations

import re

import pytest

from providers.apps_and_books import calls
from providers.apps_and_books.decode import Licence, Limits, config, each
from reconciler.errors import ProviderError, Unauthorized
from tests.apps_and_books.campus import Campus
from tests.simulator.apps.library import ATLAS, HERE, MATHS

BASE = "https://vpp.itunes.apple.com/mdm/v2"


@pytest.fixture
def campus() -> Campus:
    """A library whose pages hold three."""
    campus = Campus()
    campus.wire.finish(campus.wire.associate(campus.wire.serials[:10]))
    campus.tenant.switches.set("apps_page_size", 3)
    return campus


def _read(campus: Campus) -> set[Licence]:
    return set(each(campus.library.read(calls.assignments, campus.report).items))


def test_a_list_is_read_whole(campus: Campus) -> None:
    """Every page is read once, to the one that names no next."""
    assert _read(campus) == campus.held()
    assert campus.requests("GET assignments") == 4


@pytest.mark.parametrize("switch", ["apps_total_pages=moves", "apps_version=moves@appsassignments:3", "apps_limits_told=unknown"])
def test_what_moves_during_a_walk_is_survived(campus: Campus, switch: str) -> None:
    """A list whose version moves on the way is begun anew, and totals that move mean nothing."""
    campus.tenant.switches.set(*switch.split("="))
    assert _read(campus) == campus.held()


def test_a_list_that_never_rests_is_an_error(campus: Campus) -> None:
    """A list that moves with every page is given up in words, after a bounded number of tries."""
    campus.tenant.switches.set("apps_version", "moves")
    with pytest.raises(ProviderError, match="changes faster than it can be read"):
        _read(campus)
    assert campus.requests("GET assignments") == 5 * 4


def test_a_list_that_became_shorter_is_read_anew(campus: Campus) -> None:
    """A page that is out of range by the time it is asked for begins the list anew."""
    begun = campus.wire.associate(campus.wire.serials[1:10], verb="disassociate")
    assert begun.status_code == 200
    campus.tenant.switches.set("slow_answer", "30@appsassignments:1")
    assert _read(campus) == campus.held()
    assert len(campus.held()) == 1


def test_assets_users_and_the_location_are_understood(campus: Campus) -> None:
    """Assets say what may be done with them, users whether they are active, and the location who it is."""
    campus.wire.finish(campus.wire.people("create", "ann", "ben"))
    campus.wire.finish(campus.wire.people("retire", "ben"))
    assets = {asset.id.adam_id: asset for asset in campus.library.read(calls.assets, campus.report).items}
    assert (assets[MATHS].total, assets[MATHS].assigned, assets[MATHS].available, assets[MATHS].book) == (30, 10, 20, False)
    assert (assets[ATLAS].book, assets[ATLAS].device_assignable, assets[ATLAS].revocable) == (True, False, False)
    users = campus.library.read(calls.users, campus.report).items
    assert [(user.id, user.active) for user in users] == [("ann", True), ("ben", False)]
    assert campus.library.read(calls.location, campus.report).name == HERE


def test_the_pace_is_kept(campus: Campus) -> None:
    """No request is refused for coming too soon, whatever limit service/config tells."""
    campus.tenant.switches.set("apps_page_size", 1)
    campus.tenant.switches.set("apps_max_requests_per_second", 2)
    campus.tenant.clock.sleep(1)  # what the fixture asked is of another second
    assert _read(campus) == campus.held()
    assert campus.requests("GET assignments") == 10
    assert all("budget" in notice.text for notice in campus.waits)


@pytest.mark.parametrize("fault", ["cut_connection=before", "html_error_page=502", "broken_json=always", "apps_rate_limited=always"])
def test_a_page_among_five_that_goes_wrong(campus: Campus, fault: str) -> None:
    """Of pages that are asked for at once, the one that meets a fault is asked for again, and the others are not."""
    campus.tenant.switches.set("apps_page_size", 1)
    campus.tenant.switches.set(*f"{fault}@appsassignments:4".split("="))
    assert _read(campus) == campus.held()
    assert campus.requests("GET assignments") == 11


def test_a_page_that_is_not_there(campus: Campus) -> None:
    """Where the total tells more pages than there are, the list still ends where a page names no next one."""
    campus.tenant.switches.set("apps_page_size", 2)
    campus.tenant.switches.set("apps_total_pages", "moves")
    found = list(each(campus.library.read(calls.assignments, campus.report).items))
    assert len(found) == len(set(found)) == 10


def test_addresses_and_limits_are_asked_for_again(campus: Campus) -> None:
    """Limits are read at run time, at most five minutes old, and older copies that tell fewer mean Apple's published ones."""
    assert campus.library.config(campus.report).limits == Limits()
    campus.tenant.switches.set("apps_max_assets", 7)
    assert campus.library.config(campus.report).limits.assets == 25
    campus.tenant.clock.sleep(301)
    campus.tenant.switches.set("apps_limits_told", "older")
    assert campus.library.config(campus.report).limits == Limits(assets=7)


def test_addresses_that_moved_are_found(campus: Campus) -> None:
    """Where an address is gone, service/config is asked for the new one, for reads and for writes."""
    _read(campus)
    campus.tenant.switches.set("apps_urls", "moved")
    assert _read(campus) == campus.held()
    campus.tenant.switches.set("apps_urls", "v2")
    assert {outcome.result.name for outcome in campus.move(campus.licences(12)[10:]).values()} == {"LANDED"}
    assert campus.tenant.apps.events(HERE) == ["ASSOCIATE", "DISASSOCIATE", "ASSOCIATE"][::2]


@pytest.mark.parametrize(
    "url", ["https://evil.example/assets", "http://vpp.itunes.apple.com.evil.example/x", "https://apple.com.evil.example/a"]
)
def test_a_token_goes_to_apple_only(url: str) -> None:
    """An address of another server in service/config is refused before any token is sent there."""
    with pytest.raises(ProviderError, match=r"which is not Apple's"):
        config({"urls": {"getAssets": url}}, BASE)
    moved = config({"urls": {"getAssets": "https://vpp2.apple.com/assets"}, "limits": {"maxAssets": 0}}, BASE)
    assert moved.urls["getAssets"] == "https://vpp2.apple.com/assets"
    assert moved.urls["getUsers"] == f"{BASE}/users"
    assert moved.limits == Limits()


@pytest.mark.parametrize("manner", ["401", "401_9601", "200"])
def test_a_token_that_is_not_known(manner: str) -> None:
    """A token that Apple does not know is Unauthorized with how to get another, whichever status and number say so."""
    campus = Campus()
    campus.tenant.switches.set("apps_bad_token", manner)
    campus.tenant.store.rows("DELETE FROM apps_tokens")
    with pytest.raises(Unauthorized, match=r"content token \(96\d\d\)") as caught:
        campus.library.read(calls.assets, campus.report)
    assert "Content Tokens" in caught.value.hint
    assert campus.requests("GET assets") == 1


ENDS = {"revoked": r"was revoked \(9625\)", "password": r"was revoked \(9625\)", "expired": r"has expired \(9621\)"}


@pytest.mark.parametrize(("how", "words"), ENDS.items())
def test_a_token_that_ended_is_named(how: str, words: str) -> None:
    """A token that was revoked before its date, or has expired, is told apart in words, and never shown."""
    campus = Campus()
    if how == "expired":
        campus.tenant.clock.sleep(366 * 86400)
    else:
        campus.tenant.store.rows("UPDATE apps_tokens SET ended = ?", how)
    with pytest.raises(Unauthorized) as caught:
        campus.library.read(calls.assets, campus.report)
    assert re.search(words, caught.value.message)
    assert campus.token.text not in f"{caught.value}{caught.value.hint}{campus.waits}"


FAULTS = [
    "cut_connection=before",
    "cut_connection=midway",
    "server_error=before",
    "html_error_page=502",
    "broken_json=always",
    "apps_rate_limited=always",
    "apps_unavailable=always",
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("header", ["missing", "seconds", "http_date"])
def test_reads_get_over_what_passes(campus: Campus, fault: str, header: str) -> None:
    """A read that meets a fault twice is repeated until it is answered, after the pause that Apple names if it does."""
    campus.tenant.switches.set("apps_retry_after", header)
    campus.tenant.switches.set("apps_error_retry_after", header)
    campus.tenant.switches.set(*f"{fault}@appsassignments:1-2".split("="))
    assert _read(campus) == campus.held()
    if header != "missing" and "unavailable" in fault:
        assert [notice.wait for notice in campus.waits] == [120.0, 120.0]
