"""Everything that reconciler needs around it, looked over one by one: what is well, what is not, and what to do."""
