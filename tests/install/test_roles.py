"""Two installations on one cluster never touch each other: each has roles of its own."""

import psycopg
import pytest
from app.core import install

from tests.conftest import SUPERUSER
from tests.install.conftest import check_that_it_works, faults


@pytest.fixture
def twin(make_database, connect):
    """Another database of the same owner."""
    with connect(make_database("twin")) as connection:
        yield connection


@pytest.fixture
def api(connect):
    """A login that serves an application."""
    with connect("postgres", SUPERUSER) as superuser:
        superuser.execute("create role api login")
        yield "api"
        superuser.execute("drop owned by api; drop role api")


def test_roles_of_another_database_are_refused(shop, twin):
    install.install(shop)

    with pytest.raises(psycopg.Error) as refused:
        install.install(twin)

    assert refused.value.sqlstate == "AR409"
    assert "archive_runtime and archive_auditor are those of another database" in refused.value.diag.message_primary
    assert "shop" in refused.value.diag.message_primary
    assert "--roles PREFIX" in refused.value.diag.message_hint
    twin.execute("rollback")
    assert install.version(twin) is None


def test_each_has_its_own(shop, twin, connect, api):
    install.install(shop)
    install.install(twin, "twin")
    check_that_it_works(shop)
    check_that_it_works(twin)
    twin.execute(f"grant select, insert, delete on note to twin_runtime; grant twin_runtime to {api}")

    with connect("shop", api) as stranger:
        for statement in ["select * from note_archive", "delete from note", "select * from archive.transactions"]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stranger.execute(statement)
    with connect("twin", api) as own:
        own.execute("delete from note where id = 1")
        assert own.execute("select outcome from archive.restore('note', '{3}')").fetchall() == [("restored",)]
    assert [name for name, _ in faults(twin)] == ["runtime login has limits"]
    assert [name for name, _ in faults(shop)] == ["separate runtime login"]


def test_the_roles_are_kept_by_an_upgrade(twin):
    install.install(twin, "twin")

    assert install.install(twin).roles == "twin"


@pytest.fixture
def origin(make_database, connect):
    """A database with an archive, and grants that a DBA made to its roles."""
    name = make_database("origin")
    with connect(name) as connection:
        install.install(connection)
        check_that_it_works(connection)
        connection.execute(
            "create view summary as select count(*) from note; grant select on summary to archive_runtime"
        )
        connection.execute("grant insert (id) on note to archive_auditor")
    return name


@pytest.fixture
def clone(origin, make_database, connect):
    """A copy of it: it shares the roles."""
    with connect(make_database("clone", f"template {origin}")) as connection:
        yield connection


def test_a_clone_shares_them_and_health_warns(clone, connect, origin):
    for name, other in [("clone", "origin"), ("origin", "clone")]:
        with connect(name) as connection:
            (detail,) = [detail for check, detail in faults(connection) if check == "roles are not shared"]
        assert f"database {other}" in detail
        assert "--roles PREFIX" in detail


def test_an_upgrade_of_a_clone_goes_on_with_the_shared_roles(clone):
    assert install.install(clone).roles == "archive"


def test_a_clone_moves_to_roles_of_its_own_with_every_grant(clone, origin, connect, api):
    assert install.install(clone, "clone").roles == "clone"

    assert "roles are not shared" not in [check for check, _ in faults(clone)]
    grants = "select count(*) from pg_shdepend s join pg_database d on d.oid = s.dbid and d.datname = 'clone'"
    (left,) = clone.execute(f"{grants} where refobjid = 'archive_runtime'::regrole").fetchone()
    assert left == 0
    clone.execute(f"grant clone_runtime to {api}")
    with connect("clone", api) as own:
        assert own.execute("select * from summary").fetchone() == (2,)
        assert own.execute("select count(*) from note_archive").fetchone() == (2,)
    with connect(origin, api) as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute("select * from summary")
    assert clone.execute("select has_column_privilege('clone_auditor', 'note', 'id', 'insert')").fetchone() == (True,)


def test_members_of_anothers_roles_do_not_count(shop, twin, api):
    install.install(shop)
    install.install(twin, "twin")
    twin.execute(f"grant twin_runtime to {api}")

    assert "separate runtime login" in [name for name, _ in faults(shop)]
    assert "separate runtime login" not in [name for name, _ in faults(twin)]


def test_connecting_is_nobodys_to_revoke(shop, connect):
    before = shop.execute("select datacl::text from pg_database order by datname").fetchall()

    install.install(shop)
    install.install(shop, "moved")

    assert shop.execute("select datacl::text from pg_database order by datname").fetchall() == before


@pytest.mark.parametrize("prefix", ["pg_x", "x" * 56])
def test_a_prefix_that_makes_no_role_is_refused(shop, prefix):
    with pytest.raises(psycopg.Error) as refused:
        install.install(shop, prefix)

    assert refused.value.sqlstate == "AR422"
    shop.execute("rollback")


def test_a_prefix_may_need_quotes(shop):
    assert install.install(shop, 'O\'Brien "x"').roles == 'O\'Brien "x"'
    check_that_it_works(shop)
    shop.execute("select archive.uninstall(true)")
