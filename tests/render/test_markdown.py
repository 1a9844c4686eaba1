from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt  # comes with rich; a Markdown reader of its own judges what we write

from reconciler.plan import LeftAlone, Plan
from reconciler.render.markdown import LIMIT, escape, render
from tests.render.plans import BINDING, finding, many, move, plan_of, refusal, task, waiting

NASTY = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "@everyone and @octocat",
    "a | b | c",
    "`code` and ```fence```",
    "line one\nline two",
    "line one\r\n\r\n# Heading\n\n- item",
    "\u2028# Heading",
    "[click](https://evil.example/)",
    "![picture](https://evil.example/x.png)",
    "https://evil.example/ and www.evil.example",
    "**bold** _under_ ~~gone~~ *it*",
    "</summary></details><b>out</b>",
    "<!-- comment",
    "&lt;script&gt; &amp; &#60;",
    "\\*backslash\\",
    "#1 and GH-1 and !2",
    "\x1b[31mred\x1b[0m and \x07",
    "\u202egnirts desrever",
    "- [x] done",
    "1. one",
    "> quote",
    "# heading",
    "$x$ and $$y$$",
]


class _Page(HTMLParser):
    """What a browser would make of it: tags, links and text."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: set[str] = set()
        self.text = ""
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(render(plan)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links.update(value or "" for name, value in attrs if name in ("href", "src"))

    def handle_comment(self, data: str) -> None:
        self.tags[f"comment {data}"] += 1

    def handle_data(self, data: str) -> None:
        self.text += data


def _shown(text: str) -> str:
    """Text as a reader sees it: white space is one blank, and what has no width is not seen."""
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())


def _plan_with(name: str) -> Plan:
    """A plan in which every text that others may choose is this name."""
    return plan_of(
        [move("AAAA0000001", cause=move("x").verdict.cause, file=f"{name}.yaml"), task("mosyle", name)],
        titles={"jamf": name, "meraki": "Meraki"},
        binding=replace(BINDING, organization=name, revision=name),
        left_alone=[LeftAlone("device_assignment", 3, f"on {name}, not ours")],
        findings=[finding(f"The service {name} is twice there.")],
        refusals=[refusal(1, f"devices on {name} would change")],
    )


def _total(text: str) -> int:
    """All changes that a Markdown plan accounts for, whatever was cut."""
    lines = [int(found.replace(",", "")) for found in re.findall(r"^- \*\*([\d,]+) ", text, re.MULTILINE)]
    cut = [int(found.replace(",", "")) for found in re.findall(r"more lines? with ([\d,]+) changes?", text)]
    return sum(lines) + sum(cut)


def _counted_entries(text: str, line: str) -> int:
    """What the entries below one line add up to, those that were cut included."""
    below = text.partition(line)[2].partition("\n- ")[0]
    shown = [int(found.replace(",", "")) for found in re.findall(r"^  - (?:<details><summary>)?([\d,]+) ·", below, re.MULTILINE)]
    cut = [int(found.replace(",", "")) for found in re.findall(r"more entr(?:y|ies) with ([\d,]+) changes?", below)]
    return sum(shown) + sum(cut)


@pytest.mark.parametrize(
    ("devices", "entries", "lines"),
    [(20_000, 300, 1), (20_000, 300, 40), (20_000, 300, 300), (100_000, 5, 5), (12_000, 6_000, 1), (12_000, 6_000, 900), (6, 2, 1)],
)
def test_it_fits_and_adds_up(devices: int, entries: int, lines: int) -> None:
    """A plan of any size fits a comment, and the counts that it shows add up to all changes, whatever was cut."""
    text = render(plan_of(many(devices, entries, lines=lines)))
    assert len(text) <= LIMIT
    assert f"**{devices:,} to update**" in text
    assert _total(text) == devices
    for line, count in re.findall(r"^(- \*\*([\d,]+) .*)$", text, re.MULTILINE):
        assert _counted_entries(text, line) == int(count.replace(",", ""))


def test_what_fits_is_not_cut() -> None:
    """As many names are shown as fit: all of a small plan, and at least three of each entry of a large one."""
    small = render(plan_of(many(300, 10)))
    assert sum(f"SERIAL{number:06}" in small for number in range(300)) == 300
    large = render(plan_of(many(20_000, 300)))
    assert large.count("SERIAL") >= 900
    assert len(large) > LIMIT // 2


def test_names_that_are_cut_are_counted() -> None:
    """Where the names of an entry do not all fit, those that are missing are counted."""
    text = render(plan_of(many(20_000, 10)))
    for count, names, more in re.findall(r"<summary>([\d,]+) · .*?</summary>(.*?)(?: and ([\d,]+) more)?</details>", text):
        assert len(names.split(", ")) + int(more.replace(",", "") or 0) == int(count.replace(",", ""))


def test_long_lists_beside_the_changes_are_cut_and_counted() -> None:
    """Tasks, refusals, findings, awaited and left-alone things beyond what fits are counted, too."""
    text = render(
        plan_of(
            [task(f"service-{number}", f"Service {number}") for number in range(2_000)],
            awaiting=[waiting(f"AWAITED{number:05}", "2026-11-20") for number in range(5_000)],
            left_alone=[LeftAlone("device_assignment", 10, f"on Service {number}") for number in range(3_000)],
            findings=[
                finding(f"Service {number} is odd, and this sentence is long enough to fill the comment.") for number in range(3_000)
            ],
            refusals=[refusal(number) for number in range(3_000)],
        )
    )
    assert len(text) <= LIMIT
    assert "2,000 tasks for a person" in text
    assert "Awaiting 5,000 devices" in text
    shown = {"task": text.count("- [ ] "), "refusal": text.count("- allow: "), "finding": text.count("- warning: ")}
    totals = {"task": 2_000, "refusal": 3_000, "finding": 3_000}
    for word, count in shown.items():
        (more,) = re.findall(rf"([\d,]+) more {word}s", text)
        assert count + int(more.replace(",", "")) == totals[word]
    alone = [int(count.replace(",", "")) for count in re.findall(r"Left alone: ([\d,]+) (?:devices|things)", text)]
    assert sum(alone) == 30_000


def test_nothing_fits_but_the_sum() -> None:
    """Where even a few lines are too long the comment still says what it is, whether it is refused, and the totals."""
    text = render(
        plan_of(
            [task(f"s{number}", "x" * 30_000) for number in range(9)],
            binding=replace(BINDING, organization="y" * 100_000),
            refusals=[refusal(1, "z" * 70_000)],
        )
    )
    assert len(text) <= LIMIT
    assert "9 tasks for a person" in text
    assert "Refused by 1 guard." in text
    assert "This plan is too long for a comment; see the saved plan." in text


@pytest.mark.parametrize("name", NASTY)
def test_names_cannot_inject(name: str) -> None:
    """A name that others have chosen is shown as it is: it makes no markup, link, mention, new line or control character."""
    plan = _plan_with(name)
    page = _Page(plan)
    assert page.tags == _Page(_plan_with("Jamf")).tags
    assert page.links <= {"https://support.apple.com/guide"}
    assert not re.search(r"@\w", page.text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u202e]", render(plan))
    visible = _shown(re.sub("[\x00-\x1f\x7f\u2028-\u202e]+", " ", name))
    assert _shown(page.text).count(visible) >= 8


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_changes_no_structure(name: str) -> None:
    """A plan with a nasty name has the lines that the same plan has with a plain one."""
    assert render(_plan_with(name)).count("\n") == render(_plan_with("Jamf")).count("\n")


@settings(max_examples=150, deadline=None)
@given(st.text(st.one_of(st.sampled_from("<>&@#!`*_[]()|~\\-+=.:/\n\r w1a"), st.characters()), max_size=40))
def test_no_text_makes_markup(text: str) -> None:
    """Whatever text is escaped, Markdown makes one paragraph of plain text of it."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(f"- **{escape('x' + text + 'x')}**")
    inner = re.fullmatch(r"<ul>\n<li><strong>(.*)</strong></li>\n</ul>\n", html, re.DOTALL)
    assert inner, html
    assert "<" not in inner[1]
    assert "\n" not in inner[1]


def test_the_comment_has_what_a_reviewer_needs() -> None:
    """The comment opens with the totals, then what is refused, the changes with their reason and place, tasks, and the price."""
    text = render(
        plan_of(
            [move("AAAA0000001"), task("mosyle", "Mosyle")],
            titles={"jamf": "Jamf School", "meraki": "Meraki"},
            refusals=[refusal(1)],
            awaiting=[waiting("AWAITED0001", "2026-11-20", vanished=True)],
        )
    )
    places = [
        text.index(words)
        for words in (
            "### Plan for Riverside",
            "**1 to update, 1 task for a person**",
            "**Refused by a guard.** 1 would move without leave.",
            "  - allow: updates",
            "- **1 iPad: Meraki → Jamf School** (new)",
            "<summary>1 · lab (devices.yaml:3:5)</summary>AAAA0000001</details>",
            "- [ ] **mdm\\_server/mosyle**: Only a person can. [Apple's page](https://support.apple.com/guide)",
            "  1. Enter the name Mosyle",
            "(since 2026-11-20, 3 days ago): AWAITED0001. 1 of them was there before and has vanished.",
            "applying takes 3 writes and about 12 reads",
            "record serial 3 · files at abcdef123456",
        )
    ]
    assert places == sorted(places)
