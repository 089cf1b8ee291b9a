"""The backend and an archive that was installed alone, in either order."""

import tomllib

from app.core import install
from app.core.resources import REPOSITORY

from tests.install.conftest import check_that_it_works, faults


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
