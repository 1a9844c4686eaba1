"""Rosters as Apple School Manager takes them: the six files, what may stand in them, and how they are written."""
