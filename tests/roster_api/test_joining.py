from __future__ import annotations

from collections.abc import Mapping

from providers.roster_api.calls import Account
from providers.roster_api.observe import Reading, roles
from providers.roster_api.people import Joined, joined, named
from providers.roster_api.places import Site, by_people, by_sites
from reconciler.desired import Desired
from reconciler.kinds.frame import ADMINISTRATOR, Contact
from reconciler.kinds.roles import ROLE, Grant
from reconciler.provider import Look
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Declared, Source
from tests.roster.district import roster_of

SOURCE = Source("roles.yaml")
NORTH = (("Instructor", "LO:1"),)


def _person(id_: str, first: str, last: str, email: str = "", location: str = "north") -> dict[str, str]:
    return {"person_id": id_, "first_name": first, "last_name": last, "email_address": email, "location_id": location}


def _look(*staff: dict[str, str], administrators: dict[str, tuple[str, str, str]] | None = None, grants: tuple[Grant, ...] = ()) -> Look:
    mask = REHEARSED.mask
    contacts = {
        key: Contact(first_name=mask("first_name", first), last_name=mask("last_name", last), email=mask("email", email))
        for key, (first, last, email) in (administrators or {}).items()
    }
    items: dict[str, Mapping[str, Declared]] = {ADMINISTRATOR: {key: Declared(contact, SOURCE, key) for key, contact in contacts.items()}}
    items[ROLE.name] = {grant.name: Declared(grant, SOURCE, "lead") for grant in grants}
    return Look(Desired(items), {}, roster_of({"staff": list(staff)}))


def _account(key: str, first: str, last: str, email: str = "", roles: tuple[tuple[str, str], ...] = NORTH) -> Account:
    return Account(key, email, first, last, roles)


def test_addresses_join_however_they_are_written() -> None:
    """An address joins whatever its case, for people of rosters and for administrators, of whom only hashes are known."""
    look = _look(_person("t-1", "Ann", "A", "Ann@School.example"), administrators={"jane": ("Jane", "J", "jane@school.example")})
    found = joined([_account("1", "Anne", "Other", "aNN@school.EXAMPLE"), _account("2", "J", "J", "JANE@school.example")], look)
    assert (found.people, found.administrators) == ({"1": "t-1"}, {"2": "jane"})


def test_a_name_joins_only_whom_nobody_else_is_called() -> None:
    """Without an address the exact name joins, if one person and one account have it; namesakes stay unknown."""
    staff = [_person("t-1", "Ann", "A"), _person("t-2", "Bob", "B"), _person("t-3", "Bob", "B"), _person("t-4", "Cy", "C")]
    accounts = [_account("1", "Ann", "A"), _account("2", "Bob", "B"), _account("3", "Cy", "C"), _account("4", "Cy", "C")]
    assert joined(accounts, _look(*staff)).people == {"1": "t-1"}
    assert joined([_account("1", "ann", "A")], _look(*staff)).people == {}


def test_an_administrator_with_a_namesake_in_the_rosters_is_not_guessed() -> None:
    """A name that an administrator and a teacher share joins neither, and an address that is known wins over it."""
    look = _look(_person("t-1", "Ann", "A", "ann@school.example"), administrators={"ann": ("Ann", "A", "ann@office.example")})
    assert joined([_account("1", "Ann", "A", "other@x.example")], look) == Joined({}, {})
    assert joined([_account("1", "Ann", "A", "ann@office.example")], look) == Joined({}, {"1": "ann"})


def test_two_accounts_with_one_address_are_not_guessed() -> None:
    """An address that two accounts have, or two people, joins nobody."""
    one = _person("t-1", "Ann", "A", "ann@school.example")
    accounts = [_account("1", "X", "X", "ann@school.example"), _account("2", "Y", "Y", "ann@school.example")]
    assert joined(accounts, _look(one)).people == {}
    assert joined(accounts[:1], _look(one, {**one, "person_id": "t-2"})).people == {}


def test_who_is_both_is_known_by_both_names() -> None:
    """An administrator who stands in a roster, too, holds a role under whichever name it is declared."""
    pseudonym = REHEARSED.of("person", "t-1")
    grant = Grant(person=pseudonym, role="Manager", location="north")
    people = [_person("t-1", "Ann", "A", "ann@school.example")]
    look = _look(*people, administrators={"ann": ("Ann", "A", "ann@school.example")}, grants=(grant,))
    accounts = [_account("1", "Ann", "A", "ann@school.example", (("Manager", "LO:1"), ("Staff", "LO:1")))]
    found = joined(accounts, look)
    assert named(found, look) == {"1": ("ann", pseudonym)}
    assert set(roles(look, Reading(accounts, found, {"LO:1": "north"}), {}).items) == {f"{pseudonym}/manager/north", "ann/staff/north"}


def _crowd(count: int, location: str, id_: str, begin: int = 0) -> tuple[list[dict[str, str]], list[Account], dict[str, str]]:
    numbers = range(begin, begin + count)
    rows = [_person(f"t-{at}", f"A{at}", "B", location=location) for at in numbers]
    return rows, [_account(str(at), "", "", roles=(("Instructor", id_),)) for at in numbers], {str(at): f"t-{at}" for at in numbers}


def test_a_location_is_known_by_its_people() -> None:
    """Where the files have nearly all who are at an id, that is the location; a few people, or a mixture, show nothing."""
    rows, accounts, people = _crowd(20, "north", "LO:1")
    some, others, more = _crowd(2, "south", "LO:2", begin=20)
    rows[0]["location_id"] = "south"  # one has just moved
    roster = roster_of({"staff": rows + some})
    assert by_people([*accounts, *others], people | more, roster) == {"LO:1": "north"}
    for row in rows[:10]:
        row["location_id"] = "south"
    assert by_people(accounts, people, roster_of({"staff": rows})) == {}


def test_one_location_is_not_two_ids() -> None:
    """A location that two of Apple's ids would mean stays unknown."""
    rows, accounts, people = _crowd(10, "north", "LO:1")
    moved = [Account(one.key, "", "", "", (("Instructor", "LO:2" if int(one.key) > 4 else "LO:1"),)) for one in accounts]
    assert by_people(moved, people, roster_of({"staff": rows})) == {}


def test_a_location_is_known_by_its_name() -> None:
    """The list of the device enrolment service tells the upload's id, or a name that one location has; the rest stays unknown."""
    sites = [Site("1", "north", "Whatever"), Site("2", "", "South school"), Site("3", "", "Twin")]
    names = {"north": "North School", "south": "South School", "a": "Twin", "b": "Twin"}
    assert by_sites(["LO:1", "LO:2", "LO:3", "LO:9"], sites, names) == {"LO:1": "north", "LO:2": "south"}


def test_what_could_be_elsewhere_is_not_taken_for_gone() -> None:
    """A role at an id that means no location may be the one that is declared: nobody is told to grant it, and it can be confirmed."""
    who = REHEARSED.of("person", "t-1")
    wanted = [Grant(person=who, role=role, location="north") for role in ("Manager", "Staff")]
    look = _look(_person("t-1", "Ann", "A", "ann@school.example"), grants=(wanted[0], wanted[1]))
    accounts = [_account("1", "Ann", "A", "ann@school.example", (("Manager", "LO:9"),))]
    found = roles(look, Reading(accounts, joined(accounts, look), {}), {})
    assert {name: seen.spec.untold for name, seen in found.items.items()} == {wanted[0].name: True}
    assert found.nowhere == {"north"}
