from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.diagnostic import Severity
from reconciler.kinds.roster import UNKNOWN, Class
from reconciler.plan import Cause, Plan
from reconciler.render.html.data import to_json
from reconciler.render.html.effect import EFFECTS, effect_of
from reconciler.render.html.flows import MOST, picture
from reconciler.render.html.page import render
from reconciler.render.html.sections import ROWS, sections
from reconciler.render.summary import plain
from tests.district import District
from tests.render.html.district import CHILD, change, everything, members, person
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
            "By school",
            "The roster, by class",
            "Locations",
            "science-7a",
            "2 students join, 1 student leaves",
            "Devices, before and after",
            "What happens, riskiest first",
            "40 iPads: Meraki Systems Manager → Jamf School",
            "To do by hand Ticks",
            "1 change of this plan waits for it.",
            "Enter the name Mosyle",
            "What it costs",
            "20 reads a minute, 10 writes an hour",
            "A token ends soon.",
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
    changes = [move(name, name, file=f"{name}/x.yaml"), task(name, name), change("class", name, None, members(1))]
    return plan_of(changes, titles={"jamf": name}, findings=[finding(name), finding(name, Severity.ERROR)])


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
    by_school = next(section for section in sections(plan) if section.id == "schools")
    assert sum(count for row in by_school.rows for _, count in row.counts) == len(plan.changes)
    assert Counter(effect_of(one.verdict) for one in plan.changes) == sum(
        (Counter(dict(row.counts)) for row in by_school.rows), Counter[object]()
    )


@pytest.mark.parametrize(
    ("cause", "takes_over", "key"),
    [(Cause.FOREIGN, True, "taken-over"), (Cause.INTENT, False, "moved"), (Cause.DRIFT, False, "moved")],
)
def test_taking_over_is_told_apart(cause: Cause, takes_over: bool, key: str) -> None:
    """What somebody else set and the plan changes is counted as taken over, whatever else it is."""
    moved = move("A", cause=cause)
    assert effect_of(replace(moved.verdict, takes_over=takes_over)).key == key


def test_a_heading_counts_what_stands_below_it() -> None:
    """What the roster's section tells is not counted again above the lines of devices, but is in the count at the top."""
    page = render(plan_of([move("A"), change("class", "c", None, members(1)), change("class", "d", None, members(2)), task("x", "X")]))
    assert re.search(r"</span>2</span>\s*<span class=\"name\">Created", page)
    assert re.findall(r"</span>([\w ]+) <span class=\"count\">(\d+)</span></h3>", page) == [("Moved", "1"), ("To do by hand", "1")]


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


def test_long_tables_are_cut_aloud() -> None:
    """A section shows its first rows and counts the others."""
    changes = [change("class", f"class-{number:04}", None, members(number)) for number in range(ROWS + 30)]
    roster = next(section for section in sections(plan_of(changes)) if section.id == "roster")
    assert len(roster.rows) == ROWS
    assert roster.more == 30
    assert "… and 30 more rows" in _words(plan_of(changes))


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
