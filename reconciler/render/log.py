"""What `--log json` writes on stderr: one JSON object a line, told apart by `event` (schemas/log-line.schema.json).

It names people as plans do: by pseudonym. It holds no colours and no secrets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

import orjson
from pydantic import Field

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.outcome import Done
from reconciler.phrases import plain
from reconciler.provider import Allowance, Notice, Outcome, Result, Stage
from reconciler.resource import Source

NAMES = 1_000
"""So many names stand in one line at most: collectors of logs cut lines that are too long."""

_Note = Annotated[str, Field(description="In words for people.")]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    at: Annotated[str, Field(description="When, by this machine's clock: ISO 8601, UTC.", json_schema_extra={"format": "date-time"})] = (
        field(default_factory=_now)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressLine(_Line):
    """What is being done. At most one line a second for the same text, but for waits."""

    event: Literal["progress"] = "progress"
    text: _Note
    done: Annotated[int | None, Field(description="How far; null where that is unknown.")]
    total: Annotated[int | None, Field(description="Out of how many; null where that is unknown.")]
    wait_seconds: Annotated[float, Field(description="How long it waits now, by the organization's clock.")]
    budget: Annotated[tuple[Allowance, ...], Field(description="What is left of the rate budget that was used last.")]
    stage: Annotated[Stage | None, Field(description="Which step of a run this belongs to; null outside runs.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine(_Line):
    """A step that was tried. Its outcomes stand in the lines before it."""

    event: Literal["step"] = "step"
    run: str
    step: Annotated[str, Field(description="The step's id in the plan and in the ledger.")]
    channel: Annotated[str, Field(description="The connection that it went through.")]
    title: _Note
    reference: Annotated[str, Field(description="The channel's own id for it; empty where there is none.")]
    things: Annotated[int, Field(description="How many things it covers.")]
    landed: Annotated[int, Field(description="How many were read back as they should be.")]
    taken: Annotated[int, Field(description="How many the channel took without anybody being able to read them back.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine(_Line):
    """What became of things that a step covers, up to a thousand in a line."""

    event: Literal["outcome"] = "outcome"
    run: str
    step: str
    kind: str
    result: Result
    word: Annotated[str, Field(description="The channel's own word for it, or where the thing was found instead.")]
    names: Annotated[tuple[str, ...], Field(description="The names; an address is kind/name. People go by pseudonyms.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine(_Line):
    """Anything else that people would read on stderr."""

    event: Literal["message"] = "message"
    text: _Note


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine(_Line):
    """A finding about the files or the live organization."""

    event: Literal["finding"] = "finding"
    severity: Severity
    message: _Note
    hint: Annotated[str, Field(description="What to do about it.")]
    source: Annotated[Source | None, Field(description="Where in the files; null where no file is at fault.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine(_Line):
    """What stopped the command."""

    event: Literal["error"] = "error"
    sort: Annotated[str, Field(description="The class of the error, such as StalePlan.")]
    message: _Note
    hint: Annotated[str, Field(description="What to do about it.")]
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine(_Line):
    """The last line of every command."""

    event: Literal["end"] = "end"
    exit_code: int


LogLine = ProgressLine | StepLine | OutcomeLine | MessageLine | FindingLine | ErrorLine | EndLine


def encode(line: LogLine) -> bytes:
    """The line as it is written, with its end."""
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def progress_line(notice: Notice) -> ProgressLine:
    """A notice that has a text."""
    return ProgressLine(
        text=plain(notice.text),
        done=notice.done,
        total=notice.total,
        wait_seconds=notice.wait,
        budget=notice.budget,
        stage=notice.stage,
    )


def step_lines(run: str, done: Done) -> Iterator[LogLine]:
    """The outcomes of a step, grouped, and then the step itself."""
    groups: dict[tuple[str, Outcome], list[str]] = defaultdict(list)
    for address, outcome in done.outcomes.items():
        groups[address.kind, outcome].append(address.name)
    for (kind, outcome), names in groups.items():
        for start in range(0, len(names), NAMES):
            part = tuple(names[start : start + NAMES])
            yield OutcomeLine(run=run, step=done.step.id, kind=kind, result=outcome.result, word=plain(outcome.word), names=part)
    yield StepLine(
        run=run,
        step=done.step.id,
        channel=done.step.provider,
        title=plain(done.step.title),
        reference=done.reference,
        things=len(done.outcomes),
        landed=done.landed,
        taken=done.taken,
    )


def finding_line(finding: Diagnostic) -> FindingLine:
    """A finding as a value."""
    return FindingLine(severity=finding.severity, message=finding.message, hint=finding.hint, source=finding.source)
