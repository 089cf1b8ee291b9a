"""`archive-table purge`: `archive.purge()` for every table, in short transactions."""

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.cli.age import interval
from app.core import migrations


def purge_older_than(older_than: str, reason: str | None, *, dry_run: bool) -> None:
    """Destroy the archived rows that are older than that, or count them; print a line for each table.

    Raises:
        UsageError: `older_than` is no age.

    """
    age = interval("--older-than", older_than)
    totals: dict[str, list[int]] = {}
    migrations.provision()
    with migrations.connect_owner("archive-table purge") as connection:
        connection.autocommit = True
        connection.execute("select from archive.maintain()")
        steps = connection.execute(
            "select cast(source as text), archived_before from archive._purge_steps(now() - %s::interval)", [age]
        ).fetchall()
        if dry_run:
            steps = list(dict(steps).items())  # the last step of each table counts all of its rows
        for source, before in track(steps, "Purging", console=Console(stderr=True), transient=True):
            result = connection.execute(
                "select purged, held, emptied from archive.purge(%s, %s, reason => %s, dry_run => %s)",
                [source, before, reason, dry_run],
            ).fetchone()
            purged, held, emptied = result or (0, 0, 0)
            total = totals.setdefault(source, [0, 0, 0])
            totals[source] = [total[0] + purged, held, total[2] + emptied]

    table = Table("table", "rows", "kept by a hold", "partitions emptied", box=box.SIMPLE)
    for source, counts in totals.items():
        table.add_row(source, *map(str, counts))
    Console().print(table)
    print(
        f"Deleted more than {older_than} ago: "
        + ("--yes would destroy them for good." if dry_run else "gone for good.")
    )
