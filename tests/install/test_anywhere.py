"""The archive installs into any database, and knows no application."""

import re

import psycopg
import pytest
from app.core import install

from tests.conftest import SUPERUSER
from tests.install.conftest import BUNDLE, FILES, check_that_it_works, dump, faults, psql

APPLICATION = [
    "public.item",
    '"user"',
    "ended_token",
    "alembic_version",
    "archive_table_version",
    "owner_id",
    "hashed_password",
    "full_name",
]
APPLICATION += ["is_superuser", "tokens_valid_from", "archive-table api"]


@pytest.mark.parametrize("name", APPLICATION)
def test_the_archive_names_nothing_of_the_application(name):
    found = [file.name for file in FILES if "archive" in file.parts and name in file.read_text()]

    assert found == []


def test_the_code_is_ascii():
    assert BUNDLE.isascii()
    assert [file.name for file in FILES if not file.read_text().isascii()] == []


def test_it_works_alone_for_an_ordinary_owner(shop):
    done = install.install(shop)

    assert (done.before, done.version, done.owner, done.roles) == (None, install.version(shop), "keeper", "archive")
    check_that_it_works(shop)


def test_psql_takes_the_bundle(shop):
    psql(shop, "-f", "-", script=BUNDLE)

    check_that_it_works(shop)


def test_the_bundle_is_what_install_runs(shop, make_database, connect):
    install.install(shop)
    with connect(make_database("other")) as other:
        psql(other, "-f", "-", script=install.bundle("zeta"))

        # Its roles are a part of the digest of what is in place.
        digest = "[0-9a-f]{64}.[0-9a-f]{32}"
        assert re.sub(digest, "", dump(other)).replace("zeta", "archive") == re.sub(digest, "", dump(shop))


def test_again_changes_nothing(shop):
    install.install(shop)
    check_that_it_works(shop)
    before = dump(shop)

    done = install.install(shop)

    assert (done.before, done.tables) == (done.version, ["note"])
    assert dump(shop) == before


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_it_works_in_other_encodings(make_database, connect, encoding):
    name = make_database("old", f"encoding '{encoding}' locale_provider libc locale 'C' template template0")

    with connect(name) as connection:
        install.install(connection)
        check_that_it_works(connection)


PATHS = ["musicbrainz, public", '"$user", public', "musicbrainz", "'', pg_catalog", "public, pg_catalog"]


@pytest.mark.parametrize("path", PATHS)
def test_it_works_under_any_search_path(shop, connect, path):
    shop.execute("create schema musicbrainz; create schema keeper")
    shop.execute(f"alter database shop set search_path = {path}")

    with connect("shop") as connection:
        install.install(connection)
        check_that_it_works(connection, "musicbrainz")


def test_tables_with_the_names_of_the_application_are_left_alone(shop):
    shop.execute(
        "create table alembic_version (version_num text); insert into alembic_version values ('theirs');"
        'create table "user" (id int primary key); create table item (id int primary key, item text)'
    )
    before = dump(shop)

    install.install(shop)
    check_that_it_works(shop)

    shop.execute("select archive.disable('note'); drop table note; drop table note_archive")
    shop.execute("select archive.uninstall()")
    assert dump(shop) == before


def test_a_newer_archive_is_left_to_newer_programs(shop):
    install.install(shop)
    shop.execute("update archive.settings set value = '999.1.0' where name = 'version'")
    before = dump(shop)

    with pytest.raises(psycopg.Error, match=r"of version 999.1.0, newer than this program's \d") as refused:
        install.install(shop)

    shop.execute("rollback")
    assert refused.value.sqlstate == "AR409"
    assert dump(shop) == before


def test_a_schema_of_this_name_that_is_something_else_is_left_alone(shop):
    shop.execute("create schema archive; create table archive.paper (id int)")
    before = dump(shop)

    with pytest.raises(psycopg.Error, match="not Archive Table's") as refused:
        install.install(shop)

    shop.execute("rollback")
    assert refused.value.sqlstate == "AR409"
    assert dump(shop) == before


def test_a_login_without_the_right_to_create_is_told_the_grant(shop, connect):
    with connect("shop", "stranger") as stranger, pytest.raises(psycopg.Error) as refused:
        install.install(stranger)

    assert refused.value.diag.message_primary == "stranger may not create schema archive in database shop"
    assert "grant create on database shop to stranger" in refused.value.diag.message_hint


def test_only_its_owner_upgrades_it(shop, connect):
    install.install(shop)

    with connect("shop", "stranger") as stranger, pytest.raises(psycopg.Error, match="belongs to keeper"):
        install.install(stranger)


def test_a_login_that_may_not_make_roles_is_told_who_may(shop, connect):
    shop.execute("grant create on database shop to stranger")

    with connect("shop", "stranger") as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        install.install(stranger)

    assert "create role archive_runtime nologin; grant archive_runtime to stranger" in refused.value.diag.message_hint


def test_a_table_of_another_role_is_refused_with_both_ways_out(shop, connect):
    install.install(shop)
    with connect("shop", SUPERUSER) as superuser:
        superuser.execute("create table theirs (id int primary key); alter table theirs owner to stranger")

    with pytest.raises(psycopg.Error) as refused:
        shop.execute("select archive.enable('theirs')")

    assert refused.value.sqlstate == "AR422"
    for way in ["install the archive as stranger", "alter table public.theirs owner to keeper"]:
        assert way in refused.value.diag.message_primary


def test_no_right_of_others_is_changed(shop, connect):
    with connect("shop", SUPERUSER) as superuser:
        superuser.execute("create table ledger (id int); grant all on ledger to stranger, public")
        rights = (
            "select datacl::text from pg_database where datname = 'shop' union all"
            " select nspacl::text from pg_namespace where nspname in ('public', 'pg_catalog') union all"
            " select relacl::text from pg_class where relname = 'ledger' union all"
            " select defaclacl::text from pg_default_acl"
        )
        before = superuser.execute(rights).fetchall()

        install.install(shop)

        assert superuser.execute(rights).fetchall() == before


def test_a_superuser_may_own_it(make_database, connect):
    with connect(make_database("root"), SUPERUSER) as connection:
        install.install(connection)

        check_that_it_works(connection)


def test_what_an_owner_serving_as_the_application_costs_is_said(shop):
    install.install(shop)

    assert [name for name, _ in faults(shop)] == ["separate runtime login"]


def test_an_installation_older_than_versions_is_upgraded_with_its_rows(shop):
    """It had no settings, its roles had no prefix to choose, and its function's name held a dot."""
    install.install(shop)
    check_that_it_works(shop)
    shop.execute("create schema app; create table app.note (id int primary key); select archive.enable('app.note')")
    shop.execute("insert into app.note values (1); delete from app.note; delete from note")
    shop.execute("drop function archive.version; drop table archive.settings, archive.subjects cascade")
    shop.execute('alter function archive.capture_app__note() rename to "capture_app.note"')

    done = install.install(shop)

    assert (done.before, done.roles, done.tables) == ("unknown", "archive", ["app.note", "note"])
    shop.execute("select archive.restore_transaction(transaction_id) from archive.transactions where restored = 0")
    assert shop.execute("select (select count(*) from note), (select count(*) from app.note)").fetchone() == (2, 1)
    assert [name for name, _ in faults(shop)] == ["separate runtime login"]
