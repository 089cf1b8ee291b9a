"""Arguments and variables that a command cannot use."""


class UsageError(Exception):
    """A wrong argument or variable; the message is one sentence for the user."""
