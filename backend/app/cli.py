"""The `archive-table` command. It parses, calls and prints; the work is done elsewhere.

Settings are read when `app.core.config` is imported, and may be wrong. So each command imports what it needs, and
`main` turns what a user can put right into one sentence.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import warnings
from datetime import timedelta
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

from app.core import embedded

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


class UsageError(Exception):
    """What the user should know, in one sentence."""


class Stopped(SystemExit):
    """Ctrl-C, or a signal that asks the process to end. Leaving by an exception lets `atexit` stop the database."""


@app.callback()
def archive_table() -> None:
    """Archive Table: real deletes, archived by the database."""


@app.command()
def dev() -> None:
    """Start the database, migrate, serve on 127.0.0.1:$PORT (8000)."""
    with contextlib.suppress(Stopped), _listener(os.environ.get("PORT") or "8000") as listener:
        _serve(listener)


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


class Untouched(TyperCommand):
    """A command that gets its arguments exactly as they were typed."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own context
        """Leave everything to the command."""
        ctx.args = args
        return []


@app.command(cls=Untouched)
def psql(context: typer.Context) -> None:
    """Open psql: [--as owner|runtime|auditor] [psql's arguments]."""
    match context.args:
        case ["--as", role, *arguments]:
            pass
        case arguments:
            role = "owner"
    warnings.simplefilter("ignore")  # whoever talks to psql wants to hear psql only
    environment = os.environ | _connection(role)
    for name in ("PGSERVICE", "PGHOSTADDR"):  # either would lead elsewhere
        environment.pop(name, None)
    if not _ignored(signal.SIGINT):
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for psql
    # A child, not a successor: this process keeps the embedded database running.
    with subprocess.Popen([_psql(), *arguments], env=environment) as child:  # noqa: S603, no shell reads it
        try:
            status = child.wait()
        except Stopped:
            child.terminate()
            raise
    raise typer.Exit(status if status >= 0 else 128 - status)


@app.command()
def demo() -> None:
    """Walk through delete, archive and restore, on real rows."""
    from app.core import migrations
    from app.demo import tour

    migrations.upgrade()
    tour()


@app.command()
def health(
    thorough: Annotated[bool, typer.Option("--thorough", help="Check also what must scan the tables.")] = False,
) -> None:
    """Show whether the archive is in force; exit with 1 if it is not."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from sqlmodel import Session

    from app.archive import reports
    from app.core.db import engine

    with Session(engine) as session:
        checks = reports.health(session, thorough=thorough)
    table = Table("table", "check", "", "detail", box=box.SIMPLE)
    for check in checks:
        verdict = "ok" if check.ok else check.severity
        table.add_row(check.source, check.check_name, verdict, check.detail, style=None if check.ok else "bold")
    Console().print(table)
    if any(not check.ok and check.severity == "error" for check in checks):
        raise typer.Exit(1)


@app.command()
def purge(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="365d", help="Rows deleted longer ago than this: 365d, 26w or 48h.")
    ],
    reason: Annotated[str | None, typer.Option("--reason", help="Kept in archive.purge_log.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Destroy them. Without, only tell what would be.")] = False,
) -> None:
    """Tell what of the archive is older than that; with --yes, destroy it for good."""
    from rich import box
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from app.core import migrations

    age = _age(older_than)
    totals: dict[str, list[int]] = {}
    migrations.provision()
    with migrations.connect_owner("archive-table purge") as connection:
        connection.autocommit = True
        connection.execute("select archive.make_partitions()")
        steps = connection.execute(
            "select cast(source as text), archived_before from archive._purge_steps(now() - %s)", [age]
        ).fetchall()
        if not yes:
            steps = list(dict(steps).items())  # the last of each table counts them all
        for source, before in track(steps, "Purging", console=Console(stderr=True), transient=True):
            result = connection.execute(
                "select purged, held, emptied from archive.purge(%s, %s, reason => %s, dry_run => %s)",
                [source, before, reason, not yes],
            ).fetchone()
            purged, held, emptied = result or (0, 0, 0)
            total = totals.setdefault(source, [0, 0, 0])
            totals[source] = [total[0] + purged, held, total[2] + emptied]

    table = Table("table", "rows", "kept by a hold", "partitions emptied", box=box.SIMPLE)
    for source, counts in totals.items():
        table.add_row(source, *map(str, counts))
    Console().print(table)
    print(f"Deleted more than {older_than} ago: " + ("gone for good." if yes else "--yes would destroy them for good."))


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,5})([hdw])", text)
    if not match:
        raise UsageError(
            f'--older-than takes a number of hours, days or weeks, such as 48h, 365d or 52w, not "{text}".'
        )
    return int(match[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[match[2]]


def _listener(port: str) -> socket.socket:
    """Take the port before anything else happens; connections are accepted once it listens."""
    if not port.isdecimal() or int(port) > 65535:
        raise UsageError(f'PORT is "{port}", which is no port: it takes a number up to 65535.')
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(port)))
    except OSError as error:
        listener.close()
        raise UsageError(f"Port {port} cannot be used ({error.strerror}): choose another with PORT=…") from error
    return listener


def _serve(listener: socket.socket) -> None:
    import uvicorn

    from app.core import migrations
    from app.core.config import settings
    from app.core.db import engine
    from app.main import app as api

    try:
        migrations.upgrade()
        # From here on a client that comes early waits instead of being refused.
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        default = type(settings).model_fields["FIRST_SUPERUSER_PASSWORD"].default
        hint = f" ({default})" if default == settings.FIRST_SUPERUSER_PASSWORD else ""
        print(
            f"\nArchive Table serves on {url} until Ctrl-C.\n\n"
            f"  console  {url}/admin/\n"
            f"  docs     {url}{api.docs_url}\n"
            f"  sign in  {settings.FIRST_SUPERUSER}, with FIRST_SUPERUSER_PASSWORD{hint} as of the first start\n"
            f"  psql     {sys.argv[0]} psql\n",
            flush=True,
        )
        # Nobody's open download may keep the server from ending.
        uvicorn.Server(uvicorn.Config(api, timeout_graceful_shutdown=5)).run(sockets=[listener])
    finally:
        engine.dispose()


def _connection(role: str) -> dict[str, str]:
    """Start the database if need be, and return what leads psql to it."""
    from app.core import migrations
    from app.core.config import settings

    owner = (settings.owner, settings.owner_password)
    options = {}
    match role:
        case "owner":
            user, password = owner
        case "runtime":
            user, password = settings.POSTGRES_USER, settings.POSTGRES_PASSWORD
        case "auditor":
            user, password = owner
            options = {"PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} -c role=archive_auditor"}
        case _:
            raise UsageError(f'--as takes owner, runtime or auditor, not "{role}".')
    migrations.provision()
    return options | {
        "PGHOST": settings.host,
        "PGPORT": str(settings.POSTGRES_PORT),
        "PGUSER": user,
        "PGDATABASE": settings.POSTGRES_DB,
        **({"PGPASSWORD": password} if password else {}),
    }


def _psql() -> str:
    """Return the psql of the embedded server's version, or for another server the one on PATH."""
    from app.core.config import settings

    found = None if settings.embedded else shutil.which("psql")
    try:
        return found or str(embedded.binaries() / "psql")
    except embedded.EmbeddedError as error:
        raise UsageError("psql is not on PATH: install PostgreSQL's client programs.") from error


def _sentence(error: Exception) -> str | None:
    """Return what to tell the user of an error that is theirs to put right; None for a bug."""
    import psycopg
    import pydantic
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, DBAPIError) and error.orig:
        return _sentence(error.orig) if isinstance(error.orig, Exception) else None
    match error:
        case UsageError() | embedded.EmbeddedError() | CommandError():
            return str(error)
        case pydantic.ValidationError():
            faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()]
            return "; ".join(f"{name}: {text}" if name else text for name, text in faults)
        case psycopg.errors.InvalidSchemaName() | psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedFunction():
            return f"{error.diag.message_primary}: has `archive-table migrate` been run on this database?"
        case psycopg.Error() if (error.sqlstate or "").startswith("AR"):
            return ". ".join(filter(None, [error.diag.message_primary, error.diag.message_hint]))
        case psycopg.OperationalError() | psycopg.errors.InsufficientPrivilege():
            return f"PostgreSQL: {error}"
    return None


def _ignored(number: signal.Signals) -> bool:
    return signal.getsignal(number) is signal.SIG_IGN  # by nohup, or by a shell for a background job


def _stop(number: int, _frame: object) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # one is enough: the rest is cleaning up
    raise Stopped(128 + number)


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"warning: {message}", file=sys.stderr)


def main() -> None:
    """Run the command line."""
    warnings.showwarning = _warn
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if not _ignored(number):
            signal.signal(number, _stop)
    try:
        app()
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        sys.exit(f"error: {' '.join(sentence.split())}")
