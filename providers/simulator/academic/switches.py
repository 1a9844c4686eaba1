"""What Apple leaves open about rosters, and what schools met: each a named switch. Defaults are the mildest reading."""

from __future__ import annotations

from collections.abc import Iterator

from providers.simulator.switches import NUMBER, Switch, one

UPLOAD = "Apple School Manager User Guide: Use SFTP to upload files"
STUDENTS = "Apple School Manager User Guide: Student template fields"
CLASSES = "Apple School Manager User Guide: Class template fields"
LOCATIONS = "Apple School Manager User Guide: Location template fields"
EDITING = "Apple School Manager User Guide: Edit user accounts"
DEACTIVATE = "Apple Support: Deactivate and delete Managed Apple Accounts"
ACTIVITY = "Apple School Manager User Guide: View activity status"
MERGE = "Apple School Manager User Guide: Person IDs"
ROSTER = "Roster API"
TOOLS = "several upload tools (paramiko put without confirm)"
LOGS = "asm-data-creator (logs of a real upload)"
UNSAID = "not said by any page"


def switches() -> Iterator[Switch]:
    """All of them, in the order in which an upload meets them."""
    for group in (_door, _container, _references, _running, _people, _classes, _log, _roster_api):
        yield from group()


def _door() -> Iterator[Switch]:
    yield one("sftp_takes_away", "at_once after_import never", "When an uploaded zip disappears from the folder.", TOOLS)
    yield one("sftp_stat", "ok refused", "Whether a client may ask about a file that it uploaded.", TOOLS)
    yield one("sftp_rename", "allowed refused", "Whether a file may be renamed.", UNSAID)
    write = "What comes of writing: full is a disk without room after 4 KiB, cut a connection that ends there."
    yield one("sftp_write", "ok full cut", write, UNSAID)


def _container() -> Iterator[Switch]:
    yield one("upload_line_ends", "unix any", "Whether lines may end in carriage return and line feed.", f"{UPLOAD}; two tools send them")
    yield one("upload_bom", "refused tolerated", "Whether a file may begin with a byte order mark.", UPLOAD)
    yield one("upload_unneeded_quotes", "accepted refused", "Whether values may be quoted that need no quotes.", f"{UPLOAD}; tools do it")
    yield one("upload_unquoted_blank", "refused accepted", "Whether a value with a blank may go without quotes.", UPLOAD)
    yield one("upload_column_order", "free template", "Whether columns go by their names or must stand as in the template.", TOOLS)
    yield one("upload_unknown_column", "refused ignored", "What comes of a column that no template has.", f"{UPLOAD}; one script sends one")
    display = "What comes of the column class_display_name."
    yield one("upload_class_display_name", "refused ignored accepted", display, CLASSES)
    yield one(
        "upload_identifiers", "lenient strict", "Whether ids may hold more than letters, digits and hyphens.", f"{UPLOAD}; tools do it"
    )
    yield one("upload_grade_level", "free listed", "Whether grade_level is any text or one of PK, K, 1 to 12.", STUDENTS)
    yield one("upload_most_rows", NUMBER, "Rows that an upload may hold in all; 0 is any number.", UNSAID, default="0")


def _references() -> Iterator[Switch]:
    dangling = "Whether a reference to nothing fails the import, or only its row."
    yield one("upload_dangling_reference", "fails row_issue", dangling, f"{UPLOAD}; Claris Connect: Patch CSV data")
    yield one("upload_duplicate_id", "fails row_issue", "Whether an id that repeats fails the import, or only its later rows.", UPLOAD)
    yield one("upload_missing_value", "row_issue fails", "Whether a required value that is blank fails its row, or the import.", UPLOAD)
    blank = "Whether a blank element of the account format fails the import, or only its row."
    yield one("upload_blank_account_element", "fails row_issue", blank, UPLOAD)
    primary = "What comes of a person in the primary location: an issue, or nothing at all."
    yield one("upload_primary_location", "row_issue silent", primary, LOCATIONS)


def _running() -> Iterator[Switch]:
    yield one("import_wait", NUMBER, "Minutes from the arrival of a zip to the start of its import.", LOGS, default="1")
    yield one("import_minutes", NUMBER, "Minutes that an import takes.", LOGS, default="4")
    end = "How imports end: failed changes nothing, stuck never ends, never_starts leaves no trace in the activity list."
    yield one("import_end", "completed failed stuck never_starts", end, ACTIVITY, sort="upload")
    every = "Every so-manieth person of an import fails with INTERNAL_ERROR; 0 is none."
    yield one("import_partial_failure", NUMBER, every, ACTIVITY, default="0", sort="upload")
    overlap = "What comes of a zip that arrives while another import waits or runs."
    yield one("import_overlap", "queued lost", overlap, UNSAID)
    threshold = "Percent of the people that an upload may leave out before the import fails; 0 is all of them."
    yield one("import_removal_threshold", NUMBER, threshold, UNSAID, default="0")


def _people() -> Iterator[Switch]:
    yield one("import_updates", "applied lost", "Whether known people get the names and numbers of a later upload.", "openradar 27848498")
    again = "What comes of a deactivated person who is in an upload again."
    yield one("import_reappearance", "reactivates stays_inactive refused", again, DEACTIVATE)
    edited = "What comes of an account that was edited in the portal and is still uploaded."
    yield one("import_edited_account", "refused silent taken_over", edited, f"{EDITING}; {MERGE}")
    location = "What comes of a location that an upload leaves out."
    yield one("import_dropped_location", "kept refused removed", location, UNSAID)
    days = "Days until a deactivated manual account is deleted; uploaded ones take 120."
    yield one("manual_deletion_days", NUMBER, days, DEACTIVATE, default="30")


def _classes() -> Iterator[Switch]:
    again = "What comes of a class or course that turned to MANUAL and is uploaded again: itself, or a second one with the same id."
    yield one("import_class_returns", "taken_back created_anew", again, CLASSES)


def _log() -> Iterator[Switch]:
    yield one("activity_log_bom", "absent present", "Whether the log begins with a byte order mark.", LOGS)
    unchanged = "Whether the log tells of what an import left as it was."
    yield one("activity_log_unchanged", "updated absent", unchanged, LOGS)
    yield one("activity_log_repeats", "absent present", "Whether a thing stands there twice; its latest row tells the truth.", LOGS)
    removed = "What the log says of classes, courses and memberships that an upload leaves out."
    yield one("activity_log_removed", "DEACTIVATED UPDATED absent", removed, LOGS)


def _roster_api() -> Iterator[Switch]:
    yield one("roster_api_page_parameter", "pageToken nextPageToken", "The parameter that carries the token of a page.", ROSTER)
    yield one("roster_api_consent", "given missing", "Whether an administrator let the app read.", ROSTER)
    yield one("roster_api_deactivated", "shown hidden", "Whether deactivated accounts are told.", ROSTER)
    yield one("roster_api_token_life", NUMBER, "Seconds until an access token stops working.", ROSTER, default="3600")
    yield one("roster_api_failure", "never 429 500 503", "An error instead of the answer.", ROSTER, sort="roster")
