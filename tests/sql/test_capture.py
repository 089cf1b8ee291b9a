"""Whatever deletes a row, the archive has it: once, whole, with who, whence and why, in the same transaction."""

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException

from tests.conftest import OWNER, RUNTIME, STRANGER, SUPERUSER, connect

ARCHIVED = "select id, archived_by, reason, session_role, cascaded from item_archive order by archive_id"


def test_a_delete_archives_the_row_with_its_context(runtime, items):
    with runtime.transaction():
        runtime.execute("set local archive.actor = 'ada'")
        runtime.execute("set local archive.reason = 'twice'")
        runtime.execute("delete from item where id = %s", [items[0]])

    assert runtime.execute(ARCHIVED).fetchall() == [(items[0], "ada", "twice", RUNTIME, False)]


def test_every_column_is_archived_as_it_was(db, items):
    live = db.execute("select * from item order by id").fetchall()

    db.execute("delete from item")

    assert db.execute("select id, title, description, owner_id from item_archive order by id").fetchall() == live


def test_cascade_from_user_delete_archives_each_item(db, owner, items):
    db.execute('delete from "user" where id = %s', [owner])

    archived = db.execute(ARCHIVED).fetchall()
    assert sorted(archived) == sorted((id, None, None, OWNER, True) for id in items)


def test_a_cascade_records_the_login_not_the_table_owner(runtime, owner, items):
    runtime.execute('delete from "user" where id = %s', [owner])

    assert {role for (role,) in runtime.execute("select session_role from item_archive")} == {RUNTIME}


def test_a_rolled_back_delete_leaves_nothing(db, items):
    with db.transaction(force_rollback=True):
        db.execute("delete from item")

    assert db.execute("select (select count(*) from item), (select count(*) from item_archive)").fetchone() == (3, 0)


def test_rows_of_one_transaction_share_its_id_and_time(db, items):
    with db.transaction():
        for id in items:
            db.execute("delete from item where id = %s", [id])
        (transaction,) = db.execute("select pg_current_xact_id()::text").fetchone()

    rows = db.execute("select distinct transaction_id::text, archived_at from item_archive").fetchall()
    assert [id for id, _ in rows] == [transaction]


def test_the_newest_row_has_the_highest_archive_id(db, items):
    for id in items:
        db.execute("delete from item where id = %s", [id])

    assert [id for (id,) in db.execute("select id from item_archive order by archive_id")] == items


def test_a_restored_item_can_be_deleted_again(db, archived, restore):
    restore(archived)

    db.execute("delete from item")

    assert db.execute("select count(*) from item_archive").fetchone() == (6,)


def test_the_context_ends_with_its_transaction(db, items):
    with db.transaction():
        db.execute("select set_config('archive.actor', 'ada', true)")
    db.execute("delete from item where id = %s", [items[0]])

    assert db.execute("select archived_by from item_archive").fetchone() == (None,)


@pytest.mark.parametrize("label", ["", "not-a-uuid", "x" * 16_384, "'; drop table item; --", "☃" * 300])
def test_no_label_makes_a_delete_fail(db, items, label):
    with db.transaction():
        db.execute("select set_config('archive.actor', %s, true), set_config('archive.reason', %s, true)", [label] * 2)
        db.execute("delete from item where id = %s", [items[0]])

    assert db.execute("select archived_by, reason from item_archive").fetchone() == (label[:200] or None, label or None)


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        (b"J\xfcrgen", "J\\374rgen"),
        (b"a\xe2", "a\\342"),
        (b"\xf0\x9f", "\\360\\237"),
        (b"\xe2" * 299, "\\342" * 50),
        (b"a\\\\b\xff", "a\\\\b\\377"),
        ("Jürgen".encode(), "Jürgen"),
    ],
)
@pytest.mark.parametrize("encoding", ["UTF8", "LATIN1"])
@pytest.mark.parametrize("statement", ["delete from item", "truncate item"])
def test_a_label_in_another_encoding_is_kept_as_its_bytes(db, items, label, kept, encoding, statement):
    options = b"-c archive.actor=%b -c archive.reason=%b -c client_encoding=%b" % (label, label, encoding.encode())
    address = f"host={db.info.host} port={db.info.port} dbname={db.info.dbname} user={OWNER}".encode()
    connection = psycopg.pq.PGconn.connect(b"%b options='%b'" % (address, options.replace(b"\\", rb"\\")))
    try:
        done = connection.exec_(statement.encode())
        assert done.status == psycopg.pq.ExecStatus.COMMAND_OK, done.error_message
    finally:
        connection.finish()

    assert db.execute("select distinct archived_by, left(reason, 200) from item_archive").fetchall() == [(kept, kept)]


def test_replica_mode_does_not_skip_the_trigger(db, items):
    with connect(SUPERUSER) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute("delete from item where id = %s", [items[0]])

    assert db.execute("select id from item_archive").fetchall() == [(items[0],)]


def test_a_trigger_that_cancels_a_delete_leaves_no_archived_copy(db, items):
    db.execute(
        "create function refuse() returns trigger language plpgsql as 'begin return null; end';"
        "create trigger z_refuse before delete on item for each row execute function refuse()"
    )

    db.execute("delete from item")

    assert db.execute("select (select count(*) from item), (select count(*) from item_archive)").fetchone() == (3, 0)


def test_a_temporary_table_cannot_take_the_row(runtime, items):
    runtime.execute("create temp table item_archive (like public.item_archive)")
    runtime.execute("set search_path = pg_temp, public")
    runtime.execute("delete from public.item where id = %s", [items[0]])

    assert runtime.execute("select count(*) from pg_temp.item_archive").fetchone() == (0,)
    assert runtime.execute("select count(*) from public.item_archive").fetchone() == (1,)


@pytest.mark.parametrize("login", [RUNTIME, STRANGER])
def test_nobody_else_may_attach_the_capture_function(db, login):
    with connect(login) as forger:
        forger.execute(
            "create temp table item (like public.item)" if login == RUNTIME else "create temp table item (id uuid)"
        )

        with pytest.raises(InsufficientPrivilege):
            forger.execute(
                "create trigger forge before delete on item for each row execute function archive.capture_item()"
            )


def test_the_capture_function_copies_the_rows_of_its_table_only(db):
    db.execute("create table look_alike (like item)")
    db.execute("create trigger t before delete on look_alike for each row execute function archive.capture_item()")
    db.execute("insert into look_alike select gen_random_uuid(), 'x', null, gen_random_uuid()")

    with pytest.raises(psycopg.Error, match="captures public.item") as error:
        db.execute("delete from look_alike")

    assert error.value.sqlstate == "AR422"


def test_truncate_archives_every_row(db, items):
    db.execute("truncate item")

    assert sorted(db.execute("select id, cascaded from item_archive")) == sorted((id, False) for id in items)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_truncate_with_an_old_snapshot_is_refused(db, items, level):
    with pytest.raises(psycopg.Error, match="could lose rows"), db.transaction():
        db.execute(f"set transaction isolation level {level}")
        db.execute("truncate item")

    assert db.execute("select count(*) from item").fetchone() == (3,)


def test_deleting_a_user_by_sql_needs_nothing_of_the_archive(runtime, owner, items):
    """The runtime login may not write the archive; that does not break a delete."""
    with pytest.raises(InsufficientPrivilege):
        runtime.execute("insert into item_archive (archive_id) values (1)")

    runtime.execute('delete from "user" where id = %s', [owner])

    assert runtime.execute("select count(*) from item_archive").fetchone() == (3,)


def test_a_delete_fails_when_the_archive_cannot_take_the_row(db, items):
    db.execute(
        "create function fail() returns trigger language plpgsql as $$ begin raise 'disk on fire'; end $$;"
        "create trigger fail before insert on item_archive for each row execute function fail()"
    )

    with pytest.raises(RaiseException, match="disk on fire"):
        db.execute("delete from item")

    assert db.execute("select count(*) from item").fetchone() == (3,)


def test_truncate_is_refused_where_a_policy_would_hide_rows_from_the_copy(db, items):
    db.execute("alter table item enable row level security, force row level security")
    db.execute("create policy one on item using (title = 'item 1')")

    with pytest.raises(psycopg.Error, match="row-level security") as error:
        db.execute("truncate item")

    assert error.value.sqlstate == "AR409"


def test_a_line_break_in_a_name_ends_no_comment_in_the_capture_function(db):
    name = "a\ndeclare x int := 1 / 0; --"
    db.execute(f'create table "{name}" (id int primary key)')
    db.execute("select archive.enable(%s)", [f'"{name}"'])

    db.execute(f'insert into "{name}" values (1); delete from "{name}"')

    assert db.execute(f'select id from "{name}_archive"').fetchall() == [(1,)]
