"""The files that a new configuration repository begins with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.errors import ReconcilerError
from reconciler.format.words import write_text
from reconciler.kinds.naming import slug
from reconciler.load import load
from reconciler.phrases import plain
from reconciler.render.markdown import escape
from reconciler.schema import SCHEMAS, render

SITE = "schools/"
"""Templates below this folder are written once for each school."""
SCHEMA_FOLDER = ".schemas"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a starter needs to be told. `install`: the line of pip's requirements that installs this program, if it is known."""

    organization: str
    time_zone: str
    sites: Sequence[str]
    install: str


@dataclass(frozen=True, slots=True)
class StarterFile:
    """A file, relative to the folder, and whether there is one by its name already, which then stays."""

    name: str
    content: bytes
    kept: bool


def starter(folder: Path, answers: Answers) -> list[StarterFile]:
    """Every file of a starter, by name.

    Raises ConfigurationError if these answers make no sound configuration, ReconcilerError if something is in the way.
    """
    contents = dict(sorted([*_rendered(answers), *((f"{SCHEMA_FOLDER}/{name}", render(name)) for name in SCHEMAS)]))
    _check_sound(contents)
    _check_way(folder, contents)
    return [StarterFile(name, content, (folder / name).exists()) for name, content in contents.items()]


def write(folder: Path, files: Sequence[StarterFile]) -> None:
    """Write those that are not there yet. A file that has appeared in the meantime is not overwritten: FileExistsError."""
    for file in files:
        if not file.kept:
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(file.content)


def installed_from() -> str:
    """The requirement that installs this very program elsewhere, as pip noted it (PEP 610); empty where it only knows this machine.

    Never a name alone: in a public index anybody may have taken it.
    """
    try:
        noted = distribution("reconciler").read_text("direct_url.json")
    except PackageNotFoundError:
        return ""
    direct = json.loads(noted) if noted else {}
    url, vcs = str(direct.get("url", "")), direct.get("vcs_info")
    if not url.startswith("https://"):
        return ""
    return f"reconciler @ {vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else f"reconciler @ {url}"


def _rendered(answers: Answers) -> Iterator[tuple[str, bytes]]:
    # GitHub's workflows have braces of their own.
    environment = Environment(
        loader=PackageLoader("reconciler.starter", "files"),
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="«%",
        block_end_string="%»",
        comment_start_string="«#",
        comment_end_string="#»",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  nothing here is HTML: YAML and Markdown are escaped by the filters below
    )
    environment.filters |= {"yaml": write_text, "markdown": escape, "line": plain}
    sites = _sites(answers.sites or [answers.organization])
    values = {"organization": answers.organization, "time_zone": answers.time_zone, "install": answers.install, "sites": sites}
    for template in environment.list_templates(extensions=["j2"]):
        name = template.removesuffix(".j2").replace("dot-", ".")
        if not name.startswith(SITE):
            yield name, environment.get_template(template).render(values).encode()
            continue
        for folder, site in sites.items():
            text = environment.get_template(template).render(values, site=site, folder=folder)
            yield name.replace("SITE", folder), text.encode()


def _sites(names: Sequence[str]) -> dict[str, str]:
    """Folder → school."""
    sites: dict[str, str] = {}
    for name in names:
        if (other := sites.setdefault(slug(name, "school"), name)) is not name:
            raise ReconcilerError(f'"{plain(other)}" and "{plain(name)}" would share a folder.', "Give one of them another name.")
    return sites


def _check_sound(contents: dict[str, bytes]) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder, [StarterFile(name, content, kept=False) for name, content in contents.items()])
        load(folder)


def _check_way(folder: Path, names: dict[str, bytes]) -> None:
    """What stands where a folder is needed, or is a folder where a file is."""
    above = {parent for name in names for parent in Path(name).parents}
    wrong = [name for name in sorted(map(str, above)) if (folder / name).exists() and not (folder / name).is_dir()]
    wrong += [name for name in names if (folder / name).is_dir()]
    if wrong:
        raise ReconcilerError(f"In the way: {', '.join(wrong)}.", "Rename it, or choose another folder. Nothing was written.")
