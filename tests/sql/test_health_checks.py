"""What archive.health() finds that is no fault of the archive's own making, and what archive.enable() says of it."""

import psycopg
import pytest

from tests.conftest import OWNER

pytestmark = pytest.mark.alone

CHECKED = "select severity, detail from archive.health(thorough => {}) where check_name = %s and not ok"


@pytest.fixture
def warnings(db):
    """What PostgreSQL warned the connection of."""
    warnings = []
    db.add_notice_handler(lambda notice: warnings.append(notice.message_primary))
    return warnings


def checked(db, check, thorough=False):
    return db.execute(CHECKED.format(thorough), [check]).fetchall()


def test_a_check_that_fails_hides_no_other(db):
    """A check asks for what is not there: the archive, taken away."""
    db.execute("create table t (id int primary key); select archive.enable('t')")
    db.execute("insert into t values (1); delete from t")
    before = db.execute("select check_name from archive.health(thorough => true) order by 1").fetchall()

    db.execute("alter table t_archive rename column archive_id to id_of_the_archive")

    after = db.execute("select check_name from archive.health(thorough => true) order by 1").fetchall()
    assert after == before
    ((severity, detail),) = checked(db, "ids go on")
    assert severity == "error"
    assert detail.startswith('this check failed: column "archive_id" does not exist')


CHILDREN = """
    create table box (id int primary key);
    create table note (id int primary key, box int references box {on_delete});
    create table line (id int primary key, note int references note on delete cascade);
"""


@pytest.mark.parametrize(
    ("on_delete", "what"),
    [
        ("on delete cascade", "is deleted with it and is not archived"),
        ("", "is emptied by TRUNCATE ... CASCADE of it and is not archived"),
    ],
    ids=["cascade", "truncate"],
)
def test_tables_that_hang_from_an_archived_one_and_are_not_archived(db, warnings, on_delete, what):
    db.execute(CHILDREN.format(on_delete=on_delete))

    db.execute("select archive.enable('box')")

    fault = f"line {what}; note {what}"
    assert warnings == [f"box: {fault}"]
    assert checked(db, "children are archived") == [("warning", fault)]
    db.execute("select archive.enable('note')")
    assert checked(db, "children are archived") == [("warning", "line is deleted with it and is not archived")]
    db.execute("select archive.enable('line')")
    assert checked(db, "children are archived") == []


@pytest.mark.parametrize("relation", ["t_archive", "t_archive_default"])
@pytest.mark.parametrize(
    "hook",
    [
        "create rule r as on insert to {} do instead nothing",
        "create trigger r before insert on {} for each row execute function nothing()",
    ],
    ids=["rule", "trigger"],
)
def test_a_rule_or_trigger_on_an_archive_is_an_error(db, relation, hook):
    db.execute("create function nothing() returns trigger language plpgsql as 'begin return null; end'")
    db.execute("create table t (id int primary key); insert into t values (1); select archive.enable('t')")

    db.execute(hook.format(relation))

    ((severity, detail),) = checked(db, "nothing hangs on it")
    assert severity == "error"
    assert f" r of public.{relation}" in detail
    if relation == "t_archive":
        with pytest.raises(psycopg.Error, match="from being archived") as error:
            db.execute("delete from t")
        assert error.value.sqlstate == "AR409"
        assert db.execute("select count(*) from t").fetchone() == (1,)


def archive_one(db):
    db.execute("create table t (id int primary key); select archive.enable('t')")
    db.execute("insert into t values (1), (2), (3); delete from t")


def test_a_sequence_behind_the_archive_is_an_error_that_enable_mends(db):
    archive_one(db)
    db.execute("select setval('archive.archive_id_seq', 1)")

    ((severity, detail),) = checked(db, "ids go on")
    assert severity == "error"
    assert "archive_id_seq is at 1 and public.t_archive has archive_id 3" in detail
    db.execute("select archive.enable('t'); insert into t values (4); delete from t")

    assert checked(db, "ids go on") == []
    assert db.execute("select archive_id from t_archive where id = 4").fetchone() == (4,)


@pytest.fixture
def twice(db):
    """An id that names two rows, after the sequence went back."""
    archive_one(db)
    db.execute("select setval('archive.archive_id_seq', 1, false)")
    db.execute("insert into t values (4); delete from t")
    return [at for (at,) in db.execute("select archived_at from t_archive where archive_id = 1 order by 1")]


def test_ids_that_name_two_rows_are_found_by_a_thorough_look(db, twice):
    assert checked(db, "ids are unique") == []

    assert checked(db, "ids are unique", thorough=True) == [
        ("error", "1 ids name several rows, the first is 1: restore those by their transaction")
    ]


@pytest.mark.parametrize(
    "call",
    [
        "select archive.restore('t', '{1}')",
        "select archive.restore('t', '{1,2}', on_conflict => 'skip')",
        "select archive.hold('t', '{1}', 'case 1')",
        "select archive.purge('t', archive_ids => '{1}', dry_run => false)",
    ],
)
def test_an_id_that_names_two_rows_is_refused_with_both_times(db, twice, call):
    before = db.execute("select t::text from t_archive t order by 1").fetchall()

    with pytest.raises(psycopg.Error, match="archive_id 1 names several rows of t") as error:
        db.execute(call)

    assert error.value.sqlstate == "AR409"
    assert all(f"{at:%Y-%m-%d %H:%M:%S}" in str(error.value) for at in twice)
    assert db.execute("select t::text from t_archive t order by 1").fetchall() == before


def test_rows_with_one_id_come_back_by_their_transactions(db, twice):
    for (transaction,) in db.execute("select distinct transaction_id from t_archive").fetchall():
        db.execute("select archive.restore_transaction(%s)", [transaction])

    assert db.execute("select id from t order by id").fetchall() == [(1,), (2,), (3,), (4,)]


def test_a_secret_that_joins_the_archive_is_a_warning(db, warnings):
    db.execute("create table t (id int primary key, token_count int); select archive.enable('t')")
    assert checked(db, "no secret joined") == []

    db.execute("alter table t add column api_token text; select archive.enable('t')")

    fault = "api_token joined the archive and looks like a secret: archive.enable(..., exclude => ...) ends that"
    assert checked(db, "no secret joined") == [("warning", fault)]
    assert warnings == [f"t: {fault}"]
    db.execute("select archive.enable('t', exclude => '{api_token}')")
    assert checked(db, "no secret joined") == []


def test_a_row_too_wide_for_the_archive_is_warned_of(db, warnings):
    db.execute(f"create table narrow (id int primary key, {', '.join(f'c{n} bigint' for n in range(900))})")
    db.execute(f"create table wide (id int primary key, {', '.join(f'c{n} bigint' for n in range(1000))})")

    db.execute("select archive.enable('narrow'); select archive.enable('wide')")

    assert [warning[:27] for warning in warnings] == ["wide: a row with a value in"]
    ((severity, detail),) = checked(db, "rows fit the archive")
    assert severity == "warning"
    assert "exclude columns" in detail


def test_a_table_with_more_columns_than_an_archive_can_have_is_refused(db):
    db.execute(f"create table t (id int primary key, {', '.join(f'c{n} bool' for n in range(1595))})")

    with pytest.raises(psycopg.Error, match="there would be 1611, and a table has at most 1600; exclude some") as error:
        db.execute("select archive.enable('t')")

    assert error.value.sqlstate == "AR422"
    db.execute("select archive.enable('t', exclude => %s)", [[f"c{n}" for n in range(100)]])


NEEDS_A_PATH = """
    create function dots(text) returns text language sql immutable as $$ select replace($1, '.', '') $$;
    create function plain(text) returns text language sql immutable as $$ select dots($1) $$;
    create table place (id int primary key, name text);
"""


@pytest.fixture
def before_17(db):
    """From 17 on, PostgreSQL itself makes no index whose function needs a search path."""
    if db.info.server_version >= 170000:
        pytest.skip("PostgreSQL refuses such an index since version 17")


def test_an_index_whose_function_needs_a_search_path_is_refused_with_the_reason(db, before_17):
    db.execute(NEEDS_A_PATH + "create index place_name on place (plain(name))")

    with pytest.raises(
        psycopg.Error, match=r"index public\.place_name, whose function .*dots\(text\) does not exist"
    ) as error:
        db.execute("select archive.enable('place')")

    assert error.value.sqlstate == "AR422"
    db.execute("alter function plain set search_path = public; select archive.enable('place')")
    db.execute("insert into place values (1, 'a.b'); truncate place")
    assert db.execute("select count(*) from place_archive").fetchone() == (1,)


def test_such_an_index_made_later_is_that_tables_error_in_health(db, before_17):
    db.execute(NEEDS_A_PATH + "select archive.enable('place'); create index place_name on place (plain(name))")

    ((severity, detail),) = checked(db, "source can be archived")

    assert severity == "error"
    assert "index public.place_name" in detail or "index place_name" in detail


def test_values_in_overflow_are_found_by_a_thorough_look(db):
    db.execute("create table t (id int primary key); select archive.enable('t'); alter table t add column colour text")
    db.execute("insert into t values (1, 'teal'); delete from t; alter table t drop column colour")
    db.execute("select archive.enable('t')")

    ((severity, detail),) = checked(db, "overflow is empty", thorough=True)

    assert severity == "warning"
    assert detail.startswith("1 rows have values of columns that the table has not")


def test_health_as_the_owner_and_as_others_see_it(db, runtime):
    assert db.execute("select current_user").fetchone() == (OWNER,)
    assert runtime.execute("select check_name from archive.health() order by 1").fetchall() == (
        db.execute("select check_name from archive.health() order by 1").fetchall()
    )
