"""What the tests of single examples have in common."""

from tests.fuzz.steps import Create
from tests.fuzz.tables import Definition
from tests.fuzz.types import identifier


def table(
    columns: str, name: str = "shelf", *, before: str = "", after: str = "", stamped: str | None = None
) -> Create:
    """Make a step that creates a table."""
    statements = (before, f"create table public.{identifier(name)} ({columns})", after)
    return Create(Definition("public", name, tuple(filter(None, statements)), {}, stamped))


SHELF = table("id int primary key, label text, qty int not null default 0")
