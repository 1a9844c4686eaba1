"""The files of a configuration as they were written: for those who compare or extend them."""

from __future__ import annotations

from pathlib import Path

from reconciler.load.document import read_document
from reconciler.load.files import MAIN, find_files
from reconciler.load.sealed import Opener
from reconciler.load.sections import Document, Sections
from reconciler.load.settings import state_folder


def read_written(folder: Path, opener: Opener) -> Sections:
    """Every section and entry of a configuration that was found sound, as trees of text. What is wrong with others is left out."""
    main = read_document(folder / MAIN, MAIN, [])
    sections = Sections([])
    for name in [MAIN, *find_files(folder, state_folder(dict(main or {})), [])]:
        tree = main if name == MAIN else read_document(folder / name, name, [], opener)
        if tree is not None:
            sections.add(Document(name, tree))
    return sections
