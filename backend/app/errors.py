"""Errors that callers of `crud` and `queries` tell apart. Those of the database itself pass through both."""


class EmailTaken(Exception):
    """Another user has this e-mail already."""


class Cancelled(Exception):
    """A trigger or rule in the database cancelled a change without an error."""


class UserGone(Exception):
    """The user was deleted meanwhile."""
