"""The organization's own rules, in CEL (Common Expression Language): compiled and type-checked first, then asked about a plan.

A rule is asked once for a plan, about groups of changes (see reconciler.policies.document), so its cost does not grow with the school.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.suggest import short
from reconciler.policies.document import example
from reconciler.policies.policy import Place
from reconciler.policies.settings import Rule

_SHOWN = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_UNKNOWN = re.compile(r"undeclared reference to '([^']+)'")
_LACKS = re.compile(r'Key not found in map : "([^"]*)"')


class RuleError(Exception):
    """A rule that cannot be asked; its text finishes the sentence "The rule …"."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule that was found sound. `expression` is the engine's own."""

    rule: Rule
    expression: Any  # Any: the engine's types are loaded only where there are rules

    def fires(self, variables: Mapping[str, Any]) -> bool:
        """Whether it fires. Raises RuleError if it cannot be answered, for example because a key does not exist."""
        answer = self.expression.eval(data=dict(variables))
        value = answer.value()
        if isinstance(value, bool):
            return value
        raise RuleError(_unanswered(str(value)) if answer.type().name() == "ERROR" else _not_a_flag(value))


def _unanswered(said: str) -> str:
    lacking = _LACKS.search(said)
    if lacking:
        return f'asks for "{lacking[1]}", which is not there in this plan; has(…) asks whether it is'
    return f"could not be answered: {said.partition(': ')[2] or said}"


def _not_a_flag(value: object) -> str:
    return f"answers {short(value)}, and must be true or false"


class Engine:
    """Compiles rules. Making one loads CEL."""

    def __init__(self) -> None:
        from cel_expr_python import cel  # type: ignore[import-untyped]  # no types; 12 ms and 6 MB that only organizations with rules need to pay

        group = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
        self._environment = cel.NewEnv(variables={"plan": group, "changes": cel.Type.List(group)})
        self._results = ("BOOL", "DYN")

    def compile(self, rule: Rule) -> Compiled:
        """Raises RuleError for what is no expression, knows no such variable, or is not a question with yes or no."""
        try:
            expression = self._environment.compile(rule.when)
        except RuntimeError as error:
            raise RuleError(_explained(str(error), rule.when)) from None
        result = expression.return_type().name()
        if result not in self._results:
            raise RuleError(f"is of the sort {result.lower()}, and must be a question that is answered with true or false")
        return Compiled(rule, expression)


def _explained(said: str, text: str) -> str:
    found = _SHOWN.search(said)
    if found is None:
        return f"is not an expression of CEL: {said.splitlines()[0]}"
    line, column, problem = found.groups()
    at = f"character {column}" if len(text.splitlines()) == 1 else f"line {line}, character {column}"
    unknown = _UNKNOWN.search(problem)
    if unknown:
        return f'knows nothing called "{unknown[1].partition(".")[0]}" (at {at}); there are plan and changes'
    return f"is not an expression of CEL (at {at}): {problem.removesuffix(' [INVALID_ARGUMENT]')}"


def judge(rules: Iterable[Rule], variables: Mapping[str, Any] | None, place: Place) -> Iterator[tuple[str, Diagnostic]]:
    """The findings of the rules about a plan, each with the rule's id; those about the rules themselves, where there is no plan.

    A rule that cannot be asked stops the plan, as nobody knows what it would have said.
    """
    engine = Engine()
    for index, rule in enumerate(rules):
        source = place("policies", "rules", index, "when")
        try:
            compiled = engine.compile(rule)
            if variables is not None and compiled.fires(variables):
                severity = Severity(rule.severity)
                yield rule.id, Diagnostic(place("policies", "rules", index, "id"), f"{rule.id}: {rule.message}", rule.hint, severity)
        except RuleError as error:
            hint = "Correct it, and try it with: reconciler policy test"
            yield rule.id, Diagnostic(source, f"{rule.id}: The rule {error}.", hint)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one test of a rule: `problem` is empty where it did as expected."""

    rule: str
    name: str
    problem: str


def try_rules(rules: Iterable[Rule]) -> Iterator[Tried]:
    """Run the tests of every rule."""
    engine = Engine()
    for rule in rules:
        for test in rule.tests:
            tried = Tried(rule.id, test.name, "")
            try:
                fired = engine.compile(rule).fires(example(test.plan, test.changes))
            except RuleError as error:
                yield replace(tried, problem=f"the rule {error}")
                continue
            if fired is not (test.expect == "fires"):
                tried = replace(tried, problem=f"the rule {'fires' if fired else 'is silent'}, and should {_should(test.expect)}")
            yield tried


def _should(expect: str) -> str:
    return "fire" if expect == "fires" else "be silent"
