"""A whole school on the simulator for the commands: devices, people, two locations with apps, and their content tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

from providers.simulator import Tenant
from providers.simulator.rehearsal import open_tenant
from reconciler.cli import run
from reconciler.load import load

NORTH, SOUTH = "North School", "South School"
PAGES, MATHS, ATLAS = "361309726", "409203825", "1500000001"
"""Two apps and a book."""
SETTINGS = """organization: {name: Riverside, time_zone: UTC}
connections:
  apple_school: {simulator: {devices: 40, services: [Jamf School], clock: "2026-08-17T07:30Z"}}
  apps_and_books: {north: {simulator: {}}, south: {simulator: {}}}
guards: {deletes: {percent: 100, count: 1000}, empties: true}
"""
BASE = """mdm_servers: {jamf: {name: Jamf School}}
content_tokens:
  north: {location: North School, account: content.manager@riverside.example}
  south: {location: South School}
"""


class Scene:
    """A configuration folder and the pretend organization that its rehearsals meet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "reconciler.yaml").write_text(SETTINGS)
        self.write("apps: {}\n")
        with self.apple() as apple:
            for location in (NORTH, SOUTH):
                apple.apps.buy(location, PAGES, 30)
                apple.apps.buy(location, MATHS, 10)
            apple.apps.buy(NORTH, ATLAS, 5, book=True)
            self.serials = list(apple.devices())

    @classmethod
    def at(cls, folder: Path) -> Scene:
        """The scene that is in a folder already."""
        scene = cls.__new__(cls)
        scene.folder = folder
        return scene

    def write(self, apps: str, **files: str) -> None:
        """The entries of the configuration."""
        (self.folder / "apps.yaml").write_text(BASE + apps)
        for name, text in files.items():
            (self.folder / f"{name}.yaml").write_text(text)

    @contextmanager
    def apple(self) -> Iterator[Tenant]:
        """The other side."""
        tenant = open_tenant(load(self.folder).settings, self.folder)
        try:
            yield tenant
        finally:
            tenant.close()

    def people(self, names: Mapping[str, str]) -> None:
        """Give these people (person_id → first name) accounts at Apple."""
        with self.apple() as apple:
            for id_, name in names.items():
                apple.store.rows(
                    "INSERT INTO persons (uid, person_id, person_number, first_name, middle_name, last_name, grade_level, email_address,"
                    " sis_username, account, passcode_type, source, status, created_at, op_at)"
                    " VALUES (?, ?, '', ?, '', 'Vexley', '', '', '', ?, 'complex', 'SFTP', 'Active', 0, 0)",
                    *(f"uid-{id_}", id_, name, f"{name.lower()}@riverside.example"),
                )

    def switch(self, switches: Mapping[str, str]) -> None:
        """Throw Apple's switches."""
        with self.apple() as apple:
            for name, value in switches.items():
                apple.switches.set(name, value)

    def held(self, location: str = NORTH) -> set[tuple[str, str]]:
        """Who really has what: adamId, and serial number or clientUserId."""
        with self.apple() as apple:
            return {(one.adam_id, one.serial or one.user) for one in apple.apps.held(location)}

    def events(self, location: str = NORTH) -> list[str]:
        """What was begun at a location."""
        with self.apple() as apple:
            return apple.apps.events(location)

    def users(self, location: str = NORTH) -> dict[str, str]:
        """clientUserId → status; of somebody who came back the last one."""
        with self.apple() as apple:
            return dict(apple.apps.users(location))

    def run(self, *words: str) -> tuple[int, str]:
        """A command in this process: its exit code, and everything that it says."""
        said = BytesIO()
        with TextIOWrapper(said, encoding="utf-8", write_through=True) as text, redirect_stdout(text), redirect_stderr(text):
            code = run([*words, str(self.folder)])
            return code, said.getvalue().decode()

    def apply(self) -> tuple[int, str]:
        """Plan and apply without a question."""
        return self.run("apply", "--yes")


def given(serials: list[str], location: str = "north", app: str = PAGES, extra: str = "") -> str:
    """One app for these devices."""
    devices = f"devices: {{serials: [{', '.join(serials)}]}}"
    return f"apps:\n  pages: {{adam_id: {app}, name: Pages, allocate: {{{location}: {{{devices}{extra}}}}}}}\n"
