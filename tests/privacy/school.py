"""A small invented school, as plain files and as sealed ones."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyrage

from reconciler.roster.write import to_files
from reconciler.sealed import ENDING, seal
from tests.roster.district import INVENTED, roster_of

FILES = to_files(roster_of(INVENTED))
YAML = b"""\
locations: {north: {name: North School}}
people:
  s-1: {role: student, first_name: Ximena, last_name: Inventada, locations: north}
"""
IDENTITY = pyrage.x25519.Identity.generate()
STRANGER = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())


def sealed(content: bytes, *, armored: bool = False) -> bytes:
    """For the one who may read it."""
    return seal(content, [RECIPIENT], armored=armored)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """As a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def settings(folder: Path, **sections: Any) -> Path:
    """Write reconciler.yaml."""
    plain = {"organization": {"name": "Invented", "time_zone": "UTC"}, "connections": {"apple_school": {"simulator": {}}}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reconciler.yaml").write_text(json.dumps({**plain, **sections}))
    return folder


def source(path: str) -> dict[str, Any]:
    """The section that names one source."""
    return {"sources": [{"apple_csv": path}]}


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def all_sealed(files: Mapping[str, bytes], under: str = "sis") -> dict[str, bytes]:
    """Each file sealed, under its sealed name."""
    return {f"{under}/{name}{ENDING}": sealed(content, armored=at % 2 == 0) for at, (name, content) in enumerate(files.items())}
