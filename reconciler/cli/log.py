"""Who is told on stderr what happens, beside progress: people or, with `--log json`, machines."""

from __future__ import annotations

from contextvars import ContextVar

from reconciler.cli.people import People

FORMS = ("text", "json")

_PEOPLE = People()
_listener: ContextVar[People] = ContextVar("listener")


def listener() -> People:
    """Whoever is told."""
    return _listener.get(_PEOPLE)


def listen(form: str) -> None:
    """Choose who is told from here on: one of FORMS."""
    if form == "json":
        from reconciler.cli.machines import Machines  # brings pydantic, 120 ms that only this form pays for here

        _listener.set(Machines())
    else:
        _listener.set(_PEOPLE)
