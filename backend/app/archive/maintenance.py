"""What the archive needs regularly."""

from sqlmodel import text

from app.core.statements import Statement

_make_partitions = Statement(text("select archive.make_partitions()"))


async def make_partitions() -> None:
    """Make the partitions of the months to come, where they are missing."""
    await _make_partitions.rows()
