"""Partitioned tables: what is deleted is archived, what moves from one partition to another is not."""

import psycopg
import pytest

from tests.conftest import RUNTIME, SUPERUSER, connect
from tests.sql.conftest import HEALTH, UNDO

pytestmark = pytest.mark.alone

READING = """
    create table reading (id int, day date, value text, primary key (id, day)) partition by range (day);
    create table reading_1 partition of reading for values from ('2026-01-01') to ('2026-02-01');
    -- A partition whose columns have other numbers.
    create table reading_2 (old int, value text, day date not null, id int not null);
    alter table reading_2 drop old;
    alter table reading attach partition reading_2 for values from ('2026-02-01') to ('2026-03-01');
    create table reading_3 partition of reading for values from ('2026-03-01') to ('2026-05-01') partition by list (id);
    create table reading_3_1 partition of reading_3 for values in (1, 2, 3);
    create table reading_3_rest partition of reading_3 default;
    select archive.enable('reading');
    insert into reading values (1, '2026-01-05', 'a'), (2, '2026-02-05', 'b');
    insert into reading values (3, '2026-03-05', 'c'), (9, '2026-03-09', 'd');
"""
LIVE = "select id, day::text, value from reading order by id"
ARCHIVED = "select id, day::text, value from reading_archive order by archive_id"
ALL = [(1, "2026-01-05", "a"), (2, "2026-02-05", "b"), (3, "2026-03-05", "c"), (9, "2026-03-09", "d")]


@pytest.fixture
def readings(db):
    db.execute(READING)
    assert db.execute(HEALTH).fetchall() == []
    return db


@pytest.mark.parametrize(
    "deletion",
    [
        "delete from reading",
        "delete from reading_1; delete from reading_2; delete from reading_3",
        "truncate reading",
        "truncate reading_1, reading_2, reading_3_1, reading_3_rest",
        "truncate reading_3; truncate reading_1, reading_2",
        "merge into reading r using (values (1)) v on true when matched then delete",
    ],
)
def test_what_is_deleted_is_archived_once_and_comes_back(readings, deletion):
    readings.execute(f"begin; {deletion}; commit")
    assert sorted(readings.execute(ARCHIVED)) == ALL

    readings.execute(UNDO.format(target="reading_archive"))

    assert readings.execute(LIVE).fetchall() == ALL


@pytest.mark.parametrize(
    "update",
    [
        "update reading set day = day + 31",
        "update reading set day = '2026-02-07' where id = 1; update reading set day = '2026-01-07' where id = 1",
        "update reading set id = id + 20, day = '2026-02-07'",
        "update reading set id = id + 3",
        "merge into reading r using (values (1)) v on r.id < 3 when matched then update set day = day + 40",
        "insert into reading values (9, '2026-03-09') on conflict (id, day) do update set id = 10",
    ],
)
def test_what_moves_is_not_archived(readings, update):
    readings.execute(f"begin; {update}; commit")

    assert readings.execute(ARCHIVED).fetchall() == []
    assert readings.execute("select count(*) from reading").fetchone() == (4,)
    assert readings.execute("select * from archive.moves").fetchall() in ([], readings.execute(NOTES).fetchall())


NOTES = "select * from archive.moves where relation = any (array(select relid::oid from pg_partition_tree('reading')))"


def test_a_deletion_after_an_update_in_the_same_transaction_is_archived(readings):
    """Whether the row stayed in its partition, moved, or came back to where it was."""
    readings.execute("""
        begin;
        update reading set day = '2026-01-20' where id = 1;
        update reading set day = '2026-01-20' where id = 2;
        update reading set day = '2026-01-20' where id = 3;
        update reading set day = '2026-03-20' where id = 3;
        savepoint s;
        update reading set day = '2026-01-20' where id = 9;
        rollback to s;
        delete from reading;
        commit;
    """)

    assert sorted(readings.execute(ARCHIVED)) == [
        (1, "2026-01-20", "a"),
        (2, "2026-01-20", "b"),
        (3, "2026-03-20", "c"),
        (9, "2026-03-09", "d"),
    ]


@pytest.fixture
def intruder(readings):
    readings.execute(f"grant select, insert, update, delete on reading, reading_1 to {RUNTIME}")
    with connect(RUNTIME) as connection:
        yield connection


def test_no_login_can_pass_a_deletion_off_as_a_move(readings, intruder):
    intruder.execute("begin; set local archive.moving = 'on'; delete from reading where id = 1; commit")
    intruder.execute("begin; update reading set day = '2026-01-06' where id = 2; set local archive.moving = 'on'")
    intruder.execute("delete from reading where id = 2; commit")

    assert [row[0] for row in readings.execute(ARCHIVED)] == [1, 2]
    for attempt in [
        "insert into archive.moves select pg_current_xact_id(), now(), 'reading_1'::regclass, ctid from reading_1",
        "select archive.keep_move()",
        "create trigger t before insert on reading_1 for each row execute function archive.keep_move()",
        "create temporary table t (a int); create trigger t before insert on t execute function archive.keep_move()",
    ]:
        with pytest.raises(psycopg.Error) as error:
            intruder.execute(attempt)
        assert error.value.sqlstate in ("42501", "0A000", "42809")


def test_the_setting_only_spares_the_look(readings, intruder):
    """Who takes it away in mid-statement archives a row that lives: too much, never too little."""
    intruder.execute("set archive.moving = 'off'; update reading set day = '2026-02-20' where id = 1")

    assert readings.execute(ARCHIVED).fetchall() == []
    intruder.execute("delete from reading where id = 1")
    assert [row[0] for row in readings.execute(ARCHIVED)] == [1]


@pytest.mark.parametrize("event", ["delete", "update"])
@pytest.mark.parametrize("relation", ["reading", "reading_1"])
def test_a_trigger_that_could_cancel_a_move_is_refused(readings, event, relation):
    readings.execute("create function nothing() returns trigger language plpgsql as 'begin return null; end'")
    readings.execute(f"create trigger zzz before {event} on {relation} for each row execute function nothing()")

    with pytest.raises(psycopg.Error, match="zzz") as error:
        readings.execute("select archive.enable('reading')")

    assert error.value.sqlstate in ("AR409", "AR422")
    assert "source can be archived" in [check for check, _ in readings.execute(HEALTH)]


def test_a_partition_made_later_is_archived(readings):
    readings.execute("create table reading_5 partition of reading for values from ('2026-05-01') to ('2026-06-01')")
    readings.execute("insert into reading values (5, '2026-05-05', 'e'), (6, '2026-05-06', 'f')")
    readings.execute("delete from reading_5 where id = 5; update reading set day = '2026-01-06' where id = 6")
    assert [row[0] for row in readings.execute(ARCHIVED)] == [5]
    readings.execute("insert into reading values (5, '2026-05-05', 'e')")

    readings.execute("truncate reading")

    assert sorted(row[0] for row in readings.execute(ARCHIVED)) == [1, 2, 3, 5, 5, 6, 9]


def test_maintain_finds_a_partition_that_could_be_truncated_unseen(readings):
    readings.execute("create table reading_5 partition of reading for values from ('2026-05-01') to ('2026-06-01')")
    ((check, detail),) = readings.execute(HEALTH)
    assert (check, detail) == (
        "truncate trigger in force",
        "zz_archive_before_truncate is missing on reading_5",
    )

    assert readings.execute("select source::text, done from archive.maintain()").fetchall() == [
        ("reading", "triggers made for new partitions")
    ]

    assert readings.execute(HEALTH).fetchall() == []
    readings.execute("insert into reading values (5, '2026-05-05', 'e'); truncate reading_5")
    assert [row[0] for row in readings.execute(ARCHIVED)] == [5]


def test_a_detached_partition_is_a_table_like_others(readings):
    readings.execute("alter table reading detach partition reading_1")

    readings.execute("delete from reading_1; truncate reading_1")

    assert readings.execute(ARCHIVED).fetchall() == []


def test_a_trigger_disabled_on_a_partition_is_an_error_that_enable_mends(readings):
    readings.execute("alter table reading_1 disable trigger zz_archive_before_delete")

    assert readings.execute(HEALTH).fetchall() == [
        ("delete trigger in force", "zz_archive_before_delete is disabled on reading_1")
    ]

    readings.execute("select archive.enable('reading')")
    assert readings.execute(HEALTH).fetchall() == []


def test_conflicts_are_told_in_terms_of_the_table(readings):
    readings.execute("create unique index on reading_2 (value); create table place (id int primary key)")
    readings.execute("alter table reading add place int references place")
    readings.execute("select archive.enable('reading'); insert into place values (1)")
    readings.execute("insert into reading values (4, '2026-02-06', 'x', 1), (5, '2026-02-07', 'y', null)")
    readings.execute("delete from reading where id in (2, 4, 5); delete from place")
    readings.execute("insert into reading values (2, '2026-02-05', 'new'), (6, '2026-02-07', 'y')")

    details = readings.execute(
        "select row_id, detail from archive.restore_transaction("
        " (select max(transaction_id) from reading_archive where id = 2), dry_run => true) order by 1"
    ).fetchall()

    assert [(row, why.split(":")[0]) for row, why in details] == [
        ("2,2026-02-05", "a live row has this id, day"),
        ("4,2026-02-06", "its place no longer exists"),
        ("5,2026-02-07", "unique value taken"),
    ]
    assert details[2][1].endswith("in row 6,2026-02-07")


def test_a_row_is_restored_into_the_partition_it_belongs_to_now(readings):
    readings.execute("delete from reading where id = 1; alter table reading detach partition reading_1")
    readings.execute("create table reading_new partition of reading for values from ('2025-01-01') to ('2026-02-01')")

    readings.execute(UNDO.format(target="reading_archive"))

    assert readings.execute("select id from reading_new").fetchall() == [(1,)]


def test_columns_may_change_and_are_followed(readings):
    readings.execute("alter table reading add colour text; update reading set colour = 'teal'; delete from reading")
    readings.execute("alter table reading rename value to content; select archive.enable('reading')")

    readings.execute(UNDO.format(target="reading_archive"))

    assert readings.execute("select id, content, colour from reading order by id").fetchall() == [
        (id, content, "teal") for id, _, content in ALL
    ]


def test_a_cascade_reaches_partitions(readings):
    readings.execute("create table place (id int primary key); insert into place values (1)")
    readings.execute("alter table reading add place int references place on delete cascade")
    readings.execute("select archive.enable('place'); select archive.enable('reading'); update reading set place = 1")

    readings.execute("delete from place")

    assert readings.execute("select count(*), bool_and(cascaded) from reading_archive").fetchone() == (4, True)
    readings.execute(UNDO.format(target="reading_archive"))
    assert [row[:2] for row in readings.execute(LIVE)] == [row[:2] for row in ALL]


def test_disable_leaves_nothing_behind(readings):
    readings.execute("select archive.disable('reading')")

    assert readings.execute("select count(*) from pg_trigger where tgname like 'zz\\_archive%'").fetchone() == (
        readings.execute(
            "select count(*) from pg_trigger t join archive.registry r on t.tgrelid = r.source"
            " where tgname like 'zz\\_archive%'"
        ).fetchone()
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("select archive.enable('reading_1')", "is a partition: archive public.reading"),
        (
            "create unlogged table u partition of reading for values from ('2027-01-01') to ('2027-02-01');"
            " select archive.enable('reading')",
            "public.u is not logged",
        ),
    ],
)
def test_what_cannot_be_archived_of_a_partitioned_table(readings, change, fault):
    with pytest.raises(psycopg.Error, match=fault) as error:
        readings.execute(change)

    assert error.value.sqlstate == "AR422"


def test_a_partition_of_somebody_else_is_refused(readings):
    with connect(SUPERUSER) as superuser:
        superuser.execute(f"alter table reading_1 owner to {RUNTIME}")

    with pytest.raises(psycopg.Error, match="reading_1 belongs to somebody else"):
        readings.execute("select archive.enable('reading')")
