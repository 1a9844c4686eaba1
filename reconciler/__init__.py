"""reconciler keeps an Apple School Manager organization equal to a git repository."""

__version__ = "0.1.0"
