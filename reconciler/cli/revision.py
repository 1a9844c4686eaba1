"""A configuration as it was at a revision of git."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.errors import ReconcilerError
from reconciler.load.files import MAIN
from reconciler.repository import check_out


@contextmanager
def at_revision(folder: Path, revision: str) -> Iterator[Path]:
    """The folder as it was at a revision; as it is now where none is named. Sealed files stay sealed there."""
    if not revision:
        yield folder
        return
    with TemporaryDirectory() as temporary:
        check_out(folder, revision, Path(temporary))
        if not (Path(temporary) / MAIN).is_file():
            raise ReconcilerError(f'At the revision "{revision}" this folder held no {MAIN}.', "Choose a later revision.")
        yield Path(temporary)
