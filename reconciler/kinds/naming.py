"""Names for our files out of what people call a thing."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 63
"""What reconciler.kinds.fields.NAME allows."""


def slug(text: str, otherwise: str = "service") -> str:
    """A valid name: "Jamf School" → "jamf-school"; `otherwise` where no letter or digit is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].rstrip("-") or otherwise


def joined(name: str, ending: str) -> str:
    """A valid name with an ending, cut in the middle where it would be too long."""
    return f"{name[: LONGEST - 1 - len(ending)].rstrip('-._')}-{ending}"
