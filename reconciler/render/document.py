"""The plan as a JSON document: what `plan --json` prints and `plan --out` saves, and back again.

Every group of changes is one line, so the plan of a ministry stays a file that a person can open.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ConfigDict, Field

from reconciler.capability import Capability
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ReconcilerError
from reconciler.licences.balance import Balance
from reconciler.plan import Awaiting, Binding, Change, Expiry, LeftAlone, Plan, Price, Refusal, Step
from reconciler.render.groups import ChangeGroup, grouped, ungrouped
from reconciler.resource import Address, Source
from state.collector import collector_paused

FORMAT = 1
_ANOTHER = "Make a new one with: reconciler plan --out plan.json"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepDocument(_Model):
    """One unit of I/O, covering one or many changes."""

    id: str
    provider: str
    action: str
    title: str
    covers: Annotated[dict[str, list[str]], Field(description="kind → names, in the order in which they are sent.")]
    body: Annotated[dict[str, str], Field(description="The provider's own words for the request, without secrets.")]
    reads: int
    writes: int


class PlanDocument(_Model):
    """A complete plan. Bound to one organization, record lineage and serial; executed once."""

    format: Annotated[Literal[1], Field(description="Version of this layout.")]
    digest: Annotated[str, Field(description="SHA-256 of the rest of the document, canonical JSON.")]
    binding: Binding
    capabilities: Annotated[list[Capability], Field(description="How changes land; each group of them names one by its place.")]
    changes: list[ChangeGroup]
    steps: list[StepDocument]
    prices: list[Price]
    left_alone: list[LeftAlone]
    awaiting: list[Awaiting]
    findings: list[Diagnostic]
    refusals: list[Refusal]
    titles: dict[str, dict[str, str]]
    balances: Annotated[list[Balance], Field(description="Licences of each app at each location, as numbers.")]
    renewals: Annotated[list[Expiry], Field(description="What ends one day, the most urgent first; without what it is that ends.")]


PlanDocument.model_rebuild(_types_namespace={"Source": Source})  # a Diagnostic knows it as a type only, so that --help needs no pydantic


def to_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values, with its digest."""
    capabilities: dict[Capability, int] = {}
    changes = grouped(plan.changes, capabilities)
    content = {
        "format": FORMAT,
        "binding": _plain(plan.binding),
        "capabilities": _plain(list(capabilities)),
        "changes": changes,
        "steps": [step_to_json(step) for step in plan.steps],
        **{name: _plain(getattr(plan, name)) for name in ("prices", "left_alone", "awaiting", "findings", "refusals")},
        **{name: _plain(getattr(plan, name)) for name in ("titles", "balances", "renewals")},
    }
    return {"digest": _digest(content), **content}


def written(plan: Plan) -> Iterator[bytes]:
    """The document as text, in pieces: what is listed has a line each."""
    for number, (name, value) in enumerate(to_document(plan).items()):
        yield (b",\n " if number else b"{\n ") + orjson.dumps(name) + b": "
        yield b"[\n  " + b",\n  ".join(map(orjson.dumps, value)) + b"\n ]" if isinstance(value, list) and value else orjson.dumps(value)
    yield b"\n}\n"


def digest(plan: Plan) -> str:
    """What names this plan in the ledger: equal plans have equal digests, and a saved file keeps it."""
    return str(to_document(plan)["digest"])


def save(plan: Plan, path: Path) -> None:
    """Write the plan to a file. OSError if it cannot be written."""
    with path.open("wb") as file:
        file.writelines(written(plan))


def load_plan(path: Path) -> Plan:
    """Read a saved plan.

    Raises ReconcilerError if the file is missing, is no plan, or was changed after it was saved.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ReconcilerError(f"There is no plan file {path}.", _ANOTHER) from None
    except OSError as error:
        raise ReconcilerError(f"The plan file {path} cannot be read: {error.strerror}.", _ANOTHER) from None
    with collector_paused():
        return _read(content, path)


def _read(content: bytes, path: Path) -> Plan:
    try:
        document = PlanDocument.model_validate_json(content)
        if document.digest != _digest({key: value for key, value in orjson.loads(content).items() if key != "digest"}):
            raise ReconcilerError(f"{path} was changed after it was saved, so it is not executed.", _ANOTHER)
        plan = _from_document(document)
        ZoneInfo(plan.binding.time_zone)  # renderers rely on it
    except (ValueError, LookupError, OSError):  # broken JSON, an invalid value, an unknown kind or time zone
        raise ReconcilerError(f"{path} is not a plan of this version of reconciler.", _ANOTHER) from None
    return plan


def by_verdict(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes that share a verdict, together, in the order of their first one."""
    groups: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        groups[id(change.verdict)].append(change)
    return list(groups.values())


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: object) -> Any:
    """Dataclasses as JSON values: sorting keys, which a digest needs, is for these."""
    return orjson.loads(orjson.dumps(value))


def step_to_json(step: Step) -> dict[str, Any]:
    """One step as JSON values."""
    covers: dict[str, list[str]] = defaultdict(list)
    for address in step.covers:
        covers[address.kind].append(address.name)
    return {
        **{name: getattr(step, name) for name in ("id", "provider", "action", "title", "body", "reads", "writes")},
        "covers": dict(covers),
    }


def _from_document(document: PlanDocument) -> Plan:
    return Plan(
        binding=document.binding,
        changes=tuple(change for group in document.changes for change in ungrouped(group, document.capabilities)),
        steps=tuple(step_from_json(step) for step in document.steps),
        prices=tuple(document.prices),
        left_alone=tuple(document.left_alone),
        awaiting=tuple(document.awaiting),
        findings=tuple(document.findings),
        refusals=tuple(document.refusals),
        titles=document.titles,
        balances=tuple(document.balances),
        renewals=tuple(document.renewals),
    )


def step_from_json(plain: Any) -> Step:
    """One step back from JSON values. Raises ValidationError (pydantic) if they are none."""
    step = StepDocument.model_validate(plain)
    covers = tuple(Address(kind, name) for kind, names in step.covers.items() for name in names)
    return Step(step.id, step.provider, step.action, step.title, covers, step.body, step.reads, step.writes)
