"""What the tests of known faults have in common."""

import functools
from collections.abc import Callable

import pytest

from tests.fuzz.model import Finding
from tests.fuzz.steps import Create
from tests.fuzz.tables import Definition
from tests.fuzz.types import identifier


def table(
    columns: str, name: str = "shelf", *, before: str = "", after: str = "", stamped: str | None = None
) -> Create:
    """Make a step that creates a table."""
    statements = (before, f"create table public.{identifier(name)} ({columns})", after)
    return Create(Definition("public", name, tuple(filter(None, statements)), {}, stamped))


def fault(*findings: str, reason: str) -> Callable:
    """Expect a test to fail with a finding that begins like one of these. Any other one is a failure."""

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def with_that_finding(**fixtures: object) -> None:
            try:
                test(**fixtures)
            except Finding as finding:
                if not str(finding).startswith(findings):
                    pytest.fail(f"not {' or '.join(findings)}, but {finding}")
                raise

        return pytest.mark.xfail(strict=True, raises=Finding, reason=reason)(with_that_finding)

    return decorate


SHELF = table("id int primary key, label text, qty int not null default 0")
