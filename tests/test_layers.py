"""The house rules that a program can count."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("reconciler", "providers", "state")
NOUNS_FOR_PROVIDERS = {
    *("capability", "clock", "connections", "desired", "diagnostic", "errors", "guide", "kinds", "licences", "observed"),
    *("phrases", "plan", "provider", "pseudonyms", "resource", "roster", "sealed", "settings"),
}
STAIRS = (  # of reconciler/, bottom first; a module may import from its own step and those below
    {"errors", "clock", "phrases", "guide", "resource", "diagnostic", "capability", "sealed"},
    {
        *("desired", "observed", "plan", "licences", "connections", "settings", "kinds", "roster", "pseudonyms", "provider", "outcome"),
        *("diff", "actor", "repository", "policies"),
    },
    {
        *("load", "render", "guard", "selection", "resolve", "coverage", "drift", "intent", "verdict", "landing", "flight", "reveal"),
        *("forge", "comment"),
        *(
            "freeze",
            "consent",
            "schema",
            "channels",
            "passcodes",
            "requests",
            "access",
            "waves",
            "veil",
            "whole",
            "shrink",
            "renewals",
            "overallocation",
            "audit",
            "wanted",
            "unread",
        ),
    },
    {"planner", "validate", "examine", "stale", "revert", "format", "starter"},
    {"session"},
    {"apply", "doctor", "recover", "confirm", "roster_proof", "rehearse", "adopt"},
    {"cli", "__main__"},
)
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _part(path: Path) -> tuple[str, str]:
    inner = path.relative_to(ROOT).with_suffix("").parts
    return inner[0], inner[1] if len(inner) > 1 else ""


def _step(name: str) -> int:
    return next(number for number, names in enumerate(STAIRS) if name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_runs_upwards(path: Path) -> None:
    """Imports run providers → reconciler → state, and within reconciler down the staircase."""
    package, module = _part(path)
    for name in _imports(path):
        top, _, rest = name.partition(".")
        inner = rest.partition(".")[0]
        if package == "state":
            assert top not in ("reconciler", "providers"), f"state imports {name}"
        elif package == "providers" and top == "reconciler":
            assert inner in NOUNS_FOR_PROVIDERS, f"a provider imports {name}"
        elif package == "reconciler" and top == "providers":
            pytest.fail(f"reconciler imports {name}; providers are found by entry point")
        elif package == top == "reconciler" and module not in ("__init__", "py") and inner != "__version__":
            assert _step(inner) <= _step(module), f"{path.name} imports {name}, which stands above it"


def test_no_import_ring() -> None:
    """No module imports itself through others."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    graph = {
        name: {part for imported in _imports(path) if (part := _known(imported, names)) and part != name} for name, path in names.items()
    }
    done: set[str] = set()
    for name in graph:
        _walk(name, graph, (), done)


def _known(imported: str, names: dict[str, Path]) -> str:
    """The module meant by `from a.b import c`: a.b.c if that is one, else a.b. A package's own file is not meant by its members."""
    return imported if imported in names else imported.rpartition(".")[0] if imported.rpartition(".")[0] in names else ""


def _walk(name: str, graph: dict[str, set[str]], path: tuple[str, ...], done: set[str]) -> None:
    assert name not in path, f"import ring: {' → '.join((*path[path.index(name) :], name))}"
    if name not in done:
        for imported in graph[name]:
            _walk(imported, graph, (*path, name), done)
        done.add(name)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_and_files_are_short(path: Path) -> None:
    """No function has more than 40 lines beside its docstring, and no file more than 320."""
    text = path.read_text()
    assert text.count("\n") <= 320, f"{path.name} has {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node, clean=False)
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
            assert length <= 40, f"{path.name}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_import_inside_a_function_gives_its_reason(path: Path) -> None:
    """An import hidden in a function is a measured start-up gain, with the reason on its line."""
    lines = path.read_text().splitlines()
    for function in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    assert "  # " in lines[node.lineno - 1], f"{path.name}:{node.lineno} hides an import without a reason"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_states_its_requirement(path: Path) -> None:
    """Every test's docstring is one sentence, and no test patches our own code."""
    text = path.read_text()
    assert path == Path(__file__) or not re.search(r"unittest\.mock|monkeypatch\.setattr|MagicMock|time\.sleep", text), (
        f"{path.name} patches or sleeps"
    )
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            docstring = ast.get_docstring(node) or ""
            assert docstring, f"{path.name}:{node.lineno} {node.name} states no requirement"
            assert "\n\n" not in docstring, f"{path.name}:{node.lineno} {node.name} says more than one sentence"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_exclusion_carries_its_reason(path: Path) -> None:
    """A noqa or a type: ignore names its rule and says why on the same line."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := re.search(r"#\s*(noqa|type: ignore)(.*)", line):
            assert re.match(r"(:\s*[A-Z0-9, ]+|\[[a-z-, ]+\])\s+\S+", match.group(2)), f"{path.name}:{number} gives no reason"
