"""Rows that an application only marks as deleted move into the archive, with the time and person of the mark."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.sql.conftest import HEALTH

pytestmark = pytest.mark.alone


@pytest.fixture
def letters(db):
    """Two rows that live, three marked as deleted in two months, one that will be."""
    db.execute(
        """
        create table letter (id int primary key, text text, deleted_at timestamptz, deleted_by int, gone boolean);
        insert into letter values
            (1, 'live', null, null, false),
            (2, 'later', now() + interval '1 day', 7, false),
            (3, 'third', '2024-03-01 12:00Z', 8, true),
            (4, 'first', '2024-01-31 23:30Z', 7, true),
            (5, 'second', '2024-01-31 23:30Z', 7, true);
        select archive.enable('letter');
        """
    )
    return db


def imported(db, columns, *more):
    """Call archive.import_soft_deleted() until it is done; how many each call moved."""
    counts = []
    while not counts or counts[-1]:
        statement = f"select archive.import_soft_deleted('letter', {columns})"
        counts += [count for (count,) in db.execute(statement)]
    return counts


def test_marked_rows_are_archived_with_the_time_and_person_of_the_mark(letters):
    assert imported(letters, "'deleted_at', 'deleted_by'") == [3, 0]

    rows = letters.execute(
        "select id, archived_at, archived_by, deleted_at, cascaded, tableoid::regclass::text"
        "  from letter_archive order by archived_at desc, id"
    ).fetchall()
    january, march = datetime(2024, 1, 31, 23, 30, tzinfo=UTC), datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert rows == [
        (3, march, "8", None, False, "letter_archive_y2024m03"),
        (4, january, "7", None, False, "letter_archive_y2024m01"),
        (5, january, "7", None, False, "letter_archive_y2024m01"),
    ]
    assert letters.execute("select id from letter order by id").fetchall() == [(1,), (2,)]
    assert letters.execute("select action, rows from archive.purge_log").fetchall() == [("import", 3)]


def test_batches_take_the_oldest_first(letters):
    letters.execute("select archive.import_soft_deleted('letter', 'deleted_at', batch => 2)")

    assert letters.execute("select id from letter_archive order by id").fetchall() == [(4,), (5,)]
    assert imported(letters, "'deleted_at', batch => 2") == [1, 0]
    assert letters.execute("select id from letter_archive order by archive_id desc limit 1").fetchall() == [(3,)]


def test_one_old_deletion_comes_back_unmarked(letters):
    letters.execute("select archive.import_soft_deleted('letter', 'deleted_at', 'deleted_by')")
    transaction = letters.execute("select distinct transaction_id from letter_archive").fetchone()[0]

    with pytest.raises(psycopg.Error, match="ambiguous"):
        letters.execute("select archive.restore_transaction(%s)", [transaction])
    letters.execute("select archive.restore_transaction(%s, '2024-01-31 23:30Z')", [transaction])

    assert letters.execute(
        "select id, text, deleted_at, deleted_by from letter where id > 2 order by id"
    ).fetchall() == [
        (4, "first", None, None),
        (5, "second", None, None),
    ]


def test_health_does_not_call_the_transaction_of_an_import_ambiguous(letters):
    imported(letters, "'deleted_at'")

    assert letters.execute(HEALTH.replace("health()", "health(true)")).fetchall() == []
    checks = "select ok from archive.health(true) where check_name = 'transaction ids are unique'"
    assert letters.execute(checks).fetchall() == [(True,)]


@pytest.mark.parametrize("kind", ["timestamp", "date", "timestamp(3)"])
def test_times_without_a_zone_are_read_as_utc(letters, kind):
    letters.execute("set timezone = 'Asia/Tokyo'")
    letters.execute(f"alter table letter add day {kind}; update letter set day = '2024-02-29' where id = 3")
    letters.execute("select archive.enable('letter')")

    assert imported(letters, "'day'") == [1, 0]
    archived_at = letters.execute("select (archived_at at time zone 'UTC')::text from letter_archive").fetchall()
    assert archived_at == [("2024-02-29 00:00:00",)]


def test_a_boolean_marks_rows_deleted_now(letters):
    assert imported(letters, "'gone'") == [3, 0]
    rows = "select distinct archived_at > now() - interval '1 minute', gone from letter_archive"
    assert letters.execute(rows).fetchall() == [(True, False)]


def test_rows_to_which_live_rows_refer_stay_and_are_named(letters):
    letters.execute("create table stamp (id int primary key, letter_id int references letter on delete cascade)")
    letters.execute("insert into stamp values (1, 3)")
    warnings = []
    letters.add_notice_handler(lambda notice: warnings.append(notice.message_primary))

    assert imported(letters, "'deleted_at'") == [2, 0]
    assert letters.execute("select id from stamp").fetchall() == [(1,)]
    assert warnings == ["rows marked as deleted stay in letter: 1 to which stamp refers (stamp_letter_id_fkey)"]


def test_a_marked_parent_follows_its_marked_child(letters):
    letters.execute("alter table letter add reply_to int references letter on delete cascade")
    letters.execute("update letter set reply_to = 3 where id in (3, 4)")
    letters.execute("select archive.enable('letter')")

    assert imported(letters, "'deleted_at'") == [2, 1, 0]
    assert letters.execute("select count(*) from letter_archive where cascaded").fetchone() == (0,)


def test_a_trigger_that_keeps_the_rows_is_refused(letters):
    letters.execute(
        "create function keep() returns trigger language plpgsql as $$ begin return null; end $$;"
        "create trigger a_keep before delete on letter for each row when (old.id = 3) execute function keep()"
    )

    with pytest.raises(psycopg.Error, match="a trigger of letter keeps rows") as error:
        imported(letters, "'deleted_at'")

    assert error.value.sqlstate == "AR409"
    assert letters.execute("select count(*) from letter where id = 3").fetchone() == (1,)


def test_what_a_trigger_deletes_meanwhile_is_a_deletion_of_its_own(letters):
    letters.execute(
        "create function follow() returns trigger language plpgsql as"
        " $$ begin delete from letter where id = 5; return old; end $$;"
        "create trigger follow after delete on letter for each row when (old.id = 4) execute function follow()"
    )
    letters.execute("update letter set deleted_at = '2024-02-01Z' where id = 5")

    assert imported(letters, "'deleted_at', batch => 1") == [1, 1, 0]
    assert letters.execute(
        "select id, cascaded, archived_at > now() - interval '1 hour' from letter_archive order by id"
    ).fetchall() == [(3, False, False), (4, False, False), (5, True, True)]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("'nothing'", "has no column nothing"),
        ("'text'", "is of type text, not one of"),
        ("'deleted_at', 'nobody'", "has no column nobody"),
        ("'deleted_at', batch => 0", "at least 1"),
        ("'deleted_at', batch => null", "at least 1"),
        ("null", "has no column"),
    ],
)
def test_bad_arguments_are_refused(letters, columns, reason):
    with pytest.raises(psycopg.Error, match=reason) as error:
        letters.execute(f"select archive.import_soft_deleted('letter', {columns})")

    assert error.value.sqlstate == "AR422"


def test_a_mark_before_the_first_year_is_refused(letters):
    letters.execute("update letter set deleted_at = '-infinity' where id = 3")

    with pytest.raises(psycopg.Error, match="marked as deleted at -infinity"):
        letters.execute("select archive.import_soft_deleted('letter', 'deleted_at')")


def test_an_import_is_refused_where_it_would_miss_what_others_commit(letters):
    letters.execute("set default_transaction_isolation = 'repeatable read'")

    with pytest.raises(psycopg.Error, match="would be missed") as error:
        letters.execute("select archive.import_soft_deleted('letter', 'deleted_at')")

    assert error.value.sqlstate == "AR409"


def test_a_publication_without_deletes_refuses_an_import(letters):
    letters.execute("create publication audit for table letter_archive with (publish = 'insert, update')")

    with pytest.raises(psycopg.Error, match="copies no deletes") as error:
        letters.execute("select archive.import_soft_deleted('letter', 'deleted_at')")

    assert error.value.sqlstate == "AR409"


def test_a_session_that_quotes_all_identifiers(letters):
    letters.execute("alter table letter add day date; update letter set day = '2024-02-29' where id = 3")
    letters.execute("select archive.enable('letter'); set quote_all_identifiers = on")

    assert imported(letters, "'day'") == [1, 0]
    assert letters.execute("select marked from archive._import_counts('letter', 'deleted_at')").fetchone() == (2,)


def test_names_that_are_words_of_the_statement(db):
    db.execute(
        'create table "a t" (id int primary key, "timestamp" timestamp, "case" text, archived_at date, "T" boolean);'
        "insert into \"a t\" values (1, '2024-01-01', 'me', '2024-01-02', true);"
        "select archive.enable('\"a t\"');"
    )

    assert db.execute("""select archive.import_soft_deleted('"a t"', 'timestamp', 'case')""").fetchone() == (1,)
    assert db.execute('select archived_by, archived_at_copied::text from "a t_archive"').fetchall() == [
        ("me", "2024-01-02")
    ]
