"""Ctrl-C, and signals that ask the process to end."""

import signal
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(SystemExit):
    """The process is to end. Leaving by an exception lets `atexit` stop the embedded database."""


def handle_signals() -> None:
    """Raise `Stopped` at each of these signals, but for those that the process was started to ignore."""
    for number in ENDING:
        if not is_ignored(number):
            signal.signal(number, _stop)


def is_ignored(number: signal.Signals) -> bool:
    """Return whether a signal is ignored: by nohup, or by a shell for a background job."""
    return signal.getsignal(number) is signal.SIG_IGN


def _stop(number: int, _frame: object) -> NoReturn:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)  # the clean-up that follows is not to be interrupted
    raise Stopped(128 + number)
