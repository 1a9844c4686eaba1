"""From a folder of YAML and CSV files to desired state, offline."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.errors import ConfigurationError
from reconciler.load.configuration import Configuration
from reconciler.load.document import read_document
from reconciler.load.entries import Loading, build
from reconciler.load.files import MAIN, find_files
from reconciler.load.people import check_people
from reconciler.load.renewals import check_renewals
from reconciler.load.roster import read_ready, read_sources
from reconciler.load.sealed import Opener, Surroundings, twin, twins
from reconciler.load.sections import Document, Sections
from reconciler.load.settings import check_approvals, check_kinds, identity, read_settings, state_folder, time_zone
from reconciler.load.text import UnreadableError
from reconciler.resource import Source
from reconciler.roster.part import Roster
from reconciler.settings import Settings
from state.collector import collector_paused

__all__ = ["Configuration", "Surroundings", "load", "load_settings", "read_upload"]


def load(folder: Path, today: date | None = None, around: Surroundings | None = None) -> Configuration:
    """Read and check the configuration in a folder. `today` defaults to the present day in the organization's time zone, `around` to the
    folder itself and the environment of this process.

    Raises ConfigurationError with every error found; warnings are kept in the result.
    """
    with collector_paused():
        return _load(folder, today, around or Surroundings(folder))


def read_upload(path: Path) -> tuple[Roster, list[Diagnostic]]:
    """A folder or zip of Apple's six roster files that is to be uploaded as it stands, and everything that is wrong with it."""
    with collector_paused():
        return read_ready(path, str(path), Opener())


def load_settings(folder: Path) -> Settings:
    """What reconciler.yaml says beside kinds, whatever is wrong with other files. Raises ConfigurationError."""
    sections = Sections([])
    main = _main(folder, sections)
    settings = read_settings(main, sections, time_zone(sections.settings))
    if settings is None:
        raise ConfigurationError(sorted(sections.findings))
    return settings


def _load(folder: Path, today: date | None, around: Surroundings) -> Configuration:
    sections = Sections([])
    main = _main(folder, sections)
    opener = Opener(around, identity(sections.settings))
    _add_all(folder, sections, opener)
    zone = time_zone(sections.settings)
    day = today or datetime.now(zone).date()
    settings = read_settings(main, sections, zone)
    loading = Loading(folder, sections, day, zone, opener)
    build(loading)
    roster = Roster()
    if settings and main:
        check_approvals(settings, main, sections, day)
        check_kinds(settings, main, sections.findings)
        check_renewals(settings, loading)
        roster = read_sources(loading, settings.roster, main)
        check_people(loading, settings, roster)
    errors = [finding for finding in sections.findings if finding.severity is Severity.ERROR]
    if errors or settings is None:
        raise ConfigurationError(sorted(errors))
    warnings = [finding for finding in sections.findings if finding.severity is Severity.WARNING]
    return Configuration(folder, settings, loading.desired, sorted(warnings), day, roster, opener)


def _main(folder: Path, sections: Sections) -> Document | None:
    """reconciler.yaml; a folder without it is not a configuration."""
    if not folder.is_dir():
        raise ConfigurationError([Diagnostic(None, f"There is no folder {folder}.", "Give the folder that holds reconciler.yaml.")])
    if not (folder / MAIN).is_file():
        message = f"The folder {folder.resolve()} holds no {MAIN}, so it is not a configuration."
        raise ConfigurationError([Diagnostic(None, message, "Give the folder that holds one: reconciler validate path/to/folder.")])
    return _add(folder, MAIN, sections, Opener())


def _add_all(folder: Path, sections: Sections, opener: Opener) -> None:
    """Every other file. Without an identity for the sealed ones nothing else is judged: half of what it refers to would be missing."""
    names = find_files(folder, state_folder(sections.settings), sections.findings)
    double = twins(names)
    sections.findings.extend(map(twin, double))
    try:
        opener.check(names)
    except UnreadableError as error:
        raise ConfigurationError(sorted([*sections.findings, error.diagnostic])) from None
    for name in names:
        if name not in double:
            _add(folder, name, sections, opener)


def _add(folder: Path, name: str, sections: Sections, opener: Opener) -> Document | None:
    tree = read_document(folder / name, name, sections.findings, opener)
    if tree is None:
        if name == MAIN and not sections.findings:
            sections.findings.append(Diagnostic(Source(MAIN), "The file holds only comments.", "It needs organization: and connections:."))
        return None
    document = Document(name, tree)
    sections.add(document)
    return document
