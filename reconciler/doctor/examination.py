"""The whole examination, part by part; what cannot be looked at hides nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.diagnostic import Severity
from reconciler.doctor import keeping, surroundings
from reconciler.doctor.channels import channels
from reconciler.doctor.finding import Finding, Status, looked
from reconciler.examine import examine
from reconciler.load import Configuration, Surroundings, load
from reconciler.session import open_backend


def examination(folder: Path, environment: Mapping[str, str], *, read: bool) -> Iterator[Finding]:
    """Every finding, as soon as it is known. `read`: also read from the channels as a plan does."""
    yield from looked("versions", lambda: surroundings.versions(folder))
    loaded: list[Configuration] = []
    yield from looked("configuration", lambda: _configuration(folder, environment, loaded))
    if not loaded:
        told = "Not looked at, as the configuration cannot be read: connections, state and git."
        yield Finding("everything else", Status.SKIP, told, "Correct the files first.")
        return
    configuration = loaded[0]
    yield from looked("secrets", lambda: surroundings.credentials(configuration, environment))
    yield from _state(configuration)
    yield from looked("git", lambda: surroundings.repository(configuration))
    yield from looked("channels", lambda: channels(configuration, open_backend(configuration), environment, read=read))


def _configuration(folder: Path, environment: Mapping[str, str], loaded: list[Configuration]) -> Iterator[Finding]:
    configuration = load(folder, around=Surroundings(folder, environment))
    loaded.append(configuration)
    found = [*configuration.warnings, *examine(configuration)]
    errors = sum(one.severity is Severity.ERROR for one in found)
    if errors:
        yield Finding("configuration", Status.FAIL, f"Policies stop every plan: {errors} errors.", "reconciler validate tells them.")
    elif found:
        told = f"Sound, with {len(found)} remark{'s' * (len(found) != 1)}."
        yield Finding("configuration", Status.WARN, told, "reconciler validate tells them; what is accepted can be silenced until a day.")
    else:
        yield Finding("configuration", Status.OK, "Sound.")


def _state(configuration: Configuration) -> Iterator[Finding]:
    backend = open_backend(configuration)
    yield from looked("record", lambda: keeping.record(backend))
    yield from looked("journal", lambda: keeping.journal(backend))
    yield from looked("lock", lambda: keeping.lock(backend))
    yield from looked("ledger", lambda: keeping.ledger(backend, configuration))
