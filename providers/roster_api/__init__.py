"""The Roster API as a channel: it tells who holds which role where. Roles are granted by people in the portal; here they are read."""

from providers.roster_api.connect import connect

__all__ = ["connect"]
