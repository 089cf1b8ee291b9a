"""The commands and their arguments.

Importing `app.core.config` reads the settings, which may be wrong, and importing the application takes seconds. So each
command imports what it runs: `--help` needs neither, and `main` turns an error of the settings into one sentence.
"""

import contextlib
import os
import sys
import warnings
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from app.cli import listener
from app.cli.signals import Stopped, handle_signals

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def _print_version(value: bool) -> None:
    if value:
        print(metadata.version("archive-table"))
        raise typer.Exit


@app.callback()
def archive_table(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the program's version.")
    ] = False,
) -> None:
    """Archive Table: real deletes, archived by the database."""


DATABASE = "A libpq URI or connection string. Without, libpq's PG... variables count."
Database = Annotated[str, typer.Argument(metavar="[DATABASE]", help=DATABASE)]
DatabaseOption = Annotated[str, typer.Option("--database", metavar="DATABASE", help=DATABASE)]
Roles = Annotated[
    str | None,
    typer.Option(
        "--roles", metavar="PREFIX", help="The archive's roles are PREFIX_runtime and PREFIX_auditor (archive)."
    ),
]


@app.command()
def install(database: Database = "", roles: Roles = None) -> None:
    """Put schema archive, or its newer version, into any database."""
    from app.cli.install import install_archive

    install_archive(database, roles)


@app.command()
def uninstall(
    database: Database = "",
    drop_archives: Annotated[
        bool, typer.Option("--drop-archives", help="Drop the archive tables too, with every deleted row.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """End archiving, and drop schema archive."""
    from app.cli.install import uninstall_archive

    uninstall_archive(database, drop_archives=drop_archives, yes=yes)


@app.command()
def bundle(roles: Roles = None) -> None:
    """Print what install runs, as one script for psql -f."""
    from app.cli.install import print_bundle

    print_bundle(roles)


@app.command()
def maintain(database: Database = "") -> None:
    """Do what has to happen daily. Safe to run twice at once."""
    from app.cli.install import maintain_archive

    maintain_archive(database)


@app.command("import")
def import_soft_deleted(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The archived table, as SQL writes it.")],
    deleted_at: Annotated[
        str,
        typer.Option(
            "--deleted-at", metavar="COLUMN", help="What marks a row as deleted: a time, a date or a boolean."
        ),
    ],
    deleted_by: Annotated[
        str | None, typer.Option("--deleted-by", metavar="COLUMN", help="Who deleted it: becomes archived_by.")
    ] = None,
    database: DatabaseOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Move them. Without, only count.")] = False,
) -> None:
    """Count the rows of a table that are only marked as deleted; with --yes, move them into its archive."""
    from app.cli.imports import import_marked

    import_marked(table, deleted_at, deleted_by, database, dry_run=not yes)


@app.command()
def export(
    table: Annotated[str, typer.Argument(metavar="[TABLE]", help="The archived table, as SQL writes it.")] = "",
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="5y", help="Months that ended longer ago than this: 5y, 18m or 90d.")
    ] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Where the files and the manifest go.")] = None,
    database: DatabaseOption = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Export months anew whose rows have changed since their export.")
    ] = False,
    verify: Annotated[
        Path | None, typer.Option("--verify", metavar="DIR", help="Only tell whether the files there are whole.")
    ] = None,
) -> None:
    """Write closed months of a table's archive to Parquet files; exit with 1 if one cannot be taken for exported."""
    from app.cli.usage import UsageError

    if verify is None and not (table and older_than and to):
        raise UsageError("An export needs TABLE, --older-than AGE and --to DIR; --verify DIR needs nothing else.")
    if verify is not None and (table or older_than or to or replace):
        raise UsageError("--verify DIR only looks: leave out what belongs to an export.")
    from app.cli.export import export_months, verify_files

    if not (verify_files(verify) if verify else to and export_months(table, older_than, to, database, replace=replace)):
        raise typer.Exit(1)


@app.command()
def dev() -> None:
    """Start the database, migrate, serve on 127.0.0.1:$PORT (8000)."""
    with contextlib.suppress(Stopped), listener.bind(os.environ.get("PORT") or "8000") as bound:
        from app.cli.serve import serve

        serve(bound)


@app.command()
def migrate() -> None:
    """Bring the database up to date, and make the first superuser."""
    from app.core import migrations

    migrations.upgrade()
    print(f"The database is at revision {migrations.head()}.")


@app.command()
def revision(
    message: Annotated[str, typer.Option("--message", "-m", metavar="TEXT", help="What the revision does.")],
) -> None:
    """Write the migration from the database's tables to the models'."""
    from app.core import migrations

    print(migrations.revision(message))


@app.command()
def password(email: Annotated[str, typer.Argument(metavar="EMAIL")]) -> None:
    """Give a user a new password, read from the terminal or from standard input."""
    from app.cli.password import set_password

    set_password(email)


class UnparsedCommand(TyperCommand):
    """A command that gets its arguments exactly as they were typed."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's context
        """Leave everything to the command."""
        ctx.args = args
        return []


@app.command(cls=UnparsedCommand)
def psql(context: typer.Context) -> None:
    """Open psql: [--as owner|runtime|auditor] [psql's arguments]."""
    match context.args:
        case ["--as", role, *arguments]:
            pass
        case arguments:
            role = "owner"
    warnings.simplefilter("ignore")  # before the settings are imported, which may warn: the output is psql's alone
    from app.cli.psql import run_psql

    raise typer.Exit(run_psql(role, arguments))


@app.command()
def demo() -> None:
    """Walk through delete, archive and restore, on real rows."""
    from app.cli.demo import tour
    from app.core import migrations

    migrations.upgrade()
    tour()


@app.command()
def health(
    thorough: Annotated[bool, typer.Option("--thorough", help="Check also what must scan the tables.")] = False,
) -> None:
    """Show whether the archive is in force; exit with 1 if it is not."""
    from app.cli.health import print_health

    if not print_health(thorough=thorough):
        raise typer.Exit(1)


@app.command()
def purge(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="365d", help="Rows deleted longer ago than this: 365d, 18m or 5y.")
    ],
    reason: Annotated[str | None, typer.Option("--reason", help="Kept in archive.purge_log.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Destroy them. Without, only tell what would be.")] = False,
) -> None:
    """Tell what of the archive is older than that; with --yes, destroy it for good."""
    from app.cli.purge import purge_older_than

    purge_older_than(older_than, reason, dry_run=not yes)


@app.command()
def seal(
    publish: Annotated[
        Path | None, typer.Option("--publish", metavar="FILE", help="Add the newest digest to this file.")
    ] = None,
) -> None:
    """Seal the archived rows that are not sealed yet; print the digest that stands for all."""
    from app.cli.seal import seal_archive

    seal_archive(publish)


@app.command()
def verify(
    against: Annotated[
        Path | None, typer.Option("--against", metavar="FILE", help="Digests published earlier, which must still hold.")
    ] = None,
) -> None:
    """Tell whether the archive is as it was sealed; exit with 1 if it is not."""
    from app.cli.seal import verify_archive

    if not verify_archive(against):
        raise typer.Exit(1)


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"warning: {message}", file=sys.stderr)


def main() -> None:
    """Run the command line."""
    warnings.showwarning = _warn
    handle_signals()
    try:
        app()
    except Exception as error:
        from app.cli.errors import sentence

        message = sentence(error)
        if message is None:
            raise
        sys.exit(f"error: {' '.join(message.split())}")
