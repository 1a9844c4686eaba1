"""What a look at one thing ended in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ConfigurationError, ReconcilerError
from state.errors import StateError


class Status(StrEnum):
    """FAIL stops reconciler's work, WARN will or may, SKIP could not be looked at."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: what it is, how it is, in a sentence, and what to do about it (empty where nothing is to be done)."""

    subject: str
    status: Status
    says: str
    todo: str = ""


Check = Callable[[], Iterable[Finding]]


def looked(subject: str, check: Check) -> Iterator[Finding]:
    """The findings of a check. Whatever happens in it is a finding too, so that no check hides another."""
    try:
        yield from check()
    except ConfigurationError as error:
        first = min(error.diagnostics, key=lambda one: (one.source is None, one))
        yield Finding(subject, Status.FAIL, f"{error.message}; the first: {first}", "reconciler validate tells them all.")
    except (ReconcilerError, StateError) as error:
        yield Finding(subject, Status.FAIL, error.message, error.hint)
    except OSError as error:
        yield Finding(
            subject, Status.FAIL, f"{error.filename or subject} cannot be read: {error.strerror or error}.", "Check who may use it."
        )
    except Exception as error:  # a fault of ours in one check must not cost the others; its text may quote a secret
        told = f"This could not be looked at ({type(error).__name__}), which is a fault of reconciler's."
        yield Finding(subject, Status.SKIP, told, "Report it with the output of reconciler doctor --json.")
