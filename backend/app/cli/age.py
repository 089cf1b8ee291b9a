"""Ages, as several commands take them."""

import re

from app.cli.usage import UsageError

_UNITS = {"h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}


def interval(option: str, text: str) -> str:
    """Return an age as PostgreSQL reads an interval.

    Raises:
        UsageError: it is none; the option is named.

    """
    match = re.fullmatch(r"([0-9]{1,5})([hdw])|([0-9]{1,3})([my])", text, re.ASCII)
    if not match:
        raise UsageError(
            f"{option} takes a number of hours, days, weeks, months or years, such as 48h, 365d, 52w, 18m or 5y, not"
            f' "{text}".'
        )
    number, unit = match[1] or match[3], match[2] or match[4]
    return f"{int(number)} {_UNITS[unit]}"
