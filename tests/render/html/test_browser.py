from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has annotations, but does not say so
from playwright.sync_api import Browser, Locator, Page, expect

from reconciler.render.html.page import render
from reconciler.resource import Source
from tests.render.html.conftest import Show
from tests.render.html.district import change, everything, members, person
from tests.render.plans import many, move, plan_of, task

PHONE = {"width": 390, "height": 844}
LARGE = 100_000


def _names(page: Page) -> list[str]:
    return page.locator("#list .id").all_inner_texts()


def _row(page: Page, name: str) -> Locator:
    return page.locator("#list .row", has_text=name)


def test_every_way_to_filter(show: Show) -> None:
    """What happens, kind, place and text each narrow the list, together too, and what is found is counted aloud."""
    page = show(everything())
    expect(page.locator("#found")).to_have_text("72 changes")
    for field, label, count in (
        ("effect", "Moved", 61),
        ("kind", "People", 4),
        ("place", "East School", 40),
        ("place", "Intune for Education", 20),
    ):
        page.select_option(f"#{field}", label=label)
        expect(page.locator("#found")).to_have_text(f"{count} of 72 changes")
        page.click("#clear")
    page.select_option("#effect", label="Moved")
    page.select_option("#place", label="East School")
    page.fill("#text", "aaaa00001")
    expect(page.locator("#found")).to_have_text("10 of 72 changes")
    page.fill("#text", "nowhere to be found")
    expect(page.locator("#found")).to_have_text("0 of 72 changes")
    expect(page.locator("#list")).to_be_hidden()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("jamf 000003", 1),  # one term in the group's words, one in the name
        ("device_assignment/AAAA000003", 1),
        ("drift", 20),
        ("devices.yaml:3", 61),
        ("DRIFT devices.yaml:3:5", 20),
        ("a3 a0", 1),  # both in one name
        ("mosyle", 2),
    ],
)
def test_text_is_looked_for_everywhere(show: Show, text: str, count: int) -> None:
    """Every word must stand in the name, or in where it goes, why, who asks for it, or its line in the file."""
    plan = plan_of([*everything().changes, move("A3xA0", "other", file="other.yaml", to="elsewhere")])
    page = show(plan)
    page.fill("#text", text)
    expect(page.locator("#found")).to_have_text(f"{count} of 73 changes")


def test_a_count_leads_to_its_changes(show: Show) -> None:
    """A count of the summary fills in the filter for what it counted."""
    page = show(everything())
    page.locator("section:has(#schools) .chip", has_text="40 moved").click()
    expect(page.locator("#found")).to_have_text("40 of 72 changes")
    expect(page.locator("#place")).to_have_value("school:East School")
    page.locator("section:has(#schools) .chip", has_text="1 leaving").click()
    assert _names(page) == ["p-00000000ffff"]


def test_a_change_opens_with_all_about_it(show: Show) -> None:
    """A change tells its address, what becomes of it, why, how, who asks for it and where, and closes again."""
    page = show(everything())
    page.fill("#text", "BBBB000003")
    row = _row(page, "BBBB000003")
    row.locator(".head").click()
    told = row.locator(".detail").inner_text()
    for said in (
        "device_assignment/BBBB000003",
        "Mac",
        "Moved: Meraki Systems Manager → Intune for Education",
        "drift: somebody changed it outside",
        "by reconciler",
        "macs",
        "devices.yaml:3:5",
    ):
        assert said in told
    expect(row.locator(".head")).to_have_attribute("aria-expanded", "true")
    row.locator(".head").click()
    expect(row.locator(".detail")).to_have_count(0)


def test_a_person_opens_with_their_line(show: Show) -> None:
    """People who read the same share their words, and each still tells their own line of the file, found by search or not."""
    plan = everything()
    found = [replace(one.verdict, source=Source("people.csv", line)) for line, one in enumerate(plan.changes) if one.name[:3] == "p-0"]
    people = [replace(change("person", f"p-{number}", None, person("6")), verdict=verdict) for number, verdict in enumerate(found)]
    page = show(plan_of(people))
    for text in ("", "p-2"):
        page.fill("#text", text)
        page.locator("#list .head", has_text="p-2").click()
        assert f"people.csv:{found[2].source.line if found[2].source else 0}" in page.locator(".detail").inner_text()


def test_a_school_opens_with_its_sentences(show: Show) -> None:
    """What happens at a school is one press or key away, and closed before."""
    page = show(everything())
    told = page.get_by_text("3 students: grade 6 → 7")
    expect(told).to_be_hidden()
    page.locator("section:has(#schools) summary", has_text="North School").focus()
    page.keyboard.press("Enter")
    expect(told).to_be_visible()


def test_an_open_change_hides_none_below_it(show: Show) -> None:
    """Rows below an open change move down by its height, and no two rows overlap."""
    page = show(everything())
    page.locator("#list .head").nth(1).click()
    boxes = [box for row in page.locator("#list .row").all() if (box := row.bounding_box())]
    boxes.sort(key=lambda box: box["y"])
    for upper, lower in pairwise(boxes):
        assert upper["y"] + upper["height"] <= lower["y"] + 1


def test_the_keyboard_is_enough(show: Show) -> None:
    """Slash searches, arrows walk into and along the list, End reaches the last change, Enter opens it, Escape clears."""
    page = show(plan_of(many(5_000, 10)))
    page.keyboard.press("/")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("SERIAL00")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = page.locator("#list .head:focus")
    expect(focused.locator("..")).to_have_attribute("aria-posinset", "2")
    page.keyboard.press("End")
    expect(focused.locator("..")).to_have_attribute("aria-posinset", "5000")
    expect(focused).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(focused).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Home")
    expect(focused.locator("..")).to_have_attribute("aria-posinset", "1")
    expect(focused).to_be_in_viewport()
    assert focused.evaluate("head => parseFloat(getComputedStyle(head).outlineWidth)") >= 2
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_have_value("")


def test_every_row_is_reached_by_scrolling(show: Show) -> None:
    """Wherever the reader scrolls, the rows of that place are there, in order."""
    page = show(plan_of(many(5_000, 1)))
    page.evaluate("scrollTo(0, list.offsetTop + 3000 * view.height)")
    row = page.locator("#list .row[aria-posinset='3005']")
    expect(row.locator(".id")).to_have_text("SERIAL003004")
    expect(row).to_be_in_viewport()


def test_a_hundred_thousand_changes_stay_quick(show: Show) -> None:
    """Of 100,000 changes only what the window shows is drawn, and a search takes less than half of a plain loop in the same page."""
    page = show(plan_of(many(LARGE, 40)))
    page.fill("#text", "99")
    expect(page.locator("#found")).to_have_text(re.compile(r"^[\d,]+ of 100,000 changes$"))
    assert page.locator("#list .row").count() < 60
    ratio = page.evaluate(
        """() => {
          const rows = groups.flatMap((group) => group.names.map((name) => ({name, told: group.told})));
          const plain = (text) => rows.filter((row) => row.told.includes(text) || row.name.toLowerCase().includes(text)).length;
          const ours = (text) => search({text, effect: "", kind: "", place: ""}).total;
          const best = (work, text) => Math.min(...Array.from({length: 7}, () => {
            const start = performance.now(); work(text); return performance.now() - start;
          }));
          return ["77", "serial0123", "jamf", "nothing"].map((text) => {
            if (plain(text) !== ours(text)) throw new Error(`${text}: ${plain(text)} against ${ours(text)}`);
            return best(ours, text) / best(plain, text);
          });
        }"""
    )
    assert max(ratio) < 0.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desktop"])
def test_accessibility_rules_hold(show: Show, scheme: str, viewport: dict[str, int]) -> None:
    """No rule of axe-core is broken, at any width, in light and dark, with everything opened."""
    page = show(everything(), color_scheme=scheme, viewport=viewport)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.locator("#list .head").nth(1).click()
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def test_accessibility_rules_hold_for_nothing(show: Show) -> None:
    """A plan without changes breaks no rule either."""
    assert [violation["id"] for violation in Axe().run(show(plan_of([]))).response["violations"]] == []


def test_darkness_is_respected(show: Show) -> None:
    """A reader who prefers a dark screen gets light letters on dark ground."""
    grounds = [
        show(everything(), color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        for scheme in ("light", "dark")
    ]
    assert min(grounds[0]) > 200
    assert max(grounds[1]) < 60


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_sideways(show: Show, width: int) -> None:
    """However long a name is, the page is as wide as the phone."""
    long = "Unbroken" * 30
    plan = everything()
    changes = [*plan.changes, move(long, long, file=f"{long}/devices.yaml"), task(long, long), change("class", long, None, members(1))]
    plan = replace(plan, renewals=tuple(replace(one, title=long, owner=long, says=long) for one in plan.renewals))
    page = show(
        replace(plan, changes=tuple(changes), titles={"mdm_server": {"jamf": long}, "app": {"north.1": long}}),
        viewport={**PHONE, "width": width},
    )
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.locator("#list .head").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_are_never_run(show: Show) -> None:
    """Names that look like markup or script are shown letter by letter, in the summary and in the list."""
    name = "</script><img src=x onerror=\"document.title='owned'\">"
    page = show(plan_of([move(name, name), task(name, name)], titles={"jamf": name}))
    page.locator("#list .head").first.click()
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    assert name in page.locator("#list").inner_text()


def test_paper_has_everything(show: Show) -> None:
    """On paper the summary stands open and the list is whole up to 2,000 changes, which is said."""
    page = show(plan_of(many(2_500, 3)))
    page.evaluate("""addEventListener("beforeprint", () => { document.title = document.querySelector(".paper").innerText; })""")
    page.emulate_media(media="print")
    assert page.locator(".parts").first.evaluate("part => part.getBoundingClientRect().height") > 0
    expect(page.locator("#filter")).to_be_hidden()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) > 20
    printed = page.evaluate("document.title")
    assert "2,500 changes: the first 2,000 are printed" in printed
    assert printed.count("SERIAL") == 2_000
    expect(page.locator(".paper")).to_have_count(0)


def test_ticks_are_kept(show: Show) -> None:
    """What is ticked off is counted, and still ticked when the page is opened again."""
    page = show(plan_of([task("mosyle", "Mosyle"), task("kandji", "Kandji")]))
    page.get_by_label("Mosyle").or_(page.get_by_label("mosyle")).first.check()
    expect(page.locator("#progress")).to_have_text("1 of 2 ticked.")
    page.reload()
    expect(page.locator("#progress")).to_have_text("1 of 2 ticked.")
    assert page.locator(".tasks input:checked").count() == 1


def test_the_approval_is_copied(show: Show) -> None:
    """One press puts the approval where it can be pasted from."""
    page = show(everything(), permissions=["clipboard-read", "clipboard-write"])
    page.click(".copy")
    expect(page.locator(".copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#approval").evaluate("pre => pre.textContent")


def test_the_summary_does_without_javascript(show: Show) -> None:
    """Without JavaScript the summary is complete, no dead control is shown, and the list says what it needs."""
    page = show(everything(), java_script_enabled=False)
    expect(page.get_by_role("heading", name="By school")).to_be_visible()
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    for dead in ("#filter", ".copy", ".keys"):
        expect(page.locator(dead)).to_be_hidden()


def test_still_readers_are_not_moved(show: Show) -> None:
    """Scrolling is smooth only for readers who have not asked for less motion."""
    how = "getComputedStyle(document.documentElement).scrollBehavior"
    assert show(everything()).evaluate(how) == "auto"
    assert show(everything(), reduced_motion="no-preference").evaluate(how) == "smooth"


def test_the_policy_stops_what_it_should(browser: Browser) -> None:
    """A script that got into the page in spite of all would not run, and could not reach anybody."""
    page = browser.new_page()
    page.set_content(
        render(everything()).replace("</main>", "<script>document.title = 'owned'</script><img src='http://127.0.0.1:9/x'></main>")
    )
    assert page.title() != "owned"
    page.close()
