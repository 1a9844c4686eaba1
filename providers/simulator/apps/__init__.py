"""The Apps and Books half of a pretend organization: content libraries, their licences and users, and the door to them.

`app.app` is the door, `portal.AppsPortal` what a person does by hand; `schema.SCHEMA` is what it is kept in.
"""
