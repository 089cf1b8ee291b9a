"""The faults, by name. Each is a function of a few lines that returns when the fault is over."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from tests.faults.client import Run
from tests.faults.server import Cluster
from tests.faults.service import Service

if TYPE_CHECKING:
    from tests.faults.owner import Operator


class Skipped(Exception):
    """This machine does not let the fault happen; the message says why."""


@dataclass
class Site:
    """What a fault may lay hands on."""

    cluster: Cluster
    service: Service
    run: Run
    operator: "Operator"
    random: random.Random

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """Connect as the database's superuser; that the server ends the connection is part of the fault."""
        try:
            with self.cluster.connect() as connection:
                yield connection
        except psycopg.OperationalError:
            pass


Act = Callable[[Site], float | None]
"""Returns when the fault ended, by the monotonic clock, if that was before the function returns."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault."""

    name: str
    what: str
    act: Act
    restarts: bool
    """Whether a process of the service has to start anew before it is back."""
    short: bool
    """Whether the short form has it."""


FAULTS: dict[str, Fault] = {}


def fault(*, restarts: bool = False, short: bool = False) -> Callable[[Act], Act]:
    """Register a function as a kind of fault; its name and docstring are the report's."""

    def register(act: Act) -> Act:
        name = act.__name__.replace("_", " ")
        FAULTS[name] = Fault(name, (act.__doc__ or "").strip().split("\n")[0], act, restarts, short)
        return act

    return register
