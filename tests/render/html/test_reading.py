from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.diagnostic import Severity
from reconciler.kinds.licences import Licence
from reconciler.kinds.renewals import State
from reconciler.kinds.roster import UNKNOWN, Class
from reconciler.phrases import plain
from reconciler.plan import Cause, Plan
from reconciler.render.html.bars import bars
from reconciler.render.html.data import to_json
from reconciler.render.html.effect import EFFECTS, effect_of
from reconciler.render.html.flows import MOST, picture
from reconciler.render.html.page import render
from reconciler.render.html.sections import SCHOOLS, SENTENCES, schools
from reconciler.render.html.timeline import timeline
from reconciler.resource import Source
from tests.district import District
from tests.render.html.district import BALANCES, CHILD, change, everything, expiry, members, person
from tests.render.plans import finding, many, move, plan_of, task
from tests.render.test_markdown import NASTY


class _Page(HTMLParser):
    """What another reader than a browser makes of the page: tags, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.words = ""
        self._raw = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)
        self._raw = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._raw = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._raw else data


def _words(plan: Plan) -> str:
    return " ".join(_Page(render(plan)).words.split())


def test_the_summary_has_what_a_reviewer_needs() -> None:
    """The page says what is refused, what happens where, what moves, whose class changes, what to do by hand, the price and the rest."""
    words = _words(everything()).partition("Go to the plan")[2]
    places = [
        words.index(said)
        for said in (
            "Riverside",
            "Monday, 23 November 2026, 00:00 (America/Los_Angeles)",
            "Refused by 2 guards",
            "Applying takes about 3 minutes.",
            "allow: updates",
            "Look at these twice",
            "North School: class latin-9 ends (its students are removed",
            "North School: 1 student leaves (accounts deactivated, deleted after 120 days)",
            "By school",
            "4 people, 3 classes, 1 Mac, 1 location, 1 app",
            "3 students: grade 6 → 7",
            "science-7a: 2 students join; 1 student leaves it",
            "1 class begins",
            "Students in each: art-5 (2)",
            "Devices, before and after",
            "Licences of apps and books",
            "20 owned · 12 in use now · 18 after",
            "15 given out",
            "10 short",
            "Buy 10 more at North School in Apps and Books. East has 4 idle.",
            "What happens, riskiest first",
            "40 iPads: Meraki Systems Manager → Jamf School Why",
            "To do by hand Ticks",
            "1 change of this plan waits for it.",
            "Enter the name Mosyle",
            "What ends, and when",
            "Revoked: 2 January 2027, in 40 days",
            "The push token due. Renew push so.",
            "23 December 2026, in 30 days",
            "What it costs",
            "20 reads a minute, 10 writes an hour",
            "The key is old.",
            "AWAITED0001",
            "344 devices on Jamf School, not ours",
            "Every change",
        )
    ]
    assert places == sorted(places)


def test_no_child_is_named() -> None:
    """Nothing that tells who somebody is stands anywhere in the page, its data included."""
    page = render(everything())
    assert [word for word in CHILD if word in page] == []
    assert "s-1" not in page
    assert "personal details" in render(plan_of([change("person", "p-1", None, person("6"))]))


def test_what_is_not_known_is_not_said_to_differ() -> None:
    """Of a class that only our record remembers, the page says how many were in it, and nothing of who or what it was."""
    before = Class(course=UNKNOWN, location="north", number=UNKNOWN, students=(UNKNOWN,) * 28)
    words = _words(plan_of([change("class", "science-7a", before, members(1, 2, 3))]))
    assert "28 → 3 students" in words
    assert UNKNOWN not in words


def test_who_asks_for_a_person_is_not_told() -> None:
    """The entry that declares a person is called by their id, which the page does not hold."""
    moved = change("person", "p-1", person("6"), person("7"))
    assert "student-4711" not in render(plan_of([replace(moved, verdict=replace(moved.verdict, origin="student-4711"))]))


def test_a_person_is_not_called_by_a_title() -> None:
    """A title that some part of the plan keeps for a person is not shown."""
    plan = plan_of([change("person", "p-1", person("6"), person("7"))])
    assert "Zelda Q" not in render(replace(plan, titles={"person": {"p-1": "Zelda Q"}}))


@pytest.mark.parametrize("name", [*NASTY, "</script><img src=x onerror=alert(1)>", "<!--<script>", "]]>", "'\"`${1}"])
def test_no_name_makes_markup(name: str) -> None:
    """Whatever a name holds, the page has the elements and attributes that a plain name gives it."""
    hostile, harmless = (_Page(render(_named(text))) for text in (name, "Jamf"))
    assert hostile.tags == harmless.tags
    assert hostile.attributes == harmless.attributes


def _named(name: str) -> Plan:
    classes = [change("class", name, None, members(1)), change("class", f"{name} 2", members(1), None)]
    changes = [move(name, name, file=f"{name}/x.yaml"), task(name, name), *classes]
    ending = replace(expiry(("x", State.DUE, 9)), title=name, owner=name, says=name, how=name)
    plan = plan_of(changes, titles={"jamf": name}, findings=[finding(f"{name}."), finding(name, Severity.ERROR)])
    return replace(plan, renewals=(ending,), balances=(replace(BALANCES[0], app=name),))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), min_size=1, max_size=5, unique=True))
def test_the_data_holds_every_name(names: list[str]) -> None:
    """The data is JSON with every name on its own line, and none of its letters can end the element it stands in."""
    text = str(to_json(plan_of([move(name) for name in names])))
    assert not set("<>&") & set(text)
    assert sorted(name for group in json.loads(text)["groups"] for name in group[3].split("\n")) == sorted(plain(name) for name in names)


def test_names_that_share_a_verdict_share_its_words() -> None:
    """The page of 100,000 devices is hardly larger than their serial numbers."""
    plan = plan_of(many(100_000, 20))
    names = sum(len(one.name) + 1 for one in plan.changes)
    assert len(render(plan)) < names * 1.1 + 100_000


def test_nothing_but_its_own_script_may_run() -> None:
    """The policy allows the page's own style and script by their hash, and nothing to be loaded or sent."""
    page = render(everything())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src &#39;none&#39;;")
    assert "unsafe" not in policy[1]
    for block in re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL):
        assert base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() in policy[1]
    assert not re.search(r'\b(?:src|style|on\w+)="', page)


def test_the_approval_can_be_copied() -> None:
    """What is shown to lift the refusals is YAML that says exactly what they ask for."""
    shown = re.search(r'<pre id="approval"[^>]*>(.*?)</pre>', render(everything()), re.DOTALL)
    assert shown
    approvals = YAML(typ="safe").load(shown[1].replace("&#34;", '"'))["approvals"]
    assert [approval["scope"] for approval in approvals] == ["service-1", "service-2"]


def test_every_change_has_one_effect() -> None:
    """The counts by school add up to the changes of the plan, each counted once."""
    plan = everything()
    found = schools(plan)
    assert sum(count for school in found for _, count in school.counts) == len(plan.changes)
    assert Counter(effect_of(one.verdict) for one in plan.changes) == sum((Counter(dict(one.counts)) for one in found), Counter[object]())


@pytest.mark.parametrize(
    ("cause", "takes_over", "key"),
    [(Cause.FOREIGN, True, "taken-over"), (Cause.INTENT, False, "moved"), (Cause.DRIFT, False, "moved")],
)
def test_taking_over_is_told_apart(cause: Cause, takes_over: bool, key: str) -> None:
    """What somebody else set and the plan changes is counted as taken over, whatever else it is."""
    moved = move("A", cause=cause)
    assert effect_of(replace(moved.verdict, takes_over=takes_over)).key == key


def test_a_heading_counts_what_stands_below_it() -> None:
    """What the schools tell of their rosters is not counted again above the lines of devices, nor are tasks; the top counts all."""
    page = render(plan_of([move("A"), change("class", "c", None, members(1)), change("class", "d", None, members(2)), task("x", "X")]))
    assert re.search(r"</span>2</span>\s*<span class=\"name\">Created", page)
    assert re.findall(r"</span>([\w ]+) <span class=\"count\">(\d+)</span></h3>", page) == [("Moved", "1")]


def test_effects_are_told_without_colour() -> None:
    """Every effect has words of its own, and within one tone no two share symbol and label."""
    assert len({effect.key for effect in EFFECTS}) == len({effect.label for effect in EFFECTS}) == len(EFFECTS)
    assert all(effect.symbol and effect.meaning for effect in EFFECTS)


def test_flows_count_every_move() -> None:
    """Bars on both sides and the table count every device that moves, and few bands are drawn however many services there are."""
    drawn = picture(plan_of(many(3_000, 60, lines=60)))
    assert drawn
    assert sum(flow.count for flow in drawn.flows) == 3_000
    for side in ("before", "after"):
        assert sum(node.count for node in drawn.nodes if node.side == side) == 3_000
    assert len(drawn.bands) == MOST


def test_long_lists_are_cut_aloud() -> None:
    """The page tells the first schools, sentences and classes, and counts the others."""
    begin = [change("class", f"class-{number:04}", None, members(number)) for number in range(SENTENCES + 30)]
    end = [change("class", f"old-{number:04}", members(number), None) for number in range(SENTENCES)]
    assert "class-0059 (1) · and 30 more" in _words(plan_of(begin))
    words = _words(plan_of([*begin, *end, *(move(f"S{number}", file=f"school-{number}/x.yaml") for number in range(SCHOOLS + 4))]))
    assert "… and 1 more sentence" in words
    assert "… and 5 more schools" in words


def test_classes_stand_in_their_order() -> None:
    """Year 9 comes before year 10."""
    found = schools(plan_of([change("class", name, None, members(1)) for name in ("10-A", "9-B", "10-B", "9-A")]))
    assert [" ".join(name.split()) for name in found[0].sentences[0].names] == ["9-A (1)", "9-B (1)", "10-A (1)", "10-B (1)"]


def test_a_folder_of_a_location_is_that_school() -> None:
    """Devices whose folder has the key of a location are told beside that location's people and classes."""
    plan = plan_of([move("A", file="north/devices.yaml"), change("class", "c", None, members(1))])
    found = schools(replace(plan, titles={"location": {"north": "North School"}}))
    assert [(school.title, school.nouns) for school in found] == [("North School", "1 iPad, 1 class")]


def test_a_move_between_schools_is_told_at_both() -> None:
    """A student who changes class and school leaves the one for the other, in the words of both schools."""
    there = members(5).model_copy(update={"location": "south"})
    joined = there.model_copy(update={"students": ("s-5", "s-1")})
    found = schools(plan_of([change("class", "a", members(1, 2), members(2)), change("class", "b", there, joined)]))
    assert [(school.title, [one.words for one in school.sentences]) for school in found] == [
        ("north", ["a: 1 student moves to b"]),
        ("south", ["b: 1 student comes from a"]),
    ]


def test_people_share_their_words() -> None:
    """Of people who each have a verdict of their own, the page writes what it says of them once, and each one's line in the file."""
    people = [change("person", f"p-{number:013}", None, person("6")) for number in range(20_000)]
    apart = [
        replace(one, verdict=replace(one.verdict, fingerprint=one.name, source=Source("people.csv", number + 2)))
        for number, one in enumerate(people)
    ]
    content = json.loads(str(to_json(plan_of(apart))))
    (group,) = content["groups"]
    assert group[4][:3] == [2, 3, 4]
    assert "people.csv" in content["texts"]
    assert "student, grade 6" in content["texts"]
    assert len(render(plan_of(apart))) < sum(len(one.name) + 7 for one in people) + 100_000


def test_people_are_told_apart_where_it_shows() -> None:
    """People in different grades, or of whom personal details change and of others not, are not said to be the same."""
    renamed = person("6").model_copy(update={"first_name": "Other"})
    pairs = [(person("6"), renamed), (person("5"), person("6")), (person("6"), person("7")), (None, person("7"))]
    plan = plan_of([change("person", f"p-{number}", *pair) for number, pair in enumerate(pairs)])
    assert len(json.loads(str(to_json(plan)))["groups"]) == len(pairs)


def test_licences_add_up() -> None:
    """What is drawn of an app fills its bar without overlap, what is lacking lies beyond what is owned, and no limit has no bar."""
    for bar in bars(everything()):
        for left, right in pairwise(bar.segments):
            assert left.start + left.width <= right.start + 0.02
        assert bar.segments[-1].start + bar.segments[-1].width == pytest.approx(100, abs=0.05)
        assert bar.segments[-1].start == pytest.approx(bar.edge, abs=0.02)
    plan = replace(plan_of([change("licence", "north.3.x", None, Licence(app="north.3", holder="device"))]), balances=BALANCES[2:])
    unlimited = replace(plan, changes=(replace(plan.changes[0], verdict=replace(plan.changes[0].verdict, scope="north.3")),))
    assert "no limit · 5 in use now · 6 after" in _words(unlimited)
    assert 'class="licence" aria-hidden="true" width="100%"' not in render(unlimited)


def test_the_line_keeps_the_order_of_days() -> None:
    """On the time line sooner is further left, no two numbers of a row touch, and what has no day is in the table alone."""
    line = timeline(everything())
    assert line
    assert [(one.number, one.tone) for one in line.endings] == [
        *((1, "danger"), (2, "danger"), (0, "caution"), (3, "caution"), (4, "caution"), (5, "new"), (0, "quiet")),
    ]
    assert [mark.number for mark in sorted(line.marks, key=lambda mark: mark.x)] == [2, 3, 4, 1, 5]
    rows = {mark.y: [other.x for other in line.marks if other.y == mark.y] for mark in line.marks}
    assert all(right - left >= 9 for row in rows.values() for left, right in pairwise(sorted(row)))


def test_a_warning_is_told_once() -> None:
    """What the time line says of a renewal is not said again among the warnings."""
    assert _words(everything()).count("The push token due.") == 1


def test_an_empty_plan_is_a_page() -> None:
    """A plan that does nothing says so."""
    assert "Nothing to apply" in _words(plan_of([]))


def test_the_command_writes_the_page(district: District) -> None:
    """`plan --html FILE` writes the page and says so; a place that cannot be written to is an error in a sentence."""
    file = district.folder / "plan.html"
    assert f"Written to {file}" in district.run("plan", "--html", str(file)).err
    assert "Test District" in file.read_text(encoding="utf-8")
    failed = district.run("plan", "--html", str(district.folder / "missing" / "plan.html"))
    assert failed.code == 1
    assert "The page could not be written to" in failed.err
