"""The academic half of a pretend organization: people, classes and locations, the upload that feeds them, and the Roster API.

`people` tells what there is; `schema.SCHEMA` is what it is kept in.
"""
