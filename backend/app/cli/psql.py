"""`archive-table psql`: psql on the configured database, with one of its logins."""

import os
import re
import shutil
import signal
import subprocess
import sys

from app.cli.signals import Stopped, is_ignored
from app.cli.usage import UsageError
from app.core import embedded, migrations
from app.core.config import settings


def run_psql(role: str, arguments: list[str]) -> int:
    """Run psql and return its exit status, as a shell would.

    Raises:
        UsageError: there is no such role, or no psql.

    """
    environment = os.environ | _connection(role)
    for name in ("PGSERVICE", "PGHOSTADDR"):  # either would lead to another server
        environment.pop(name, None)
    if not is_ignored(signal.SIGINT):
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for psql
    # A child instead of exec: this process keeps the embedded database running.
    with subprocess.Popen([_program(), *arguments], env=environment) as child:  # noqa: S603, no shell reads it
        try:
            status = child.wait()
        except Stopped:
            child.terminate()
            raise
    return status if status >= 0 else 128 - status


def _connection(role: str) -> dict[str, str]:
    """Start the database if need be, and return the environment variables that lead psql to it."""
    owner = (settings.owner, settings.owner_password)
    options = {}
    match role:
        case "owner":
            user, password = owner
        case "runtime":
            user, password = settings.POSTGRES_USER, settings.POSTGRES_PASSWORD
        case "auditor":
            user, password = owner
            options = {"PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} -c role={settings.ARCHIVE_ROLES}_auditor"}
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


def _program() -> str:
    """Return the psql on PATH or, for the embedded server, mostly its own.

    Its own edits no lines: for somebody at a terminal the one on PATH is better, unless it is older than the server.
    """
    on_path = shutil.which("psql")
    if on_path and not settings.embedded:
        return on_path
    try:
        own = str(embedded.binaries() / "psql")
    except embedded.EmbeddedError as error:
        raise UsageError("psql is not on PATH: install PostgreSQL's client programs.") from error
    return on_path if on_path and sys.stdin.isatty() and _major(on_path) >= _major(own) else own


def _major(program: str) -> int:
    command = [program, "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603, no shell reads it
    version = re.search(r"(\d+)", answer.stdout)
    return int(version[1]) if version else 0
