"""The sides of the benchmark of licences, each a process of its own: `python -m benchmarks.library SIDE` (world, floor, product).

1,500 apps at one location, 150,000 devices, 1,000,000 licences: a few apps for every device, the others for a short list each. One
licence in a hundred differs. `floor` reads the same pages and lists with the fastest parsers into sets and compares them; `product` reads
them through the wire client, and plans as `reconciler plan` does: files judged, record read, shared out, judged, packed, priced, and told.
Each prints last how many licences differ.
"""

from __future__ import annotations

import csv
import gc
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator

import httpx
import orjson

from benchmarks.measure import ROOT
from benchmarks.product import RacingClock
from providers.apps_and_books.library import Door, Library
from providers.apps_and_books.provider import AppsAndBooks, Way
from providers.apps_and_books.token import ContentToken
from reconciler.channels import Channels
from reconciler.kinds.licences import LICENCE
from reconciler.kinds.licences import Licence as Spec
from reconciler.load import load
from reconciler.provider import Notice
from reconciler.render import text
from reconciler.resource import fingerprint
from reconciler.session import Session, open_backend
from state.record import Entry

APPS, DEVICES, FOR_ALL, PAGE = 1_500, 150_000, 6, 1000
"""FOR_ALL apps are for every device, the others for SOME devices each."""
SOME = 67
EVERY = 100
"""One in so many licences differs."""
TOKEN = "eyJ0b2tlbiI6ImEiLCJleHBEYXRlIjoiMjAyNy0wOS0zMFQwODoxNTowMCswMDAwIiwib3JnTmFtZSI6Ik9SRzEifQ=="  # noqa: S105 - of nobody
MAIN = """organization: {name: Benchmark, time_zone: UTC}
connections: {apple_school: {simulator: {}}, apps_and_books: {north: {simulator: {}}}}
guards: {deletes: {percent: 100, count: 1000000}, take_overs: {percent: 100, count: 1000000}}
content_tokens: {north: {location: North}}
apps:
"""
WORLD = ROOT / ".bench" / "licences"


def _serials() -> list[str]:
    return [f"DMP{number:07d}" for number in range(DEVICES)]


def _lists() -> Iterator[list[str]]:
    """The devices of each app."""
    serials = _serials()
    for app in range(APPS):
        start = app * 97 % (DEVICES - SOME)
        yield serials if app < FOR_ALL else serials[start : start + SOME]


def _adam(app: int) -> str:
    return str(400_000_000 + app)


def make() -> None:
    """The files, Apple's pages, and the record; one licence in EVERY is not there yet."""
    shutil.rmtree(WORLD, ignore_errors=True)
    (WORLD / "config" / "lists").mkdir(parents=True)
    lines, held, assets = [MAIN], [], []
    for app, serials in enumerate(_lists()):
        name = "all" if app < FOR_ALL else _adam(app)
        (WORLD / "config" / "lists" / f"{name}.csv").write_text("serial_number\n" + "\n".join(serials) + "\n")
        lines.append(f"  a{app}: {{adam_id: {_adam(app)}, allocate: {{north: {{devices: {{file: lists/{name}.csv}}}}}}}}\n")
        there = [{"adamId": _adam(app), "pricingParam": "STDQ", "serialNumber": one} for at, one in enumerate(serials) if at % EVERY]
        held += there
        assets.append(_asset(app, len(there), len(serials)))
    (WORLD / "config" / "reconciler.yaml").write_text("".join(lines))
    _pages("assets", assets)
    _pages("assignments", held)
    _record(held)


def _asset(app: int, assigned: int, total: int) -> dict[str, object]:
    counts = {"assignedCount": assigned, "availableCount": total - assigned, "retiredCount": 0, "totalCount": total}
    return {"adamId": _adam(app), "pricingParam": "STDQ", "productType": "App", "deviceAssignable": True, "revocable": True, **counts}


def _pages(what: str, items: list[dict[str, str]] | list[dict[str, object]]) -> None:
    folder = WORLD / what
    folder.mkdir()
    starts = range(0, len(items), PAGE)
    for index, start in enumerate(starts):
        page = {what: items[start : start + PAGE], "currentPageIndex": index, "totalPages": len(starts), "versionId": "v1", "uId": "1"}
        more = {"nextPageIndex": index + 1} if index + 1 < len(starts) else {}
        (folder / f"{index}.json").write_bytes(orjson.dumps({**page, **more}))


def _record(held: list[dict[str, str]]) -> None:
    backend = open_backend(load(WORLD / "config"))
    record = backend.record()
    entries: dict[str, Entry] = {}
    for one in held:
        app = f"north.{one['adamId']}.STDQ"
        entry = entries.setdefault(app, Entry(fingerprint(Spec(app=app, holder="device"))))
        record.put(LICENCE, f"{app}.{one['serialNumber']}", entry)
    backend.save(record, record.serial)


class Pages(httpx.BaseTransport):
    """Apple's answers, from disk."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        what = request.url.path.rpartition("/")[2]
        index = request.url.params.get("pageIndex", "0")
        file = WORLD / what / f"{index}.json"
        content = file.read_bytes() if file.is_file() else b'{"uId": "1", "locationName": "North"}'
        return httpx.Response(200, headers={"Content-Type": "application/json"}, content=content, request=request)


def floor() -> None:
    """The same pages and lists into sets."""
    gc.disable()
    held: dict[str, set[str]] = defaultdict(set)
    for file in (WORLD / "assets").iterdir():
        orjson.loads(file.read_bytes())
    for file in (WORLD / "assignments").iterdir():
        for one in orjson.loads(file.read_bytes())["assignments"]:
            held[one["adamId"]].add(one["serialNumber"])
    lists: dict[str, list[str]] = {}
    for file in (WORLD / "config" / "lists").iterdir():
        with file.open(encoding="utf-8", newline="") as rows:
            lists[file.stem] = [row[0] for row in csv.reader(rows)][1:]
    wanted = {_adam(app): set(lists["all" if app < FOR_ALL else _adam(app)]) for app in range(APPS)}
    sys.stdout.write(f"{sum(len(wanted[app] ^ held[app]) for app in wanted)}\n")


def product() -> None:
    """Plan, render, print."""
    configuration = load(WORLD / "config")
    backend = open_backend(configuration)
    clock = RacingClock()
    way = Way("benchmark", Library(Door("north", "https://vpp.itunes.apple.com/mdm/v2", _token(), clock, Pages(), backend.scratch)), clock)
    provider = Channels((AppsAndBooks({"north": way}, "Benchmark"),))
    plan, _ = Session(configuration, backend, provider, {}).plan(_unseen)
    sys.stdout.write(text.render(plan))
    sys.stdout.write(f"\n{sum(change.verdict.kind == LICENCE for change in plan.changes)}\n")


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def _token() -> ContentToken:
    return ContentToken.read(TOKEN)


if __name__ == "__main__":
    {"world": make, "floor": floor, "product": product}[sys.argv[1]]()
