"""What HTTP and SQL clients have in common: rows of their own, one operation after the other, each in the journal."""

import random
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.faults.check import Finding
from tests.faults.gauge import Gate, Gauge
from tests.faults.journal import Journal
from tests.faults.model import NOWHERE, Model, Operation, State, States

PAUSE = 0.05
"""Seconds that a client waits after a refusal."""
CROWD = 60
"""How many rows a client keeps working on; it leaves others in the archive for good."""


class Refused(Exception):
    """The answer is that nothing was done."""


class Unanswered(Exception):
    """There was no answer, or none that tells whether it was done."""


class Wrong(Exception):
    """The answer cannot be true."""


@dataclass
class Run:
    """What all clients of a run share."""

    model: Model
    journal: Journal
    gauge: Gauge
    gate: Gate
    findings: list[Finding] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)


class Client(threading.Thread):
    """A thread that works until the run ends. Subclasses say on what."""

    def __init__(self, name: str, run: Run, seed: int) -> None:
        super().__init__(name=name)
        self.shared = run
        self.model = run.model
        self.random = random.Random(f"{seed} {name}")
        self.keys: list[str] = []

    def steps(self) -> dict[Callable[[], None], int]:
        """Return what this client does, and how often in comparison."""
        raise NotImplementedError

    def reconnect(self) -> None:
        """Forget connections that may have ended."""
        raise NotImplementedError

    def run(self) -> None:
        """Work until the run ends."""
        steps = self.steps()
        while not self.shared.ending.is_set():
            if self.shared.gate.pass_through():
                self.reconnect()
                continue
            (step,) = self.random.choices(list(steps), list(steps.values()))
            try:
                step()
            except (Refused, Unanswered):
                time.sleep(PAUSE)
            except Exception as error:  # a fault of the harness must not look like a quiet client
                where = traceback.format_exc(limit=-3)
                self.shared.findings.append(Finding("unexpected", self.name, f"{error!r} {where}"))
                time.sleep(PAUSE)
        self.reconnect()

    def pick(self, suits: Callable[[State], bool]) -> str:
        """Return one of the client's rows that is in a suitable state, or stop this step."""
        for _ in range(8):
            if not self.keys:
                break
            place = self.random.randrange(len(self.keys))
            key = self.keys[place]
            if self.model.is_settled(key):
                state = self.model.state(key)
                if suits(state):
                    return key
                if not state.live and (state == NOWHERE or len(self.keys) > CROWD):
                    self.keys[place] = self.keys[-1]
                    self.keys.pop()
        raise Refused

    def perform(
        self, kind: str, keys: Iterable[str], outcomes: Callable[[int], States], act: Callable[[int], States | None]
    ) -> States:
        """Carry out one operation, whose outcome depends on nothing but its number.

        `act` returns the outcome where only the answer tells it.
        """
        return self.perform_any(kind, keys, lambda number: (outcomes(number),), act)

    def perform_any(
        self,
        kind: str,
        keys: Iterable[str],
        outcomes: Callable[[int], tuple[States, ...]],
        act: Callable[[int], States | tuple[States, ...] | None],
    ) -> States:
        """Carry out an operation that may end in several ways; where an answer is missing, `act` returns those left."""
        number = self.model.number()
        operation = Operation(number, kind, {key: self.model.state(key) for key in keys}, outcomes(number))
        self.shared.journal.note(n=number, begin=kind, by=self.name, rows=list(operation.before))
        began = time.monotonic()
        try:
            after = act(number)
        except Refused as refusal:
            self.shared.journal.note(n=number, refused=str(refusal))
            self.shared.gauge.fail(kind, str(refusal), doubtful=False)
            raise
        except Unanswered as silence:
            self._doubt(operation, str(silence))
            raise
        except Wrong as wrong:
            self._doubt(operation, str(wrong))
            keys = ", ".join(operation.before)
            self.shared.findings.append(Finding("wrong answer", keys, f"operation {number} ({kind}): {wrong}"))
            raise Unanswered from wrong
        if isinstance(after, tuple):
            self._doubt(Operation(number, kind, operation.before, after, certain=True), "one answer is missing")
            raise Unanswered
        after = operation.outcomes[0] if after is None else after
        self.shared.journal.promise(n=number, acknowledged=kind, after=after)
        self.model.acknowledge(after)
        self.shared.gauge.acknowledge(self.name, kind, began, write=True)
        return after

    def _doubt(self, operation: Operation, why: str) -> None:
        self.model.doubt(operation)
        self.shared.journal.note(n=operation.number, unanswered=why, outcomes=operation.outcomes)
        self.shared.gauge.fail(operation.kind, why, doubtful=True)
