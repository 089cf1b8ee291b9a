"""The backend and an archive that was installed alone, in either order."""

import os
import subprocess
import tomllib

import pytest
from app.core import install
from app.core.resources import REPOSITORY

from tests.cli.conftest import COMMAND
from tests.install.conftest import KEEPER, check_that_it_works, faults


@pytest.fixture
def migrate(host):
    def migrate(**settings):
        where = {"POSTGRES_SERVER": host, "POSTGRES_DB": "shop", "POSTGRES_USER": "shop_api", "MIGRATION_USER": KEEPER}
        environment = {"PATH": os.environ["PATH"], "FIRST_SUPERUSER_PASSWORD": "a password"} | where | settings
        return subprocess.run([COMMAND, "migrate"], env=environment, capture_output=True, text=True, check=False)

    return migrate


@pytest.fixture
def without_api(make_database, connect):
    """Drops the login of the API in the end."""
    yield
    with connect("postgres", "postgres") as superuser:
        superuser.execute("drop role if exists shop_api")


def test_install_first_and_migrate_later(shop, migrate):
    install.install(shop)
    check_that_it_works(shop)

    done = migrate()

    assert done.returncode == 0, done.stderr
    assert shop.execute("select source::text from archive.registry order by 1").fetchall() == [
        ('"user"',),
        ("item",),
        ("note",),
    ]
    assert faults(shop) == []
    assert shop.execute("select count(*) from note_archive").fetchone() == (2,)


def test_migrate_first_and_install_later(shop, migrate):
    migrate()
    shop.execute('delete from "user"')

    done = install.install(shop)

    assert done.tables == ["item", "user"]
    assert shop.execute("select outcome from archive.restore('user', '{1}')").fetchall() == [("restored",)]
    assert faults(shop) == []


def test_a_prefix_of_another_database_is_refused(shop, make_database, connect, migrate):
    with connect(make_database("other")) as other:
        install.install(other)

    done = migrate()

    assert done.returncode == 1
    assert "ARCHIVE_ROLES=PREFIX" in done.stderr
    assert shop.execute("select to_regnamespace('archive')").fetchone() == (None,)
    assert migrate(ARCHIVE_ROLES="shop").returncode == 0
    assert faults(shop) == []


def test_another_prefix_moves_the_api_there(shop, migrate):
    migrate()

    done = migrate(ARCHIVE_ROLES="shop")

    assert done.returncode == 0, done.stderr
    memberships = "select pg_has_role('shop_api', %s, 'member')"
    assert shop.execute(memberships, ["shop_runtime"]).fetchone() == (True,)
    assert shop.execute(memberships, ["archive_runtime"]).fetchone() == (False,)
    assert shop.execute("select has_table_privilege('shop_runtime', 'item', 'delete')").fetchone() == (True,)
    assert shop.execute("select has_table_privilege('archive_runtime', 'item', 'select')").fetchone() == (False,)
    assert faults(shop) == []


def test_the_versions_agree():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]

    assert f"set local archive.installing = '{project['version']}';" in install.bundle()
