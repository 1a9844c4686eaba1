"""The command line: parse, call, render, exit code. One small file per command, imported only when it is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from keyword import iskeyword

import click

from reconciler import __version__
from reconciler.cli.failure import report_failure
from reconciler.cli.log import FORMS, listen, listener
from reconciler.cli.output import mute, never_fail_on_a_letter
from reconciler.errors import ReconcilerError
from state.errors import StateError

INTERRUPTED = 130

COMMANDS = {
    "access": "Say who may edit, reset or inspect whom, and where.",
    "apply": "Make the organization equal to the configuration, and prove it.",
    "approve": "Say that you have looked at the saved PLAN and want it applied.",
    "comment": "Show a saved plan, and what became of it, on a pull request.",
    "confirm": "Attest a task that nothing can read back.",
    "coverage": "Say how much of the live organization is under management.",
    "diff": "Show what changed in the files between two revisions.",
    "doctor": "Look over everything that reconciler needs here, and say what to do.",
    "drift": "Show what somebody changed behind our back.",
    "fmt": "Lay out the files canonically, comments kept.",
    "import": "Write what is live and not in the files yet.",
    "init": "Make a configuration repository, with workflows for CI.",
    "ledger": "Search and verify the history of what was done.",
    "plan": "Show what would change, what it costs and what a person must do.",
    "policy": "Explain what policies check, and test the organization's own.",
    "reviewed": "Fetch the plan that was reviewed, in a CI job.",
    "rollover": "Rehearse the change of people and classes on a pretend organization.",
    "renewals": "List what expires, who renews it and how.",
    "reveal": "Say who is behind pseudonyms, for who holds the key.",
    "roster": "Check people and classes, and write the zip that Apple takes.",
    "schema": "Write the JSON Schemas that editors use.",
    "seal": "Seal files of people, so that git may keep them.",
    "show": "Show what is declared, recorded and known of one thing.",
    "simulator": "Rehearse against a pretend Apple School Manager.",
    "tasks": "List what a person must do in Apple's portal.",
    "unseal": "Open a sealed file.",
    "validate": "Check the files, offline.",
    "verify": "Prove from a downloaded log what nothing reads back.",
}


class LazyGroup(click.Group):
    """Knows its commands' names and one-liners without importing them: `--help` and completion stay fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See click."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See click."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = f"reconciler.cli.{cmd_name}{'_' * iskeyword(cmd_name)}"
        found: click.Command = importlib.import_module(module).command if find_spec(module) else _installed(cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above instead of importing each for its help."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _installed(name: str) -> click.Command:
    """The command of another package (entry points of the group `reconciler.commands`)."""
    from importlib.metadata import entry_points  # 60 ms with the look at every installed package, for commands that are not here

    (point,) = entry_points(group="reconciler.commands", name=name)
    command: click.Command = point.load()
    return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconciler")
@click.option(
    "--log",
    type=click.Choice(FORMS),
    default=FORMS[0],
    show_default=True,
    is_eager=True,
    expose_value=False,
    callback=lambda _context, _option, form: listen(form),
    help="How stderr speaks: sentences for people, or one JSON object a line for machines (schemas/log-line.schema.json).",
)
def cli() -> None:
    """Keep an Apple School Manager organization equal to a git repository.

    Commands that read a configuration take its folder as an optional argument; the default is the current folder.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (the process's own by default) and return its exit code. Every error a user can meet becomes a sentence."""
    listen(FORMS[0])
    exit_code = _run(arguments)
    listener().end(exit_code)
    return exit_code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return cli.main(arguments, prog_name="reconciler", standalone_mode=False) or 0
    except click.exceptions.Abort as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # what click makes of Ctrl-C anywhere but at a question
            listener().message("Interrupted. The next apply looks at what was in flight.")
        return INTERRUPTED
    except click.ClickException as error:
        listener().misuse(error)
        return ReconcilerError.exit_code
    except (ReconcilerError, StateError) as error:
        return report_failure(error)
    except OSError as error:  # a disk, a file or a pipe that nothing above it has words for
        mute()
        place = f"{error.filename}: " if error.filename else "The output could not be written: "
        return report_failure(
            ReconcilerError(f"{place}{error.strerror or error}", "Check that it exists, who may use it, and the free space.")
        )


def main() -> None:
    """The console script."""
    never_fail_on_a_letter()
    sys.exit(run())
