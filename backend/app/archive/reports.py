"""What the archive says about itself: health, size and age, purges."""

from collections.abc import Iterable

from sqlmodel import Session, text

from app.core.pool import Row
from app.core.statements import Statement
from app.models import ArchivePartition, ArchiveTable, DeletedDaily, HealthCheck, Purge

_daily = Statement(text("select day, rows, exact from archive.daily order by day"))
# Without the view's column `rows`, which would count every row.
_tables = Statement(
    text("select archive._label(source) as source, bytes, oldest, newest, held from archive.tables order by 1")
)
_partitions = Statement(
    text(
        # Counted as they come and go, a large deletion is there before its month is analysed.
        "select archive._label(source) as source, lower, upper, bytes,"
        "       greatest(case when pg_relation_size(partition) = 0 then 0 end, rows,"
        "                nullif(pg_stat_get_live_tuples(partition), 0)) as rows"
        "  from archive.partition_sizes"
        " order by 1, lower desc nulls first"
    )
)
_purges = Statement(
    text(
        "select logged_at, action, source, rows, held, reason, actor, session_role"
        " from archive.purge_log order by log_id desc limit :limit"
    )
)
_holds = Statement(
    text(
        "select archive_id, held_at, held_by, reason from archive.holds"
        " where archive_id = any(cast(:archive_ids as bigint[]))"
    )
)
_newest_holds = Statement(
    text(
        "select archive_id, archive._label(source) as source, held_at, held_by, reason from archive.holds"
        " order by held_at desc, archive_id desc limit :limit"
    )
)
_sizes = Statement(
    text(
        "select archive._label(source) as source,"
        "       cast(sum(greatest(rows, pg_stat_get_live_tuples(partition), 0)) as bigint) as rows"
        "  from archive.partition_sizes group by 1 order by 1"
    )
)
_failed_checks = Statement(
    text(
        "select coalesce(archive._label(source), '') as source, check_name, severity from archive.health() where not ok"
    )
)


def health(session: Session, *, thorough: bool = False) -> list[HealthCheck]:
    """Return the checks of `archive.health()`, failed ones first."""
    rows = session.execute(
        text("select cast(source as text), check_name, ok, severity, detail from archive.health(:thorough)"),
        {"thorough": thorough},
    )
    return [HealthCheck.model_validate(row) for row in rows]


async def daily() -> list[DeletedDaily]:
    """Return how many rows were deleted on each of the last 30 days, oldest first."""
    return [DeletedDaily.model_validate(row) for row in await _daily.rows()]


async def tables() -> list[ArchiveTable]:
    """Return the archived tables with the size and age of their archives."""
    return [ArchiveTable.model_validate(row) for row in await _tables.rows()]


async def partitions() -> list[ArchivePartition]:
    """Return the partitions of all archives, newest month first."""
    return [ArchivePartition.model_validate(row) for row in await _partitions.rows()]


async def purges(*, limit: int) -> list[Purge]:
    """Return the last entries of the log of purges, erasures, holds and releases."""
    return [Purge.model_validate(row) for row in await _purges.rows(limit=limit)]


async def holds(archive_ids: Iterable[int]) -> dict[int, Row]:
    """Return those of these rows that are on legal hold: since when, by whom and why, by their archive ids."""
    return {row["archive_id"]: row for row in await _holds.rows(archive_ids=[*archive_ids])}


async def newest_holds(*, limit: int) -> list[Row]:
    """Return the rows that were last put on legal hold: which, of which table, since when, by whom and why."""
    return await _newest_holds.rows(limit=limit)


async def sizes() -> list[Row]:
    """Return how many rows each table has in its archive, by PostgreSQL's statistics: counting takes long."""
    return await _sizes.rows()


async def failed_checks() -> list[Row]:
    """Return table, name and severity of each check of `archive.health()` that fails."""
    return await _failed_checks.rows()
