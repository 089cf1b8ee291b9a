"""What sessions do to each other, in every interleaving that can happen, at every isolation level.

PostgreSQL's own isolationtester runs the specs (it comes with the wheel, and works with older servers too). Each spec
names, level by level, the errors that a session may get; each has to occur, and no other may. After each interleaving
faults() of ledger.sql looks for rows lost or doubled. To watch one: pytest --log-cli-level=debug tests/isolation -k …
"""

import logging
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from app.core import embedded

HERE = Path(__file__).parent
ISOLATIONTESTER = embedded.binaries().parent / "lib/pgxs/src/test/isolation/isolationtester"

Steps = tuple[str, ...]


class Spec:
    """A spec for isolationtester, and its runs in one database at one level."""

    def __init__(self, path: Path, conninfo: str, level: str) -> None:
        self.text = path.read_text()
        self.conninfo, self.level = conninfo, level
        self.sessions: list[list[str]] = []
        for kind, name in re.findall(r"^(session|step) (\w+)", self.text, re.MULTILINE):
            if kind == "session":
                self.sessions.append([])
            elif not (name.endswith("_snapshot") and level == "read committed"):  # each statement takes its own there
                self.sessions[-1].append(name)
        self.session_of = {step: n for n, steps in enumerate(self.sessions) for step in steps}

    @property
    def allowed(self) -> set[str]:
        """The errors that sessions may get at this level."""
        listed = re.search(rf"^# {self.level}: (.*)", self.text, re.MULTILINE)
        return set(listed[1].split(", ")) if listed else set()

    def run_all(self) -> dict[Steps, str]:
        """Run every interleaving that can happen, and return what isolationtester said of each.

        A session that waits for another cannot go on before the other, so not every order of the steps can happen.
        Which can is learnt on the way: from each run, who waited after which steps.
        """
        outputs: dict[Steps, str] = {}
        waiting: dict[Steps, set[int]] = {(): set()}
        while orders := set(self._reachable((), waiting)) - outputs.keys():
            for steps, output in self._run(sorted(orders)):
                outputs[steps] = output
                waiting |= self._waiting(steps, output)
        return outputs

    def _reachable(self, begun: Steps, waiting: dict[Steps, set[int]]) -> Iterator[Steps]:
        left = [[step for step in steps if step not in begun] for steps in self.sessions]
        if not any(left):
            yield begun
        elif begun in waiting:
            for n, steps in enumerate(left):
                if steps and n not in waiting[begun]:
                    yield from self._reachable((*begun, steps[0]), waiting)
        else:
            # Whether the last step waits is not known yet. Whom it could wait for has less left to do, and goes first.
            last = self.session_of[begun[-1]]
            waits = waiting[begun[:-1]]
            order = sorted(range(len(left)), key=lambda n: (len(left[n]), n == last, n in waits))
            yield begun + tuple(step for n in order for step in left[n])

    def _run(self, orders: list[Steps]) -> Iterator[tuple[Steps, str]]:
        permutations = "".join(f"\npermutation {' '.join(steps)}" for steps in orders)
        options = "-c default_transaction_isolation=" + self.level.replace(" ", r"\ ")
        result = subprocess.run(
            [ISOLATIONTESTER, self.conninfo],
            input=self.text + permutations,
            env=os.environ | {"PGOPTIONS": options, "PG_TEST_TIMEOUT_DEFAULT": "30"},
            capture_output=True,
            text=True,
        )
        logging.getLogger(__name__).debug(result.stdout)
        complaints = [line for line in result.stderr.splitlines() if not line.startswith("unused step name: ")]
        assert (result.returncode, complaints) == (0, [])
        outputs = result.stdout.split("\nstarting permutation: ")[1:]
        assert [tuple(output.splitlines()[0].split()) for output in outputs] == orders
        return zip(orders, outputs, strict=True)

    def _waiting(self, steps: Steps, output: str) -> dict[Steps, set[int]]:
        """Return which sessions waited after each of the steps."""
        waiting: dict[Steps, set[int]] = {}
        begun: Steps = ()
        now: set[int] = set()
        for step, said in re.findall(r"^step (\w+): (.*?)(?=^step |\Z)", output, re.MULTILINE | re.DOTALL):
            if "<... completed>" in said:
                now = now - {self.session_of[step]}
            else:
                begun += (step,)
                now = now | ({self.session_of[step]} if "<waiting ...>" in said else set())
            waiting[begun] = now
        assert begun == steps
        return waiting


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in sorted(HERE.glob("*.spec"))])
def test_nothing_is_lost_or_doubled(db, path, level):
    db.execute((HERE / "ledger.sql").read_bytes())
    spec = Spec(path, db.info.dsn, level)

    outputs = spec.run_all()

    got = set()
    for output in outputs.values():
        errors = re.findall(r"^ERROR: .*", output, re.MULTILINE)
        assert not re.search(r"^(LOST|GHOST|ORPHAN|TWICE|UNTOLD|HELD) ", output, re.MULTILINE), output
        assert "\nfault" in output, output
        assert len(errors) < len(spec.sessions), f"nobody got through:\n{output}"
        for error in errors:
            fitting = {text for text in spec.allowed if text in error}
            assert fitting, f"not allowed at {level}:\n{output}"
            got |= fitting
    assert got == spec.allowed, "an error that the spec names did not occur"
