"""Apps and Books: the licences of one location, read and moved with its content token.

`library.Library` runs the calls of `calls`; `batches` packs licences into the fewest requests, `settle` says what became of each.
"""

from providers.apps_and_books.connect import connect, open_way, read_token

__all__ = ["connect", "open_way", "read_token"]
