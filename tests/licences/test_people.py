from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.pseudonyms import REHEARSED
from tests.licences.scene import ATLAS, NORTH, PAGES, Scene

CHILDREN = {"s-1": "Quentina", "s-2": "Bartholomea", "s-3": "Wilhelmus"}
APP = f"apps:\n  pages: {{adam_id: {PAGES}, name: Pages, per: user, allocate: {{north: {{people: {{role: student}}}}}}}}\n"
BOOK = f"  atlas: {{adam_id: {ATLAS}, name: Atlas, type: book, per: user, allocate: {{north: {{people: {{classes: [sci-7a]}}}}}}}}\n"


def who(person: str) -> str:
    """A pseudonym."""
    return REHEARSED.of("person", person)


def roster(children: Mapping[str, str]) -> str:
    """These children, a teacher, and a class of the first two children that are there."""
    rows = [
        f"  {id_}: {{role: student, first_name: {name}, last_name: Vexley, locations: [north], email: {name.lower()}@riverside.example}}"
        for id_, name in children.items()
    ]
    students = ", ".join(list(children)[:2])
    return "\n".join(
        (
            "locations: {north: {name: North School}}",
            "people:",
            "  t-1: {role: staff, first_name: Tessaly, last_name: Vexley, locations: [north], email: tessaly@riverside.example}",
            *rows,
            "courses: {sci: {location: north, name: Science}}",
            f"classes: {{sci-7a: {{course: sci, location: north, instructors: [t-1], students: [{students}]}}}}\n",
        )
    )


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A school whose people have accounts at Apple."""
    made = Scene(tmp_path)
    made.people({**CHILDREN, "t-1": "Tessaly"})
    made.write(APP + BOOK, roster=roster(CHILDREN))
    return made


def test_people_become_users_before_they_get_licences(scene: Scene) -> None:
    """Everybody meant becomes a user under a pseudonym, with the account of the roster, and then has the app or the book."""
    code, said = scene.apply()
    assert code == 0, said
    assert scene.users() == {who(person): "Associated" for person in (*CHILDREN, "t-1")}
    assert scene.held() == {
        *((PAGES, who(child)) for child in CHILDREN),
        *((ATLAS, who(person)) for person in ("s-1", "s-2", "t-1")),
    }
    assert scene.events()[0] == "CREATE"
    assert scene.run("plan")[0] == 0


def test_a_leaver_gives_back_before_being_retired(scene: Scene) -> None:
    """Who leaves the roster loses the app, then stops being a user; a book stays, as Apple cannot take it back."""
    scene.apply()
    scene.write(APP + BOOK, roster=roster({id_: name for id_, name in CHILDREN.items() if id_ != "s-1"}))
    begun = len(scene.events())
    code, said = scene.apply()
    assert code == 0, said
    assert (PAGES, who("s-1")) not in scene.held()
    assert scene.users()[who("s-1")] == "Retired"
    assert scene.events()[begun:][:2] == ["DISASSOCIATE", "RETIRE"]


def test_without_an_address_nobody_gets_anything(scene: Scene) -> None:
    """People whose account is not known are counted, not named, and the others get theirs."""
    scene.write(APP, roster=roster(CHILDREN).replace("email: quentina@riverside.example", "grade: 7"))
    code, said = scene.apply()
    assert code == 0, said
    assert "cannot be given to 1 people: the roster has no e-mail address of theirs" in said
    assert scene.held() == {(PAGES, who("s-2")), (PAGES, who("s-3"))}


def test_who_comes_back_is_made_a_user_again(scene: Scene) -> None:
    """Somebody who left and came back is a user again, with the licence."""
    scene.apply()
    scene.write(APP, roster=roster({id_: name for id_, name in CHILDREN.items() if id_ != "s-3"}))
    scene.apply()
    scene.write(APP, roster=roster(CHILDREN))
    code, said = scene.apply()
    assert code == 0, said
    assert (PAGES, who("s-3")) in scene.held()
    assert scene.users()[who("s-3")] == "Associated"


def test_an_unknown_class_is_an_error(scene: Scene) -> None:
    """A class that no roster has stops the plan, with its name."""
    scene.write(APP + BOOK.replace("sci-7a", "sci-9z"), roster=roster(CHILDREN))
    code, said = scene.run("plan")
    assert code == 1
    assert '"atlas" (north) is given to the class sci-9z, which the roster does not have.' in said


def test_no_run_tells_a_name_or_a_token(scene: Scene, tmp_path: Path) -> None:
    """Nothing that a run prints, plans, records or keeps holds a child's name, an address or a content token."""
    said = [scene.run("plan", "--out", str(tmp_path / "plan.json"))[1], scene.run("plan", "--json")[1]]
    said += [scene.run("plan", "--markdown")[1], scene.run("plan", "--html", str(tmp_path / "plan.html"))[1]]
    scene.switch({"apps_partial_failure": "3"})
    said.append(scene.apply()[1])
    scene.switch({"apps_partial_failure": "0", "apps_password_changed": "9625"})
    said.append(scene.apply()[1])
    with scene.apple() as apple:
        apple.apps.revoke_tokens(NORTH)
    code, refused = scene.run("plan")
    assert code not in (0, 2)
    said.append(refused)
    tokens = [path.read_text().strip() for path in tmp_path.rglob("*.vpptoken")]
    assert len(tokens) == 2
    theirs = {"roster.yaml", "simulator.sqlite", "simulator.sqlite-wal", "simulator.sqlite-shm"}
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".vpptoken" and path.name not in theirs]
    assert {"plan.json", "plan.html", "record.tsv", "ledger.jsonl"} <= {path.name for path in kept}
    everything = "\n".join(said).encode() + b"\n".join(path.read_bytes() for path in kept)
    for secret in (*tokens, *CHILDREN.values(), "Vexley", "Tessaly", *(f"{name.lower()}@" for name in CHILDREN.values())):
        assert secret.encode() not in everything, secret[:12]
