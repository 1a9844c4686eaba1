"""What is live and these files refuse: a sixth Administrator, a profile with an address that Apple would not take today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reconciler.adopt.files import Drafting, File
from reconciler.adopt.gather import Gathered, Live
from reconciler.adopt.staging import staged
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ConfigurationError
from reconciler.kinds import KINDS
from reconciler.load import load
from reconciler.load.sections import Sections
from reconciler.load.written import read_written
from reconciler.resource import Source


def without_refused(live: Live, gathered: Gathered, begun: Mapping[str, tuple[str, str]]) -> tuple[File, ...]:
    """The files with every draft that they can hold; the others are left out, with what is wrong with them.

    Raises ConfigurationError for what no draft is to blame for.
    """
    configuration = live.configuration
    while True:
        files = tuple(Drafting(configuration, live.written, begun).files(gathered))
        with staged(configuration, files) as folder:
            try:
                load(folder, configuration.today, configuration.opener.around)
            except ConfigurationError as error:
                if not _drop(gathered, error.diagnostics, read_written(folder, configuration.opener)):
                    raise
            else:
                return files


def _drop(gathered: Gathered, errors: Sequence[Diagnostic], written: Sections) -> bool:
    """Leave out the drafts that errors are about, or all of their kind if only entries that were there before are named; whether there were
    any."""
    blamed = {_entry(written, error.source): error for error in reversed(errors) if error.source is not None}
    kinds = {kind: error for (kind, _), error in blamed.items()}
    return _leave(gathered, lambda kind, name: blamed.get((kind, name))) or _leave(gathered, lambda kind, _: kinds.get(kind))


def _leave(gathered: Gathered, error_of: Callable[[str, str], Diagnostic | None]) -> bool:
    dropped = False
    for kind, drafts in gathered.drafts.items():
        for draft, error in [(draft, error) for draft in drafts if (error := error_of(kind, draft.name))]:
            drafts.remove(draft)
            dropped = True
            why = f"these files refuse them ({error.message.rstrip('.')})"
            gathered.leave(KINDS[kind], len(draft.covers), why)
            for other, names in draft.also.items():
                gathered.leave(KINDS[other], len(names), why)
    return dropped


def _entry(written: Sections, place: Source) -> tuple[str, str]:
    """The kind and the name of the entry at a place; both empty if there is none."""
    found = [
        (one.source.line, kind, name)
        for kind, entries in written.entries.items()
        for name, one in entries.items()
        if one.document.file == place.file and one.source.line <= place.line
    ]
    _, kind, name = max(found, default=(0, "", ""))
    return kind, name
