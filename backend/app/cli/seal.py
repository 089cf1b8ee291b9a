"""`archive-table seal` and `verify`: `archive.seal()` and `archive.verify()` by the archive's owner."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from app.cli.usage import UsageError
from app.core import migrations


def seal_archive(publish: Path | None) -> None:
    """Seal what is not sealed yet, print the newest digest, and add it to a file.

    Raises:
        UsageError: the file cannot be written.

    """
    migrations.provision()
    with migrations.connect_owner("archive-table seal") as connection:
        connection.autocommit = True
        row = connection.execute("select archive.seal()").fetchone()
        newest = connection.execute(
            "select encode(digest, 'hex'), batch, to_json(sealed_at at time zone 'UTC') #>> '{}'"
            "  from archive.seal_batch order by batch desc limit 1"
        ).fetchone()
    if row is None or newest is None:
        print("Nothing is archived yet.")
        return
    digest, batch, sealed_at = newest
    print(digest)
    if publish is not None:
        try:
            if publish.exists() and digest in publish.read_text():
                return
            with publish.open("a") as file:
                file.write(f"{digest} batch {batch} sealed at {sealed_at} UTC\n")
        except (OSError, UnicodeError) as error:
            raise UsageError(f"The digest cannot be published: {error}") from error


def verify_archive(against: Path | None) -> bool:
    """Print what `archive.verify()` says, and return whether everything holds.

    Raises:
        UsageError: the file with published digests cannot be read.

    """
    try:
        digests = None if against is None else against.read_text()
    except (OSError, UnicodeError) as error:
        raise UsageError(f"The published digests cannot be read: {error}") from error
    migrations.provision()
    with migrations.connect_owner("archive-table verify") as connection:
        rows = connection.execute(
            "select cast(batch as text), cast(source as text), cast(first_id as text), cast(last_id as text),"
            "       ok, detail"
            "  from archive.verify(%s)",
            [digests],
        ).fetchall()
    table = Table("batch", "table", "first", "last", "", "detail", box=box.SIMPLE)
    for batch, source, first, last, ok, detail in rows:
        table.add_row(batch, source, first, last, "ok" if ok else "error", detail, style=None if ok else "bold")
    Console().print(table)
    return all(ok for *_, ok, _ in rows)
