"""The roster upload: one zip by SFTP."""
