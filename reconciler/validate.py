"""What a sound configuration holds, in a few lines."""

from __future__ import annotations

from reconciler.kinds import KINDS
from reconciler.load import Configuration
from reconciler.phrases import counted


def summary(configuration: Configuration) -> list[str]:
    """One line per kind that is declared, then what is dormant today."""
    desired = configuration.desired
    lines = [f"{configuration.settings.organization.name}: the configuration is sound."]
    for kind in KINDS.values():
        named, rules = desired.count(kind.name), len(desired.rules.get(kind.name, ()))
        parts = [f"{named:,} {kind.noun[named != 1]}"] if named else []
        parts += [f"{counted(rules, 'rule')} for {kind.noun[1]}"] if rules else []
        lines.extend(["  " + ", and ".join(parts)] if parts else [])
    lines.extend(f"  {dormant.name}: not in effect today ({dormant.why})" for dormant in desired.dormant)
    return lines
