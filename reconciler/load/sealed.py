"""Reading files of a configuration, sealed ones included. What was opened is in memory only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.diagnostic import Diagnostic
from reconciler.errors import ReconcilerError
from reconciler.kinds.secret import Secret
from reconciler.load.text import UnreadableError
from reconciler.resource import Source
from reconciler.sealed import ENDING, is_sealed, unseal

VARIABLE = "RECONCILER_AGE_IDENTITY"
"""Holds the identity itself. It comes before the one that reconciler.yaml names, so that a CI job needs no file."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where secrets are looked for: files are named from a folder, variables stand in an environment."""

    folder: Path = field(default_factory=Path)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


@dataclass(frozen=True, slots=True)
class Opener:
    """Reads files. `setting`: privacy.identity, by which sealed ones are opened."""

    around: Surroundings = field(default_factory=Surroundings)
    setting: Secret | None = None

    def identity(self) -> str:
        """The secret itself. ReconcilerError if there is none."""
        if found := self.around.environment.get(VARIABLE):
            return found
        if self.setting is None:
            hint = f"Name it under privacy: {{identity: {{file: …}}}}, or put it into {VARIABLE}."
            raise ReconcilerError("Files here are sealed, and there is no identity to open them with.", hint)
        return self.setting.read(self.around.folder, self.around.environment)

    def read(self, path: Path, name: str) -> bytes:
        """The content of a file, opened where it is sealed. `name` is what messages call it. Raises UnreadableError."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UnreadableError(Diagnostic(Source(name), f"The file cannot be read: {error.strerror}.")) from None
        if not is_sealed(path.name):
            return content
        try:
            return unseal(content, self.identity())
        except ReconcilerError as error:
            raise UnreadableError(Diagnostic(Source(name), error.message, error.hint)) from None

    def check(self, names: Iterable[str]) -> None:
        """Raise UnreadableError, at the first of these files that is sealed, if there is no identity."""
        first = next(filter(is_sealed, names), None)
        if first is not None:
            try:
                self.identity()
            except ReconcilerError as error:
                raise UnreadableError(Diagnostic(Source(first), error.message, error.hint)) from None


def twins(names: Iterable[str]) -> list[str]:
    """Files that are there twice, sealed and plain; the plain names. Nobody knows which one is meant."""
    known = set(names)
    return sorted(name for name in known if f"{name}{ENDING}" in known)


def twin(name: str) -> Diagnostic:
    """What is said of them."""
    hint = "Delete the one that is out of date; only the sealed one belongs into git."
    return Diagnostic(Source(name), f"The file is here twice: plain, and sealed as {name}{ENDING}.", hint)
