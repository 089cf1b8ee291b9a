"""A database for each history: cloned from one that has the archive, the extensions and nothing else archived."""

import itertools
import subprocess
from collections.abc import Callable, Iterator

import psycopg
import pytest
from hypothesis import configuration

from tests.conftest import BINARIES, HOST, OWNER, PORT, SCRATCH, SUPERUSER, close_to_connections, connect
from tests.fuzz.steps import Health, Step
from tests.fuzz.types import Type, catalogue
from tests.fuzz.world import Databases, World

configuration.set_hypothesis_home_dir(SCRATCH)  # nothing of it in the repository

EXTENSIONS = ["citext", "hstore", "ltree"]


class Clones:
    """Databases made from one template, dropped at the end of a history."""

    def __init__(self, admin: psycopg.Connection, template: str) -> None:
        self.admin, self.template = admin, template
        self.made: list[str] = []
        self.numbers = itertools.count(1)

    def create(self) -> str:
        return self._create(self.template)

    def _create(self, template: str) -> str:
        name = f"{self.template}_{next(self.numbers)}"
        self.admin.execute(f"create database {name} template {template} owner {OWNER}")
        self.made.append(name)
        return name

    def connect(self, database: str, options: str = "") -> psycopg.Connection:
        # Tables change: a statement that was prepared would fail.
        return connect(OWNER, dbname=database, options=options, prepare_threshold=None)

    def copy(self, database: str) -> str:
        name = self._create("template0")
        login = ["-h", HOST, "-p", PORT, "-U", SUPERUSER]
        dump = subprocess.run([BINARIES / "pg_dump", *login, database], check=True, capture_output=True, timeout=120)
        subprocess.run(
            [BINARIES / "psql", *login, "-q", "-v", "ON_ERROR_STOP=1", "-X", name],
            input=dump.stdout,
            check=True,
            capture_output=True,
            timeout=120,
        )
        return name

    def drop(self) -> None:
        for name in self.made:
            self.admin.execute(f"drop database {name} with (force)")
        self.made.clear()


@pytest.fixture(scope="session")
def clones(server: psycopg.Connection, postgresql_noproc) -> Iterator[Clones]:
    template = f"{postgresql_noproc.template_dbname}_fuzz"
    server.execute(f"create database {template} template {postgresql_noproc.template_dbname} owner {OWNER}")
    with connect(SUPERUSER, dbname=template) as connection:
        for extension in EXTENSIONS:
            if connection.execute("select 1 from pg_available_extensions where name = %s", [extension]).fetchone():
                connection.execute(f"create extension {extension}")
    with connect(OWNER, dbname=template) as connection:
        connection.execute("create schema app")
        connection.execute("select archive.disable(source) from archive.registry")
    close_to_connections(template)
    clones = Clones(server, template)
    yield clones
    clones.drop()
    server.execute(f"drop database {template} with (force)")


@pytest.fixture
def databases(clones: Clones) -> Iterator[Databases]:
    yield clones
    clones.drop()


@pytest.fixture(scope="session")
def types(clones: Clones) -> list[Type]:
    with clones.connect(clones.create()) as connection:
        return catalogue(connection)


@pytest.fixture
def run(databases: Databases) -> Iterator[Callable[..., None]]:
    """Run steps in a database of their own; all must hold after each, and health at the end."""
    worlds: list[World] = []

    def run(*steps: Step) -> None:
        worlds.append(World(databases))
        worlds[0].run(*steps, Health())

    yield run
    for world in worlds:
        world.close()
