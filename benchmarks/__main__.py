"""`python -m benchmarks`: all of it, or one of `devices`, `licences`, `roster`, `startup`. The exit code is 1 where a target was missed."""

from __future__ import annotations

from collections.abc import Iterable

import click

from benchmarks import devices, licences, measure, report, roster
from benchmarks.report import Findings
from benchmarks.startup import startup


@click.group(invoke_without_command=True)
@click.option("--quick", is_flag=True, help="Leave out octoDNS, which takes two minutes.")
@click.option("--fresh", is_flag=True, help="Make the data anew.")
@click.option("--record", is_flag=True, help="Keep the result in benchmarks/RESULTS.md.")
@click.pass_context
def main(context: click.Context, quick: bool, fresh: bool, record: bool) -> None:
    """Measure everything, print a table, and say which targets were met."""
    context.obj = pinned = measure.pin()
    if context.invoked_subcommand is None:
        found = _everything(quick=quick, fresh=fresh)
        if record:
            report.record(report.markdown(found, pinned))
        _show(found, pinned)


def _everything(*, quick: bool, fresh: bool) -> list[Findings]:
    found = [startup()]
    click.echo("Making the organizations where they are not there yet; at a million devices that takes two minutes.", err=True)
    folders = {size: devices.world(size, fresh=fresh) for size in (devices.TINY, devices.SMALL, devices.LARGE)}
    small, large = devices.measured(folders)
    found.append(devices.against_floor(small, large))
    click.echo("A large district's roster is made and planned; that takes two minutes.", err=True)
    found.append(roster.measured())
    click.echo("A large district's licences are made and planned; that takes a minute.", err=True)
    found.append(licences.measured())
    if not quick:
        click.echo("octoDNS plans as many records; that takes two minutes.", err=True)
        found.append(devices.against_peer(small, folders[devices.SMALL]))
    return found


def _show(found: Iterable[Findings], pinned: str) -> None:
    every = list(found)
    click.echo(report.markdown(every, pinned))
    raise SystemExit(not all(target.met for one in every for target in one.targets))


@main.command(name="devices")
@click.option("--size", type=click.IntRange(min=1), default=devices.SMALL, show_default=True, help="How many devices.")
@click.option("--fresh", is_flag=True, help="Make the data anew.")
@click.pass_obj
def devices_alone(pinned: str, size: int, fresh: bool) -> None:
    """A plan of many devices against the floor."""
    folders = {each: devices.world(each, fresh=fresh) for each in (devices.TINY, size)}
    _show([devices.against_floor(*devices.measured(folders))], pinned)


@main.command(name="licences")
@click.pass_obj
def licences_alone(pinned: str) -> None:
    """A plan of many licences against the floor."""
    _show([licences.measured()], pinned)


@main.command(name="roster")
@click.pass_obj
def roster_alone(pinned: str) -> None:
    """A plan of many people against the floor."""
    _show([roster.measured()], pinned)


@main.command(name="startup")
@click.pass_obj
def startup_alone(pinned: str) -> None:
    """Commands against a bare interpreter."""
    _show([startup()], pinned)


if __name__ == "__main__":
    main()
