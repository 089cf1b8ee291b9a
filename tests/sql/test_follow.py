"""The archive follows its table: by the numbers of columns and tables, whatever they are called."""

import psycopg
import pytest

from tests.sql.conftest import HEALTH, RENAME, UNDO

pytestmark = pytest.mark.alone

ROWS = "select t::text from {} t"


def undo(db, table="shelf"):
    db.execute(UNDO.format(target=f"{table}_archive"))
    return [row for (row,) in db.execute(ROWS.format(table))]


def test_columns_renamed_in_both_tables(oak):
    oak.execute(RENAME.format("shelf", "shelf"))
    oak.execute(RENAME.format("shelf_archive", "shelf_archive"))
    oak.execute("select archive.enable('shelf')")

    assert undo(oak) == ["(1,oak,7)"]


def test_columns_renamed_in_the_table_alone_are_renamed_in_the_archive(oak):
    oak.execute(RENAME.format("shelf", "shelf"))
    oak.execute("select archive.enable('shelf')")

    assert oak.execute("select title, amount from shelf_archive").fetchall() == [("oak", 7)]
    assert undo(oak) == ["(1,oak,7)"]


def test_columns_that_swap_their_names(shelf):
    shelf.execute("create table pair (id int primary key, a text, b text); select archive.enable('pair')")
    shelf.execute("insert into pair values (1, 'a', 'b'); delete from pair")
    shelf.execute("alter table pair rename a to c; alter table pair rename b to a; alter table pair rename c to b")
    shelf.execute("select archive.enable('pair')")

    assert shelf.execute("select b, a from pair_archive").fetchall() == [("a", "b")]
    assert undo(shelf, "pair") == ["(1,a,b)"]


@pytest.mark.parametrize("table", ["pair", "pair_archive"])
def test_health_reports_columns_that_swapped_their_names(shelf, table):
    shelf.execute("create table pair (id int primary key, a text, b text); select archive.enable('pair')")
    for old, new in ("ac", "ba", "cb"):
        shelf.execute(f"alter table {table} rename {old} to {new}")

    before = shelf.execute(HEALTH).fetchall()
    shelf.execute("select archive.enable('pair')")

    assert f"names that these columns had: a in public.{table}, b in public.{table}" in str(before)
    assert shelf.execute(HEALTH).fetchall() == []


@pytest.mark.parametrize("statement", ["delete from shelf", "truncate shelf"])
def test_a_new_column_under_the_former_name_of_another_does_not_pass_for_it(oak, statement):
    oak.execute("insert into shelf values (2, 'elm', 1)")
    for table in ("shelf", "shelf_archive"):
        oak.execute(f"alter table {table} rename qty to amount; alter table {table} add qty int")

    with pytest.raises(psycopg.Error, match=r"archive\.enable") as error:
        oak.execute(statement)
    oak.execute("select archive.enable('shelf')")
    oak.execute(statement)

    assert error.value.sqlstate == "AR409"
    assert oak.execute("select id, amount, qty from shelf_archive where id = 2").fetchall() == [(2, 1, None)]


def test_a_column_added_to_the_table_alone_is_added_to_the_archive(oak):
    oak.execute("alter table shelf add colour text default 'blue'; select archive.enable('shelf')")
    oak.execute("insert into shelf values (2, 'elm', 1, 'teal'); delete from shelf")

    oak.execute("select archive.restore('shelf', array(select archive_id from shelf_archive))")

    assert oak.execute("select * from shelf order by id").fetchall() == [(1, "oak", 7, "blue"), (2, "elm", 1, "teal")]


def test_a_changed_type_is_refused_with_the_statement_to_run(oak):
    oak.execute("alter table shelf alter qty type bigint")

    with pytest.raises(psycopg.Error, match="qty is bigint in public.shelf and integer") as error:
        oak.execute("select archive.enable('shelf')")

    assert error.value.sqlstate == "AR409"
    statement = error.value.diag.message_hint.partition(";")[0]
    oak.execute(f"{statement}; select archive.enable('shelf')")
    assert undo(oak) == ["(1,oak,7)"]


@pytest.mark.parametrize("deletion", ["delete from shelf", "truncate shelf"])
@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("alter table shelf add colour text", "(1,oak,7,teal)"),
        (
            "alter table shelf add wrong int; alter table shelf drop wrong; alter table shelf add shade text",
            "(1,oak,7,teal)",
        ),
        ("alter table shelf add at timestamptz", '(1,oak,7,"2026-11-26 12:00:00.123456+00")'),
        ("alter table shelf add part float8", "(1,oak,7,0.30000000000000004)"),
        ("alter table shelf add data bytea", '(1,oak,7,"\\\\x00ff")'),
        ("alter table shelf add tags text[]", '(1,oak,7,"{""a b"",NULL}")'),
        ("alter table shelf add doc jsonb", '(1,oak,7,"{""a"": null}")'),
    ],
    ids=["added", "added, dropped, added", "time", "float", "bytes", "array", "jsonb"],
)
def test_a_column_added_since_enable_is_kept_and_comes_back(shelf, change, row, deletion):
    """Before archive.enable() was called again, and after."""
    shelf.execute("set timezone = 'UTC'")
    shelf.execute(change)
    shelf.execute("insert into shelf select (%s::text::shelf).*", [row])
    shelf.execute("set extra_float_digits = 0; set datestyle = 'German'")
    shelf.execute(f"begin; {deletion}; commit; reset all; set timezone = 'UTC'")
    assert shelf.execute("select count(*) from shelf_archive where overflow is not null").fetchone() == (1,)
    assert [check for check, _ in shelf.execute(HEALTH)] == ["columns are known"]

    with shelf.transaction(force_rollback=True):
        assert undo(shelf) == [row]
    shelf.execute("select archive.enable('shelf')")

    assert shelf.execute("select count(*) from shelf_archive where overflow is not null").fetchone() == (0,)
    assert undo(shelf) == [row]
    assert shelf.execute(HEALTH).fetchall() == []


def test_rows_older_than_a_column_in_overflow_get_its_default(oak):
    oak.execute("alter table shelf add colour text not null default 'blue'")
    oak.execute("insert into shelf values (2, 'elm', 1, 'teal'); delete from shelf; select archive.enable('shelf')")

    oak.execute("select archive.restore('shelf', array(select archive_id from shelf_archive))")

    assert oak.execute("select colour from shelf order by id").fetchall() == [("blue",), ("teal",)]


def test_a_renamed_table_is_archived_without_enable(oak):
    oak.execute("alter table shelf rename to rack; insert into rack values (2, 'elm', 1); delete from rack")

    rows = oak.execute("select id, label from shelf_archive order by id").fetchall()
    oak.execute("select archive.restore('rack', '{1,2}')")

    assert rows == [(1, "oak"), (2, "elm")]
    assert oak.execute("select count(*) from rack").fetchone() == (2,)
    assert [check for check, _ in oak.execute(HEALTH)] == ["name is known"]
    oak.execute("select archive.enable('rack')")
    assert oak.execute("select to_regprocedure('archive.capture_shelf()')").fetchone() == (None,)
    assert oak.execute(HEALTH).fetchall() == []


def test_a_renamed_table_is_truncated_without_enable(oak):
    oak.execute("alter table shelf rename to rack; insert into rack values (2, 'elm', 1); truncate rack")

    assert oak.execute("select id from shelf_archive order by id").fetchall() == [(1,), (2,)]


def test_a_table_swapped_in_is_warned_of_and_gets_no_others_archive(oak):
    oak.execute("create table shelf_new (like shelf including all)")
    oak.execute("alter table shelf rename to shelf_old; alter table shelf_new rename to shelf")

    ((check, detail),) = oak.execute(HEALTH)
    assert check == "name is known"
    assert detail.startswith("was public.shelf when archive.enable() was last called")
    assert "the table that is called so now, which is not archived" in detail
    with pytest.raises(psycopg.Error, match="is the archive of another table: public.shelf_old") as error:
        oak.execute("select archive.enable('shelf')")
    assert error.value.sqlstate == "AR409"
    assert "archive.disable" in error.value.diag.message_hint
    oak.execute("select archive.disable('shelf_old'); select archive.enable('shelf')")
    oak.execute("insert into shelf values (2, 'elm', 1); delete from shelf")
    assert oak.execute("select id from shelf_archive order by id").fetchall() == [(1,), (2,)]


@pytest.mark.parametrize(
    "column", ["actor", "reason", "a", "live", "capture", "circumstances", "tg_op", "unknown", "value", "overflow"]
)
@pytest.mark.parametrize("deletion", ["delete from t", "truncate t"])
def test_a_column_may_have_any_name(db, column, deletion):
    db.execute(f"create table t (id int primary key, {column} text unique); select archive.enable('t')")
    db.execute(f"insert into t values (1, 'x'); {deletion}; insert into t values (2, 'x')")

    ((outcome, detail),) = db.execute(
        "select outcome, detail from archive.restore('t', array(select archive_id from t_archive), dry_run => true)"
    )

    assert outcome == "conflict"
    assert detail == f"unique value taken: Key ({column})=(x) already exists in row 2"
    db.execute("delete from t where id = 2")
    db.execute("select archive.restore('t', array(select min(archive_id) from t_archive))")
    assert db.execute("select t::text from t").fetchall() == [("(1,x)",)]


OWN = ["reason", "archived_at", "transaction_id", "erased_at", "overflow", "archive_id"]


def test_columns_named_like_the_archives_own_are_copied_under_another_name(db):
    db.execute(
        f"create table t (id int primary key, {', '.join(f'{c} text' for c in OWN)}); select archive.enable('t')"
    )
    db.execute("insert into t values (1, 'a', 'b', 'c', 'd', 'e', 'f'); delete from t")

    copies = ", ".join(f"{c}_copied" for c in OWN)
    assert db.execute(f"select {copies} from t_archive").fetchall() == [("a", "b", "c", "d", "e", "f")]
    assert undo(db, "t") == ["(1,a,b,c,d,e,f)"]


def test_a_column_named_like_one_that_the_archive_has_had_since_a_later_version_is_copied_under_another_name(db):
    db.execute("create table t (id int primary key, restore_reason text); select archive.enable('t')")
    db.execute("insert into t values (1, 'the deleted value'); delete from t")
    db.execute("alter table t_archive drop restore_reason")  # as the version before left it
    db.execute("alter table t_archive rename restore_reason_copied to restore_reason")
    db.execute("update archive.registry set columns = replace(columns::text, 'reason_copied', 'reason')::jsonb")

    db.execute("select archive.enable('t')")

    assert db.execute("select restore_reason_copied, restore_reason from t_archive").fetchall() == [
        ("the deleted value", None)
    ]
    assert undo(db, "t") == ['(1,"the deleted value")']


def test_tables_whose_names_differ_by_a_dot_have_functions_of_their_own(db):
    db.execute("""
        create schema app;
        create table app.note (id int primary key, label text);
        create table "app.note" (id int primary key, title text);
        select archive.enable('app.note'), archive.enable('"app.note"');
        insert into app.note values (1, 'in app'); insert into "app.note" values (1, 'in public');
        delete from app.note; delete from "app.note";
    """)

    assert db.execute("select label from app.note_archive").fetchall() == [("in app",)]
    assert db.execute('select title from "app.note_archive"').fetchall() == [("in public",)]
    functions = (
        "select proname from pg_proc where pronamespace = 'archive'::regnamespace and proname ~ '^capture_.*note'"
    )
    assert all("." not in name for (name,) in db.execute(functions))


def test_a_column_added_while_disabled_has_its_default(oak):
    oak.execute("select archive.disable('shelf'); alter table shelf add rank int not null default 3")
    oak.execute("alter table shelf_archive add rank int; select archive.enable('shelf')")

    assert undo(oak) == ["(1,oak,7,3)"]


def test_a_default_of_another_type_than_its_column(oak):
    """ALTER COLUMN ... TYPE leaves the default as it is: PostgreSQL converts its value at each INSERT."""
    oak.execute("alter table shelf add area box default '(1,1),(0,0)'; select archive.enable('shelf')")
    oak.execute("alter table shelf alter area type text using area::text")
    oak.execute("alter table shelf_archive alter area type text using area::text; select archive.enable('shelf')")

    assert undo(oak) == ['(1,oak,7,"(1,1),(0,0)")']


CHANGES = {
    "rename": "alter table shelf rename label to title",
    "drop": "alter table shelf drop label",
    "rename in the archive": "alter table shelf_archive rename label to title",
    "drop in the archive": "alter table shelf_archive drop label",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("deletion", ["delete from shelf", "truncate shelf"])
def test_a_deletion_between_a_change_and_enable_fails_naming_enable_and_loses_nothing(oak, change, deletion):
    oak.execute("insert into shelf values (2, 'elm', 1)")
    oak.execute(CHANGES[change])

    with pytest.raises(psycopg.Error, match=r"archive\.enable\(\)"):
        oak.execute(deletion)

    assert oak.execute("select id from shelf").fetchall() == [(2,)]
    assert "columns are captured" in [check for check, _ in oak.execute(HEALTH)]
    oak.execute("select archive.enable('shelf')")
    oak.execute(deletion)
    assert oak.execute("select count(*) from shelf_archive").fetchone() == (2,)
    assert [check for check, _ in oak.execute(HEALTH)] == []


def test_an_excluded_column_stays_excluded_under_another_name(db):
    db.execute("create table t (id int primary key, hash text); select archive.enable('t', exclude => '{hash}')")
    db.execute("alter table t rename hash to digest; insert into t values (1, 'secret'); delete from t")
    db.execute("select archive.enable('t'); insert into t values (2, 'secret'); delete from t")

    assert "secret" not in "".join(row for (row,) in db.execute(ROWS.format("t_archive")))
