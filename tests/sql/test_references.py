"""ON DELETE SET NULL and SET DEFAULT: what a deletion blanks in rows that stay, an undo puts back."""

import psycopg
import pytest

from tests.conftest import RUNTIME, STRANGER

pytestmark = pytest.mark.alone

SHELVES = """
    create table shelf (id int primary key, code text unique);
    create table book (
        id int primary key,
        shelf_id int default 0 references shelf on delete {action},
        shelf_code text references shelf (code) on delete set null
    );
    insert into shelf values (0, 'none'), (1, 'a'), (2, 'b');
    insert into book select n, 1 + n % 2, chr(97 + n % 2) from generate_series(1, 9) n;
    select archive.enable('shelf');
"""
UNDO = (
    "select row_id, outcome, detail from archive.restore_transaction((select max(transaction_id) from shelf_archive))"
)
BOOKS = "select * from book order by id"
NOTED = "select source::text, constraint_name, row_key from archive.blanked_references order by 1, 2, 3"
FAULT = "select severity, detail from archive.health() where check_name = 'references are kept' and not ok"


@pytest.fixture(params=["set null", "set default"])
def shelves(db, request):
    """Books that refer to shelves by number and by code."""
    db.execute(SHELVES.format(action=request.param))


def test_an_undo_puts_references_back(db, shelves):
    before = db.execute(BOOKS).fetchall()
    db.execute("delete from shelf where id > 0")
    assert db.execute(BOOKS).fetchall() != before

    assert db.execute(UNDO).fetchall() == [("1", "restored", None), ("2", "restored", None)]
    assert db.execute(BOOKS).fetchall() == before


def test_one_row_is_restored_with_the_references_to_it_alone(db, shelves):
    before = db.execute(BOOKS).fetchall()
    db.execute("delete from shelf where id > 0")

    db.execute("select archive.restore('shelf', array(select archive_id from shelf_archive where id = 1))")

    after = db.execute(BOOKS).fetchall()
    assert [row for row in after if row[2] == "a"] == [row for row in before if row[2] == "a"]
    assert {row[2] for row in after} == {"a", None}


def test_a_dry_run_puts_nothing_back(db, shelves):
    db.execute("delete from shelf where id > 0")
    before = db.execute(BOOKS).fetchall()

    db.execute("select archive.restore_transaction((select max(transaction_id) from shelf_archive), dry_run => true)")

    assert db.execute(BOOKS).fetchall() == before


def test_a_reference_that_was_given_since_stays_and_is_named(db, shelves):
    db.execute("insert into shelf values (3, 'c'); delete from shelf where id = 1")
    db.execute("update book set shelf_id = 3 where id = 2; delete from book where id = 4")

    ((_, _, detail),) = db.execute(UNDO)

    assert detail == "references not put back: shelf_code of book 4; references not put back: shelf_id of book 2, 4"
    assert db.execute("select shelf_id, shelf_code from book where id = 2").fetchone() == (3, "a")


def test_many_references_that_are_not_put_back_are_counted(db):
    db.execute(SHELVES.format(action="set null"))
    db.execute("delete from shelf where id = 1; delete from book where id < 9")

    ((_, _, detail),) = db.execute(UNDO)

    assert detail.endswith("shelf_id of book 2, 4, 6 and 1 more")


def test_a_row_that_the_same_deletion_took_later_refers_again(db, shelves):
    before = db.execute(BOOKS).fetchall()
    db.execute("select archive.enable('book')")
    db.execute("begin; delete from shelf where id > 0; delete from book; commit")

    db.execute(UNDO)

    assert db.execute(BOOKS).fetchall() == before


def test_a_trigger_that_refuses_the_reference_leaves_it_and_the_row_comes_back(db, shelves):
    db.execute("""
        delete from shelf where id = 1;
        create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
        create trigger no before update on book for each row execute function no();
    """)

    ((_, outcome, detail),) = db.execute(UNDO)

    assert outcome == "restored"
    assert "shelf_id of book 2, 4, 6 and 1 more" in detail


def test_a_caller_who_may_not_write_the_reference_is_told(db, runtime, shelves):
    db.execute(f"grant select, insert on shelf to {RUNTIME}; delete from shelf where id = 1")

    ((_, outcome, detail),) = runtime.execute(UNDO)

    assert outcome == "restored"
    assert "shelf_id of book 2, 4, 6 and 1 more" in detail


@pytest.mark.parametrize("columns", ["", " (shelf_id)"], ids=["both columns", "one column"])
def test_a_reference_of_two_columns_is_put_back(db, columns):
    db.execute(f"""
        create table shelf (room int, id int, primary key (room, id));
        create table book (id int primary key, room int, shelf_id int,
                           foreign key (room, shelf_id) references shelf on delete set null{columns});
        insert into shelf values (1, 2);
        insert into book values (1, 1, 2), (2, 1, null);
        select archive.enable('shelf');
        delete from shelf;
    """)

    assert db.execute(UNDO).fetchall() == [("1,2", "restored", None)]
    assert db.execute(BOOKS).fetchall() == [(1, 1, 2), (2, 1, None)]


def test_a_row_that_refers_to_its_own_table_refers_again(db):
    db.execute("create table shelf (id int primary key, above int references shelf on delete set null)")
    db.execute("insert into shelf values (1, null), (2, 1), (3, 1); select archive.enable('shelf')")
    db.execute("delete from shelf where id < 3")

    db.execute(UNDO)

    assert db.execute("select * from shelf order by id").fetchall() == [(1, None), (2, 1), (3, 1)]


def test_a_partitioned_table_refers_again(db):
    db.execute("""
        create table shelf (id int primary key);
        create table book (id int primary key, shelf_id int references shelf on delete set null)
            partition by range (id);
        create table book_1 partition of book for values from (0) to (5);
        create table book_2 partition of book for values from (5) to (10);
        insert into shelf values (1);
        insert into book values (1, 1), (6, 1);
        select archive.enable('shelf');
        delete from shelf;
    """)

    assert db.execute(UNDO).fetchall() == [("1", "restored", None)]
    assert db.execute(BOOKS).fetchall() == [(1, 1), (6, 1)]


def test_an_update_of_the_application_is_not_noted(db, shelves):
    db.execute("update book set shelf_id = null, shelf_code = null; update book set shelf_id = 1")

    assert db.execute(NOTED).fetchall() == []


def test_tables_and_columns_may_be_renamed_before_the_undo(db, shelves):
    before = db.execute(BOOKS).fetchall()
    db.execute("""
        delete from shelf where id > 0;
        alter table shelf rename to rack;
        alter table shelf_archive rename to rack_archive;
        alter table book rename shelf_id to rack_id;
        alter table book rename to volume;
        select archive.enable('rack');
    """)

    db.execute(UNDO.replace("shelf_archive", "rack_archive"))

    assert db.execute("select * from volume order by id").fetchall() == before


def test_a_renamed_table_is_noted_without_enable(db, shelves):
    before = db.execute(BOOKS).fetchall()
    db.execute("alter table shelf rename to rack; delete from rack where id > 0")

    db.execute(UNDO)

    assert db.execute(BOOKS).fetchall() == before


def test_a_deletion_between_a_renamed_reference_and_enable_fails_and_names_it(db, shelves):
    db.execute("alter table book rename shelf_id to rack_id")

    with pytest.raises(psycopg.Error, match=r"archive\.enable\(\)"):
        db.execute("delete from shelf where id = 1")

    db.execute("select archive.enable('shelf'); delete from shelf where id = 1")
    assert db.execute(UNDO).fetchall() == [("1", "restored", None)]


def test_a_purge_forgets_what_was_noted(db, shelves):
    db.execute("delete from shelf where id > 0")
    assert len(db.execute(NOTED).fetchall()) > 0

    db.execute("select archive.purge('shelf', now(), dry_run => false)")

    assert db.execute(NOTED).fetchall() == []


def test_disable_ends_it(db, shelves):
    db.execute("select archive.disable('shelf'); delete from shelf where id > 0")

    assert db.execute(NOTED).fetchall() == []
    assert db.execute("select from pg_trigger where tgrelid = 'book'::regclass and not tgisinternal").rowcount == 0
    assert db.execute("select from pg_proc where proname like 'references\\_%'").rowcount == 0


def test_enable_again_changes_nothing(db, shelves):
    triggers = "select oid, xmin::text, tgfoid from pg_trigger where tgname = 'zz_archive_keep_references'"
    before = db.execute(triggers).fetchall()

    db.execute("select archive.enable('shelf')")

    assert db.execute(triggers).fetchall() == before


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("create table map (id int primary key, shelf_id int references shelf on delete set null)", "map: call"),
        ("alter table book disable trigger zz_archive_keep_references", "book: call archive.enable()"),
        ("create table map (shelf_id int references shelf on delete set null)", "map: it has no key"),
    ],
    ids=["new", "disabled", "without a key"],
)
def test_health_warns_of_references_that_are_not_noted(db, shelves, change, fault):
    assert db.execute(FAULT).fetchall() == []

    db.execute(change)

    ((severity, detail),) = db.execute(FAULT)
    assert severity == "warning"
    assert detail.startswith(fault)


def test_a_table_of_somebody_else_is_not_noted_and_health_says_so(server, db, shelves):
    db.execute("create table map (id int primary key, shelf_id int references shelf on delete set null)")
    with psycopg.connect(
        host=db.info.host, port=db.info.port, user="postgres", dbname=db.info.dbname, autocommit=True
    ) as superuser:
        superuser.execute(f"alter table map owner to {STRANGER}")
    db.execute("select archive.enable('shelf')")

    ((_, detail),) = db.execute(FAULT)

    assert detail == f"map: it belongs to {STRANGER}"
