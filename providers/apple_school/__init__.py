"""The Apple School Manager API: observes devices and services, and assigns devices."""

from providers.apple_school.connect import connect

__all__ = ["connect"]
