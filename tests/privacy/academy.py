"""A district whose people have names that occur nowhere else, kept sealed in git, and everything that it ever printed or wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from reconciler.roster.write import to_files
from tests.district import Ran
from tests.privacy.school import IDENTITY, RECIPIENT, sealed
from tests.privacy.traces import traces
from tests.roster.district import roster_of
from tests.roster_upload.academy import Academy
from tests.roster_upload.academy import people as plain_people

TELLING = ("person_id", "person_number", "first_name", "last_name", "email_address", "sis_username")
KEY = "correct horse battery staple"


class Sealed(Academy):
    """See Academy. `said`: all output so far."""

    said: list[str]

    def begin(self, *, reads: bool = True, switches: Mapping[str, str] | None = None) -> None:
        """Connect the channels, and declare everybody under unmistakable names."""
        self.said = []
        super().begin(reads=reads, switches=switches)
        self.settings(privacy={"key": {"env": "PEOPLE_KEY"}, "recipients": [RECIPIENT]})
        self.rows = people()
        self.export()

    def export(self) -> None:
        """Write the six files as they are to be now, sealed."""
        for name, content in to_files(roster_of(self.rows)).items():
            path = self.folder / "sis" / f"{name}.age"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sealed(content))

    def run(self, command: str, *arguments: str) -> Ran:
        """Run a command, and remember what it said."""
        ran = super().run(command, *arguments)
        self.said += [ran.out, ran.err]
        return ran

    def commit(self, message: str) -> None:
        """Commit the files."""
        for arguments in (["init", "-q"], ["add", "-A", "."], ["commit", "-qm", message]):
            command = ["git", "-C", str(self.folder), "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
            subprocess.run(command, check=True, capture_output=True)

    def found(self, *elsewhere: Path, columns: tuple[str, ...] = TELLING) -> list[str]:
        """What tells who somebody is, wherever it is but in the upload and at Apple's."""
        told = [row[column] for row in people()["students"] + people()["staff"] for column in columns if row.get(column)]
        text = "\n".join(self.said).encode() + b"".join(path.read_bytes() for path in self.files(*elsewhere))
        return traces(text, [*told, str(IDENTITY), KEY])

    def files(self, *elsewhere: Path) -> list[Path]:
        """Every file in the folder but the pretend organization's own."""
        every = (path for folder in (self.folder, *elsewhere) for path in folder.rglob("*"))
        return [path for path in every if path.is_file() and not path.name.startswith("simulator.sqlite")]


def people() -> dict[str, list[dict[str, str]]]:
    """Everybody under unmistakable ids, numbers and names; one with letters that JSON and addresses write otherwise."""
    rows = plain_people()
    for people_, sort in ((rows["students"], "Qx"), (rows["staff"], "Wy")):
        for at, row in enumerate(people_):
            row["person_id"] = f"{sort}pid{at:02}zz"
            row["person_number"] = f"{sort}badge{at:02}zz"
            row["first_name"] = f"{sort}Žofie{at:02}"
            row["last_name"] = f"{sort}Nuñez & Söhne{at:02}"
            row["email_address"] = f"{sort}mail{at:02}@pupils.example".lower()
            row["sis_username"] = f"{sort}login{at:02}zz"
    for at, row in enumerate(rows["rosters"]):
        row["student_id"] = f"Qxpid{at:02}zz"
    for at, row in enumerate(rows["classes"]):
        row["instructor_id"] = f"Wypid{at:02}zz"
    return rows
