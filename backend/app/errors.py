"""Errors that callers of `crud` and `queries` tell apart. Those of the database itself pass through both."""


class EmailTaken(Exception):
    """Another user has this e-mail already."""


class Cancelled(Exception):
    """A trigger or rule in the database cancelled a change without an error."""


class PlaceholderPassword(Exception):
    """A superuser has the password that everybody knows; the message says who, and what to do."""


class TooLarge(Exception):
    """What was asked for takes longer than a request may. The message says what to do instead."""


class InvalidFilter(Exception):
    """A filter has a value that no row can have: the place of the filters in the request, the filter, and why."""


class LoginRefused(Exception):
    """PostgreSQL refuses a login's password; the message says what to do in one sentence."""


class NoLongerSuperuser(Exception):
    """The user who acts was demoted, deactivated or deleted meanwhile."""


class UserGone(Exception):
    """The user was deleted meanwhile."""
