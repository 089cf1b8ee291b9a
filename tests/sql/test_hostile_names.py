"""Names that an attacker makes up: labels, logins, and objects that shadow those of the archive."""

import pytest

from tests.conftest import RUNTIME, SUPERUSER, connect


def test_the_recorded_login_cannot_be_forged(db, runtime, items):
    runtime.execute("select set_config('session_authorization', 'test_api', false)")
    runtime.execute(
        "select set_config('archive.session_role', 'ada', false), set_config('archive.actor', 'ada', false)"
    )
    runtime.execute("set role archive_runtime")
    runtime.execute("delete from item")

    rows = db.execute("select distinct session_role, archived_by from item_archive").fetchall()
    assert rows == [(RUNTIME, "ada")]  # a label is what one says; the login is who one is


def test_a_truncation_records_the_login_too(db, items):
    with connect(SUPERUSER) as superuser:
        superuser.execute("truncate item")

    assert db.execute("select distinct session_role from item_archive").fetchall() == [(SUPERUSER,)]


def test_names_of_ones_own_shadow_nothing(db, runtime, attackers, archived):
    """Tables, functions, operators and casts, in pg_temp and in a schema that the caller's path puts first."""
    runtime.execute(
        """
        create temp table item (like public.item including all);
        create temp table item_archive (like public.item_archive);
        create temp table "user" (like public."user");
        create temp table registry (source regclass, target regclass, exclude text[]);
        create temp table pg_trigger (tgname name);
        create temp table pg_class (oid oid);
        create temp sequence archive_id_seq;
        create function lair.no() returns boolean language plpgsql as $$ begin raise 'shadowed'; end $$;
        create function pg_temp.format(text, text) returns text language sql return lair.no();
        create function pg_temp.now() returns timestamptz language sql return lair.no()::text::timestamptz;
        create function lair.now() returns timestamptz language sql return lair.no()::text::timestamptz;
        create function lair.nextval(text) returns bigint language sql return lair.no()::text::bigint;
        create function lair.left(text, int) returns text language sql return lair.no();
        create function lair.same(uuid, uuid) returns boolean language sql return lair.no();
        create operator lair.= (leftarg = uuid, rightarg = uuid, function = lair.same);
        create operator pg_temp.= (leftarg = uuid, rightarg = uuid, function = lair.same);
        set search_path = pg_temp, lair, pg_catalog, public;
        """
    )
    runtime.execute("delete from public.item where title = 'live'")
    runtime.execute("set search_path = pg_temp, public")

    (id,) = db.execute("select max(archive_id) from item_archive").fetchone()
    archived = "select title, session_role, archived_at > now() - interval '1 minute' from item_archive"
    assert db.execute(f"{archived} where archive_id = %s", [id]).fetchone() == ("live", RUNTIME, True)
    rows = runtime.execute("select outcome from archive.restore('public.item', array[%s::bigint])", [id]).fetchall()
    assert rows == [("restored",)]
    assert db.execute("select title from item").fetchall() == [("live",)]
    assert runtime.execute("select count(*) from pg_temp.item").fetchone() == (0,)

    with connect(SUPERUSER) as superuser:  # so that all is as it was
        superuser.execute("set session_replication_role = replica")
        superuser.execute("delete from item_archive where archive_id = %s", [id])


@pytest.mark.parametrize(
    "overload",
    [
        "format(text, text, text) returns text",
        "array_to_string(regclass[], text) returns text",
        "cardinality(archive.restore_result[]) returns int",
        "jsonb_build_array(uuid) returns jsonb",
        "count(uuid) returns bigint",
    ],
)
def test_an_overload_on_the_callers_path_is_not_called(db, archived, overload):
    """It would fit better than the function meant, and run as whoever restores."""
    db.execute("create schema lair")
    db.execute(f"create function lair.{overload} language plpgsql as $$ begin raise 'called'; end $$")
    db.execute("set search_path = lair, public")

    rows = db.execute("select outcome from archive.restore('public.item', %s)", [archived]).fetchall()

    assert rows == [("restored",)] * 3
