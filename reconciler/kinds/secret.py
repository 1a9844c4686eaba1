"""Where a secret is kept; the secret itself never stands in the files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from reconciler.errors import ReconcilerError
from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import TEXT, wrong


class Secret(Entry):
    """Where a secret is kept: a file (relative to the configuration folder, or absolute) or an environment variable. Never the secret."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    file: Annotated[str | None, TEXT] = Field(default=None, description="Path of the file.", examples=["../secrets/apple-school.pem"])
    env: Annotated[str | None, TEXT] = Field(default=None, description="Name of the environment variable.", examples=["APPLE_SCHOOL_KEY"])

    @model_validator(mode="before")
    @classmethod
    def _never_inline(cls, value: Any) -> Any:
        if isinstance(value, str):  # its text must not be echoed
            raise wrong("holds text; a secret never stands in these files.", "Write {file: path/to/key.pem} or {env: NAME_OF_VARIABLE}.")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Secret:
        if (self.file is None) == (self.env is None):
            raise wrong("needs exactly one of file and env.")
        return self

    def read(self, folder: Path, environment: Mapping[str, str]) -> str:
        """The secret itself. ReconcilerError if it is not where these files say."""
        try:
            return self.content(folder, environment).decode("utf-8")
        except UnicodeDecodeError:
            raise self._unreadable(folder, "it is not text") from None

    def content(self, folder: Path, environment: Mapping[str, str]) -> bytes:
        """Likewise, as bytes: some portals and tools write files that are no text."""
        if self.env is not None:
            if not environment.get(self.env):
                raise ReconcilerError(
                    f"The environment variable {self.env} is not set.", "It must hold the secret, or use {file: …} instead."
                )
            return os.fsencode(environment[self.env])
        try:
            return (folder / (self.file or "")).read_bytes()
        except OSError as error:
            raise self._unreadable(folder, str(error.strerror)) from None

    def _unreadable(self, folder: Path, why: str) -> ReconcilerError:
        if self.env is not None:
            return ReconcilerError(f"The environment variable {self.env} cannot be read: {why}.", "It must hold the secret.")
        path = folder / (self.file or "")
        return ReconcilerError(f"The secret file {path} cannot be read: {why}.", f"{self.file} is named in the configuration.")
