from __future__ import annotations

import click
import pytest

from reconciler.cli import COMMANDS, cli, run


def _command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def _subcommands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], click.Command]] = [((name,), _command(name)) for name in COMMANDS]
    while waiting:
        path, command = waiting.pop()
        found.append(path)
        if isinstance(command, click.Group):
            waiting.extend(((*path, name), inner) for name, inner in command.commands.items())
    return sorted(found)


def _sentence(text: str) -> bool:
    return bool(text) and text[0].isupper() and text.rstrip().endswith(".") and ". " not in text.rstrip(".").replace("e.g. ", "")


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """reconciler --help lists every command with one sentence each."""
    assert run(["--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for name, sentence in COMMANDS.items():
        assert f"{name} {sentence}" in told
        assert _sentence(sentence)


@pytest.mark.parametrize("path", _subcommands(), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """-h of each command, subcommands included, says how it is used and what it does, and what each option means."""
    assert run([*path, "-h"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"Usage: reconciler {' '.join(path)}")
    assert len(told.split("\n\n")[1].strip()) > 20
    command = _command(path[0])
    for name in path[1:]:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_and_the_command_agree(name: str) -> None:
    """The help of a command begins with the sentence that the table, which is shown without importing it, has for it."""
    assert " ".join((_command(name).help or "").split()).startswith(COMMANDS[name])


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """reconciler --version tells the name and the version."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("reconciler, version ")
