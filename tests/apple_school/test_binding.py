from __future__ import annotations

import re

import pytest

from providers.apple_school.binding import bind
from providers.apple_school.decode import Service
from reconciler.diagnostic import Severity
from reconciler.kinds.devices import MdmServer
from reconciler.kinds.naming import slug
from reconciler.resource import Declared
from tests.apple_school.school import HERE, entry, servers

JAMF, INTUNE = Service("ID1", "Jamf School"), Service("ID2", "Intune")


def _declared(name: str, id_: str | None = None) -> dict[str, Declared]:
    return {"jamf": Declared(MdmServer(name=name, id=id_), HERE, "jamf")}


def _ids(services: list[Service], declared: dict[str, Declared], recorded: dict[str, str] | None = None) -> dict[str, str]:
    bound = bind(services, declared, {name: entry("f", id_) for name, id_ in (recorded or {}).items()})
    return {name: service.id for name, service in bound.services.items()}


def test_by_display_name() -> None:
    """A service that was never seen before is found by its display name, blanks around it aside."""
    assert _ids([JAMF, INTUNE], _declared(" Jamf School ")) == {"jamf": "ID1", "intune": "ID2"}


def test_a_rename_in_the_portal_keeps_its_name_here() -> None:
    """A recorded service that was renamed in the portal is still found, by its id."""
    assert _ids([Service("ID1", "Something else"), INTUNE], _declared("Jamf School"), {"jamf": "ID1"})["jamf"] == "ID1"


def test_a_new_service_of_the_old_name() -> None:
    """A recorded service that was deleted and made again under its name is found by that name."""
    assert _ids([Service("ID9", "Jamf School")], _declared("Jamf School"), {"jamf": "ID1"}) == {"jamf": "ID9"}


def test_a_declared_id_outranks_everything() -> None:
    """A declared id says which service is meant, whatever it is called and whatever is recorded."""
    assert _ids([JAMF, INTUNE], _declared("Jamf School", "ID2"), {"jamf": "ID1"})["jamf"] == "ID2"


def test_the_record_keeps_undeclared_names() -> None:
    """A service that is recorded and no longer declared keeps its recorded name."""
    assert _ids([JAMF], {}, {"old-jamf": "ID1"}) == {"old-jamf": "ID1"}


def test_strangers_never_take_a_name_of_ours() -> None:
    """Services that are not ours get names of their own, unlike ours and unlike each other's, in whatever order they come."""
    services = [Service("A1", "Jamf"), Service("A2", "jamf!"), Service("A3", "日本"), JAMF]
    names = _ids(services, _declared("Jamf School"))
    assert names == {"jamf": "ID1", "jamf-a1": "A1", "jamf-a2": "A2", "service": "A3"}
    assert _ids(services[::-1], _declared("Jamf School")) == names


FINDINGS = {
    "two of one name": (
        [JAMF, Service("ID3", "Jamf School")],
        _declared("Jamf School"),
        {},
        "2 live services are called .*: ID1 and ID3",
        "error",
    ),
    "other case": ([Service("ID1", "JAMF school")], _declared("Jamf School"), {}, 'is written "JAMF school"', "warning"),
    "two of other case": ([Service("A", "JAMF"), Service("B", "jamf")], _declared("Jamf"), {}, "2 live services", "error"),
    "deleted": ([Service("ID1", "Jamf School", "DELETED")], _declared("Jamf School"), {"jamf": "ID1"}, "is marked as deleted", "warning"),
    "gone": ([INTUNE], _declared("Jamf School"), {"jamf": "ID1"}, "id ID1, is no longer in", "warning"),
    "a wrong id": ([JAMF], _declared("Jamf School", "ID7"), {}, "no service with the id ID7", "error"),
    "inactive": ([Service("ID1", "Jamf School", "INACTIVE")], _declared("Jamf School"), {}, "is inactive", "warning"),
    "a family twice": (
        [Service("ID1", "Jamf School", families=("iPad",)), Service("ID2", "Intune", families=("iPad",))],
        servers(["Jamf School", "Intune"]),
        {},
        '"Intune" and "Jamf School" each as the default service for iPad',
        "warning",
    ),
}


@pytest.mark.parametrize(("services", "declared", "recorded", "message", "severity"), FINDINGS.values(), ids=FINDINGS.keys())
def test_each_oddity_has_its_own_words(
    services: list[Service], declared: dict[str, Declared], recorded: dict[str, str], message: str, severity: str
) -> None:
    """Duplicate, misspelled, deleted, vanished, inactive and competing services each give one finding that says what to do."""
    findings = bind(services, declared, {name: entry("f", id_) for name, id_ in recorded.items()}).findings
    assert len(findings) == 1
    assert findings[0].severity is Severity(severity)
    assert findings[0].hint
    assert re.search(message, findings[0].message)


def test_a_service_yet_to_be_made_is_no_finding() -> None:
    """A declared service that never was is left to the plan, which makes it a task."""
    assert not bind([INTUNE], _declared("Jamf School"), {}).findings


def test_slugs() -> None:
    """A display name becomes a name that can stand in our files."""
    assert [slug(text) for text in ("Jamf School", "Übung #2 ", "***")] == ["jamf-school", "ubung-2", "service"]
