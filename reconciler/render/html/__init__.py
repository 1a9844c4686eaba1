"""The plan as one HTML page: a head teacher reads it on a phone, an engineer digs into it, and it asks nothing of any network."""
