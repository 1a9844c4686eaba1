"""Which files make up a configuration."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.resource import Source
from reconciler.sealed import ENDING

MAIN = "reconciler.yaml"
ENDINGS = (".yaml", ".yml", f".yaml{ENDING}", f".yml{ENDING}")


def find_files(folder: Path, state_folder: str, findings: list[Diagnostic]) -> list[str]:
    """Every YAML file below the folder but reconciler.yaml itself, sealed ones too, sorted, relative to it and with slashes.

    Hidden folders, hidden files and the state folder are skipped. Links that lead out of the folder are not followed: a configuration
    is what its repository holds. A file behind such a link is an error, since leaving out what it declares could delete it.
    """
    root = folder.resolve()
    state = Path(os.path.normpath(folder / state_folder))
    found: list[str] = []
    for at, folders, files in os.walk(folder):
        here = Path(at)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and here / name != state)
        links = (here / name for name in folders if (here / name).is_symlink() and not _inside(here / name, root))
        findings.extend(_link(link, folder, Severity.WARNING) for link in links)
        for name in files:
            path = here / name
            if name.startswith(".") or not name.lower().endswith(ENDINGS) or path == folder / MAIN:
                continue
            if path.is_symlink() and not _inside(path, root):
                findings.append(_link(path, folder, Severity.ERROR))
            else:
                found.append(path.relative_to(folder).as_posix())
    return sorted(found)


def configuration_above(path: Path) -> Path | None:
    """The configuration folder that a file belongs to; None if it is in none."""
    return next((folder for folder in path.resolve().parents if (folder / MAIN).is_file()), None)


def inside(folder: Path, name: str) -> Path | None:
    """The path of a file that an entry names, or None if it lies outside the folder or leads out of it."""
    path = folder / name
    return path if not Path(name).is_absolute() and _inside(path, folder.resolve()) else None


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a ring of links
        return False


def _link(path: Path, folder: Path, severity: Severity) -> Diagnostic:
    place = Source(path.relative_to(folder).as_posix())
    message = "A link that leads out of the configuration folder is not followed."
    return Diagnostic(place, message, "Move what it points to into the folder.", severity)
