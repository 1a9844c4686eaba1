"""`reconciler policy`: offline."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from reconciler.cli.failure import print_diagnostics
from reconciler.cli.log import listener
from reconciler.cli.options import folder as folder_argument
from reconciler.errors import ReconcilerError
from reconciler.examine import place_in
from reconciler.load import load
from reconciler.load.files import MAIN
from reconciler.policies.custom import Tried, try_rules
from reconciler.policies.judge import POLICIES, rule_faults
from reconciler.policies.policy import Policy
from reconciler.policies.settings import Policies, Rule

WIDTH = 116


@click.group(name="policy")
def command() -> None:
    """Explain what policies check, and test the organization's own.

    Plans and `reconciler validate` show what policies find. A finding that is known and accepted is silenced until a day, with a reason,
    in reconciler.yaml: policies: {silence: [{id: DEV-003, where: lab, until: 2027-06-30, reason: …}]}
    """


@command.command(name="list")
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_(folder: Path, as_json: bool) -> int:
    """Explain every policy: what it finds, why that matters, who says so, and whether it is silenced here."""
    own = load(folder).settings.policies if (folder / MAIN).is_file() else Policies()
    if as_json:
        click.echo(orjson.dumps(_document(own), option=orjson.OPT_INDENT_2))
        return 0
    for policy in POLICIES.values():
        click.echo("\n".join((*_explained(policy), *_silenced(policy.id, own))))
    for rule in own.rules:
        click.echo("\n".join((*_told(rule), *_silenced(rule.id, own))))
    return 0


@command.command(name="test")
@folder_argument
def test(folder: Path) -> int:
    """Run the tests of the organization's own rules. Exit code: 0 all as expected, 1 not."""
    configuration = load(folder)
    rules = configuration.settings.policies.rules
    if not rules:
        click.echo(f"There are no rules of your own: write them into {MAIN} below policies: rules:")
        return 0
    faults = rule_faults(rules, place_in(configuration.folder))
    print_diagnostics(faults)
    tried = list(try_rules(rules))
    for one in tried:
        click.echo(_outcome(one))
    for rule in rules:
        if not rule.tests:
            listener().message(f"{rule.id} has no tests, so nobody knows whether it fires when it should.")
    failed = sum(bool(one.problem) for one in tried)
    click.echo(f"{len(tried) - failed:,} as expected, {failed:,} not.")
    return ReconcilerError.exit_code if failed or faults else 0


def _outcome(tried: Tried) -> str:
    word = click.style("FAILED", fg="red") if tried.problem else click.style("ok", fg="green")
    return f"{word}  {tried.rule}: {tried.name}" + (f": {tried.problem}" if tried.problem else "")


def _explained(policy: Policy) -> Iterator[str]:
    yield f"{click.style(policy.id, bold=True)}  {policy.severity}  {policy.says}"
    yield from textwrap.wrap(policy.reason, WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield f"    See {policy.page}"


def _told(rule: Rule) -> Iterator[str]:
    yield f"{click.style(rule.id, bold=True)}  {rule.severity}  {rule.message}"
    yield f"    Your own rule: {' '.join(rule.when.split())}"
    yield f"    {len(rule.tests):,} test{'s' * (len(rule.tests) != 1)}"


def _silenced(id_: str, own: Policies) -> Iterator[str]:
    for silence in own.silence:
        if silence.id == id_:
            yield f"    Silenced for {silence.where if silence.where != '*' else 'all'} until {silence.until}: {silence.reason}"


def _document(own: Policies) -> dict[str, object]:
    built_in = [{key: value for key, value in asdict(one).items() if key not in ("check", "of_plan")} for one in POLICIES.values()]
    return {"policies": built_in, **own.model_dump(mode="json")}
