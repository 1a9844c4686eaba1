"""What good practice and the organization's own rules say of a configuration and of a plan."""
