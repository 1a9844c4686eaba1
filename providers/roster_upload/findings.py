"""What a person must know of the roster beside the changes: what the plan compares with, and what uploads do not reach."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from providers.roster_upload.observe import Situation
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.observed import Observed
from reconciler.phrases import some
from reconciler.roster.desired import CLASS, COURSE, KINDS, LOCATION, PERSON

NOUNS = {
    PERSON: ("account", "accounts"),
    CLASS: ("class", "classes"),
    COURSE: ("course", "courses"),
    LOCATION: ("location", "locations"),
}


def findings(situation: Situation, observed: Observed) -> list[Diagnostic]:
    """All of them."""
    return [
        *_compared_with(situation),
        *_repeated(situation),
        *_edited(situation),
        *_taken_over(situation),
        *_strangers(situation, observed),
    ]


def _compared_with(situation: Situation) -> Iterator[Diagnostic]:
    ours = {kind: situation.baseline.of(kind) for kind in KINDS}
    known = sum(map(len, ours.values()))
    if situation.live is not None:
        yield _note(
            "The roster is compared with what Apple tells (device_enrolment). Main locations, roles and person numbers are not told: "
            "they are taken from the record of what was uploaded."
        )
        return
    if not known:
        yield Diagnostic(
            None,
            "This is the first roster upload from here, and nothing tells what Apple has: whatever an earlier upload made and this one "
            "lacks is ended by it, accounts are deactivated, and nobody counts them.",
            "Give connections.device_enrolment a server token, so that the plan can see them.",
            Severity.WARNING,
        )
        return
    yield _note("The roster is compared with the record of the last accepted upload: no connection reads back what Apple has.")
    unproven = sum(not known.attested for entries in ours.values() for known in entries.values())
    if unproven:
        yield Diagnostic(
            None,
            f"{unproven:,} things of the roster were taken by the server, and nobody has seen what Apple made of them.",
            "Download the log of the upload from the portal's Activity list: reconciler verify roster --log file.csv",
            Severity.WARNING,
        )


def _repeated(situation: Situation) -> Iterator[Diagnostic]:
    """Apple's pages on rosters say that this id may stand on several records, and tell no other by which an upload's could be known."""
    counts = situation.live.repeated if situation.live else {}
    if counts:
        told = ", ".join(f"{count:,} {NOUNS[kind][1]}" for kind, count in counts.items())
        yield Diagnostic(
            None,
            f"Apple tells the same id (source_system_identifier) of several things at once ({told}), so nobody can tell which is which: "
            "they seem to be missing or to be somebody else's, and an upload that carries them can never be seen to have landed.",
            "The roster is not at fault: ask Apple about it. Until it is mended, leave the token out of connections.device_enrolment; "
            "the plan is then compared with the last accepted upload, and the portal's log proves it (reconciler verify roster).",
            Severity.WARNING,
        )


def _edited(situation: Situation) -> Iterator[Diagnostic]:
    for kind in (PERSON, CLASS):
        names = situation.edited(kind)
        if names:
            one = len(names) == 1
            yield Diagnostic(
                None,
                f"{_counted(kind, names)} of this roster {'is' if one else 'are'} not an upload's any more, because somebody edited "
                f"{'it' if one else 'them'} in the portal: uploads no longer change {'it' if one else 'them'} ({some(sorted(names))}).",
                "Keep them up in the portal, and take them out of the roster.",
                Severity.WARNING,
            )


def _taken_over(situation: Situation) -> Iterator[Diagnostic]:
    for kind in (PERSON, CLASS):
        names = situation.taken_over(kind)
        if names:
            yield Diagnostic(
                None,
                f"This upload would take over {_counted(kind, names)} that no upload made, because the ids are equal "
                f"({some(sorted(names))}): what stands there is overwritten, and the portal can no longer edit it.",
                "Give them other ids in the roster, unless this is meant.",
                Severity.WARNING,
            )


def _strangers(situation: Situation, observed: Observed) -> Iterator[Diagnostic]:
    if observed.swept or situation.live is None:
        return
    for kind in (PERSON, CLASS, COURSE):
        names = situation.strangers(kind)
        if names:
            is_, it = ("is", "it") if len(names) == 1 else ("are", "them")
            yield Diagnostic(
                None,
                f"{_counted(kind, names)} came from uploads of others and {is_} not in this roster: the next upload would end {it} "
                f"({some(sorted(names))}).",
                "Nothing is uploaded now. Take them into the roster, or let the plan that ends them be reviewed.",
                Severity.WARNING,
            )


def _counted(kind: str, names: Collection[str]) -> str:
    return f"{len(names):,} {NOUNS[kind][len(names) != 1]}"


def _note(text: str) -> Diagnostic:
    return Diagnostic(None, text, "", Severity.NOTE)
