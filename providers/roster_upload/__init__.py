"""The roster upload: one zip by SFTP, and what becomes of it."""

from providers.roster_upload.connect import connect

__all__ = ["connect"]
