"""What somebody probably meant: the nearest known word, and values quoted the way messages quote them."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from reconciler.phrases import either


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`Did you mean "jamf"?`, or what there is to choose from if nothing is near and the choice is small; else empty."""
    by_fold = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{by_fold[near[0]]}"?'
    return f"Use {one_of(known)}." if 0 < len(known) <= 8 else ""


def one_of(words: Collection[str]) -> str:
    """The words in quotes: `"a", "b" or "c"`."""
    return either([f'"{word}"' for word in words])


def short(value: object, limit: int = 60) -> str:
    """A value in quotes, on one line, cut so that a message stays a sentence."""
    text = " ".join(str(value).split())
    return f'"{text}"' if len(text) <= limit else f'"{text[:limit]}…"'
