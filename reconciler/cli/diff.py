"""`reconciler diff`: offline."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from reconciler.cli.revision import at_revision
from reconciler.intent import Intent, compare, read_state
from reconciler.load import Surroundings
from reconciler.render import intent as render
from reconciler.repository import is_revision


@click.command(name="diff")
@click.argument("words", nargs=-1, required=True, metavar="REV1 [REV2] [FOLDER]")
@click.option("--json", "form", flag_value="json", help="Print the changes as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print the changes as Markdown.")
def command(words: tuple[str, ...], form: str | None) -> int:
    """Show what changed in the files between two revisions. Offline; without REV2, between REV1 and the files as they are now.

    REV1 and REV2 are branches, tags or commits of git. Which devices a changed match claims is shown by `reconciler plan`. People are
    counted and never shown.
    """
    old, new, folder = _asked(words)
    with at_revision(folder, old) as before, at_revision(folder, new) as after:
        around = Surroundings(folder)  # of an earlier revision only the files are at hand, not the secrets beside them
        later = read_state(after, f"at {new}" if new else "as it is now", around)
        intent = compare(read_state(before, f"at {old}", around, later.configuration.today), later)
    click.echo(_rendered(intent, f"{old} → {new or 'the files as they are now'}", form))
    return 0


def _asked(words: tuple[str, ...]) -> tuple[str, str, Path]:
    """The two revisions (the second may be empty) and the folder, which comes last."""
    if len(words) == 1:
        return words[0], "", Path()
    if len(words) > 3:
        raise click.UsageError(f"Give two revisions and a folder, not {len(words)} words.")
    if len(words) == 3:
        return words[0], words[1], Path(words[2])
    last = Path(words[1])
    return (words[0], "", last) if last.is_dir() and not is_revision(Path(), words[1]) else (words[0], words[1], Path())


def _rendered(intent: Intent, between: str, form: str | None) -> str | bytes:
    match form:
        case "json":
            return orjson.dumps(render.document(intent), option=orjson.OPT_INDENT_2)
        case "markdown":
            return render.markdown(intent, between).encode()
        case _:
            return render.text(intent, between)
