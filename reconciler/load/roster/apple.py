"""Apple's six CSV files, from a folder or a zip."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.suggest import did_you_mean
from reconciler.load.roster.container import Container
from reconciler.load.roster.sheet import APPLE, REPAIRED, Sheet
from reconciler.load.text import UnreadableError
from reconciler.resource import Source
from reconciler.roster.layout import LAYOUTS, Layout
from reconciler.roster.part import Part, Roster
from reconciler.roster.report import Report


def read_apple(container: Container, kinds: Collection[str], report: Report) -> Roster:
    """The files of these kinds. What is wrong with them goes to the report; what can be read is in the roster."""
    roster = Roster()
    judge_container(container, [layout.file for layout in LAYOUTS.values()], report)
    sheets: list[Sheet] = []
    for layout in LAYOUTS.values():
        if layout.kind in kinds:
            sheet = _sheet(container, layout, report)
            sheets.extend([sheet] if sheet else [])
            if sheet is None or not sheet.whole or layout.key not in sheet.columns:
                roster.broken.add(layout.name)
            if sheet is not None:
                roster.add(_part(sheet, layout, container.name))
    _same_separator(sheets, report)
    return roster


def judge_container(container: Container, wanted: Collection[str], report: Report) -> None:
    """What lies in an inner folder, has its name in another case, or does not belong there."""
    for name in container.buried:
        if name.rpartition("/")[2].lower() in wanted:
            message = "The file lies in an inner folder, where Apple does not look."
            report.say(Diagnostic(Source(container.called(name)), message, "Zip the files themselves, not the folder around them."))
    for name in container.files:
        if name.lower() in wanted and name not in wanted:
            report.say(Diagnostic(Source(container.called(name)), "The file's name has capitals.", f"Rename it to {name.lower()}."))
    if report.exact:
        strange = [name for name in container.files if name.lower() not in wanted] if container.zipped else []
        for name in (*strange, *container.junk):
            report.say(Diagnostic(Source(container.called(name)), "The zip holds a file that Apple does not know.", "", Severity.WARNING))


def _sheet(container: Container, layout: Layout, report: Report) -> Sheet | None:
    name = container.called(layout.file)
    read = container.files.get(layout.file)
    if read is None:
        if not container.elsewhere(layout.file):
            message = f"{layout.file} is missing; Apple expects all six files every time, and deactivates who is not in them."
            report.say(Diagnostic(Source(container.name), message, "If it has no rows, it holds its header alone."))
        return None
    try:
        sheet = Sheet(read(), name, APPLE, layout.knows, report)
    except UnreadableError as error:
        report.say(error.diagnostic)
        return None
    _judge_columns(sheet, layout, report)
    if report.exact:
        _bare_blanks(sheet, report)
    return sheet


def _judge_columns(sheet: Sheet, layout: Layout, report: Report) -> None:
    missing = [name for name in layout.columns if name not in sheet.header]
    for name in missing:
        if name in layout.required:
            report.say(sheet.lacks(name))
        elif report.exact:
            message = f"The column {name} of Apple's template is missing."
            report.say(Diagnostic(Source(sheet.name), message, "Apple asks to leave the header as it is.", Severity.WARNING))
    for name in sheet.header:
        if not layout.knows(name):
            _strange_column(sheet, layout, name, missing, report)


def _strange_column(sheet: Sheet, layout: Layout, name: str, missing: Collection[str], report: Report) -> None:
    base = layout.base(name)
    place = sheet.column_place(name)
    if base in layout.numbered and base != name:
        if base != "instructor_id":  # which classes have too many is said by the rules, class by class
            report.say(Diagnostic(place, f"{name} is more than Apple has: {base}_{layout.numbered[base]} is the last."))
        return
    message = f"{name} is not a column of {layout.file}."
    hint = did_you_mean(name, missing) if missing else ""
    hint = hint if hint.startswith("Did") else "Apple's template does not have it." if report.exact else "It is left out of the upload."
    report.say(Diagnostic(place, message, hint, Severity.WARNING))


def _part(sheet: Sheet, layout: Layout, origin: str) -> Part:
    columns = {name: values for name, values in sheet.columns.items() if layout.knows(name) or layout.base(name) in layout.numbered}
    return Part(layout, len(sheet.records), dict(columns), sheet.place, origin)


def _same_separator(sheets: Collection[Sheet], report: Report) -> None:
    semicolons = [sheet for sheet in sheets if sheet.separator == ";" and len(sheet.header) > 1]
    if semicolons and len(semicolons) < len(sheets):
        message = "This file separates values by ; and others by a comma. Apple asks for the same throughout."
        for sheet in semicolons:
            hint = "" if report.exact else REPAIRED
            report.say(Diagnostic(Source(sheet.name), message, hint, report.untidy))


def _bare_blanks(sheet: Sheet, report: Report) -> None:
    found = sheet.bare_blank()
    if found:
        message = "A value with a blank stands without quotes, here first."
        report.say(Diagnostic(found, message, "Apple asks for quotes around it.", Severity.WARNING))
