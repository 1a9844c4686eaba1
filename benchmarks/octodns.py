"""The peer: octoDNS, which also keeps a live system equal to YAML files, on as many records with as many changes.

A YAML source is compared with an equal YAML target (its other providers need a DNS host), both read by octoDNS itself. One record per
device: its name is the serial number, its text the service.

Run as a child to write the files: `python -m benchmarks.octodns WORLD FOLDER`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import floor
from benchmarks.measure import Usage, child, python

VERSION = "1.22.0"
ZONE = "devices.example."
CONFIG = """manager: {{max_workers: 1}}
providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: {0}/wanted, default_ttl: 3600, enforce_order: false}}
  live: {{class: octodns.provider.yaml.YamlProvider, directory: {0}/live, default_ttl: 3600, enforce_order: false}}
zones:
  {1}: {{sources: [config], targets: [live]}}
"""


def installed(bench: Path) -> Path:
    """octoDNS in an environment of its own, made at the first run. Returns its command."""
    environment = bench / f"octodns-{VERSION}"
    command = environment / "bin" / "octodns-sync"
    if not command.exists():
        child([sys.executable, "-m", "venv", environment])
        child([environment / "bin" / "python", "-m", "pip", "install", "--quiet", f"octodns=={VERSION}"])
    return command


def plan(bench: Path, world: Path) -> tuple[Usage, int]:
    """Let octoDNS plan what `world` wants; with the number of changes that it found."""
    command, folder = installed(bench), world / "octodns"
    if not (folder / "config.yaml").exists():
        child(python("benchmarks.octodns", world, folder))
    usage = child([command, "--config-file", folder / "config.yaml", "--log-stream-stdout"])
    found = re.search(r"Creates=(\d+), Updates=(\d+), Deletes=(\d+)", usage.output)
    if not found:
        raise ValueError(f"octoDNS printed no summary:\n{usage.output[-2000:]}")
    return usage, sum(map(int, found.groups()))


def write(world: Path, folder: Path) -> None:
    """The same facts as octoDNS reads them."""
    facts = floor.read_facts(world)
    live, wanted = floor.live(world, facts), floor.wanted(world, facts)
    _write_zone(folder / "live", live)
    _write_zone(folder / "wanted", live | wanted)
    (folder / "config.yaml").write_text(CONFIG.format(folder, ZONE))


def _write_zone(folder: Path, records: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{ZONE}yaml").open("w", encoding="utf-8") as file:
        file.writelines(f"{serial.lower()}:\n  type: TXT\n  value: {server}\n" for serial, server in sorted(records.items()))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
