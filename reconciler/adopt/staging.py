"""A copy of a folder in which files may be tried out before they are written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.adopt.files import File
from reconciler.load import Configuration
from state.files import replace_file


@contextmanager
def staged(configuration: Configuration, files: Sequence[File]) -> Iterator[Path]:
    """The folder as it will be with these files, without its state."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "folder"
        state = configuration.folder / configuration.settings.state.folder
        shutil.copytree(configuration.folder, folder, symlinks=True, ignore=lambda at, names: _unneeded(Path(at), names, state))
        write(folder, files)
        yield folder


def _unneeded(at: Path, names: Sequence[str], state: Path) -> list[str]:
    """What loading never reads."""
    return [name for name in names if name.startswith(".") or at / name == state]


def write(folder: Path, files: Sequence[File]) -> None:
    """Write files into a folder, each whole or not at all."""
    for file in files:
        path = (folder / file.name).resolve()  # what a link within the folder points to, not the link
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, [file.after])
