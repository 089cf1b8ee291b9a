"""The reports in sql/audit, run with psql by an auditor."""

import re

import pytest

from tests.conftest import OWNER, RUNTIME, connect
from tests.sql.conftest import SQL, psql

REPORTS = sorted(file.stem for file in (SQL / "audit").glob("*.sql"))
ACTOR = "ada@example.com"


def report(name, **variables):
    """Run a report and return its tables, each a list of rows by column."""
    assigned = [argument for variable in variables.items() for argument in ("-v", "=".join(map(str, variable)))]
    run = psql(*assigned, "-P", "footer=off", "-P", "fieldsep=\t", "-f", SQL / "audit" / f"{name}.sql")
    assert (run.returncode, run.stderr) == (0, "")
    tables = []
    for line in run.stdout.splitlines():
        if "\t" not in line:  # the title
            tables.append([])
        elif not tables[-1]:
            columns = line.split("\t")
            tables[-1].append(columns)
        else:
            tables[-1].append(dict(zip(columns, line.split("\t"), strict=True)))
    return [rows for _, *rows in tables]


def complaint(name, **variables):
    assigned = [argument for variable in variables.items() for argument in ("-v", "=".join(map(str, variable)))]
    run = psql(*assigned, "-f", SQL / "audit" / f"{name}.sql")
    assert run.returncode == 3
    return run.stderr


def values(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


@pytest.fixture
def delete(db):
    """Delete as somebody, with a reason; return the archive ids."""

    def delete(statement, *parameters, actor=ACTOR, reason="a duplicate", connection=db):
        with connection.transaction():
            connection.execute("select set_config('archive.actor', %s, true)", [actor])
            connection.execute("select set_config('archive.reason', %s, true)", [reason])
            connection.execute(statement, parameters)

    return delete


def test_recent_deletions_tell_who_whence_why_and_how_many(db, owner, items, delete):
    delete("delete from item where id = %s", items[0])
    delete('delete from "user" where id = %s', owner, actor="", reason="")

    deletions, totals = report("recent_deletions")

    assert values(deletions, "actor", "login", "program", "reason", "rows", "restored") == [
        ("", OWNER, db.info.get_parameters().get("application_name", ""), "", "item 2, user 1", "0"),
        (ACTOR, OWNER, db.info.get_parameters().get("application_name", ""), "a duplicate", "item 1", "0"),
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00", row["deleted_at"]) for row in deletions)
    assert values(totals, "table", "deletions", "rows", "cascaded") == [
        ("item", "2", "3", "2"),
        ("user", "1", "1", "0"),
    ]


def test_recent_deletions_go_back_as_far_as_asked(archived_in_2020, archived):
    assert [len(rows) for rows in report("recent_deletions")] == [1, 1]
    assert [len(rows) for rows in report("recent_deletions", days=9999)] == [4, 1]


def test_history_follows_an_item_through_restore_hold_and_second_deletion(db, items, delete):
    (first,) = delete_one(db, delete, items[0])
    db.execute("select archive.restore('item', %s)", [[first]])
    (second,) = delete_one(db, delete, items[0], reason="again")
    db.execute("select archive.hold('item', %s, 'case 7')", [[second]])

    (history,) = report("history", id=items[0])

    assert values(history, "event", "actor", "reason", "archive_id") == [
        ("held", OWNER, "case 7", str(second)),
        ("deleted", ACTOR, "again", str(second)),
        ("restored", OWNER, "", str(first)),
        ("deleted", ACTOR, "a duplicate", str(first)),
    ]
    assert '"title": "item 1"' in history[1]["content"]


def delete_one(db, delete, item, **context):
    delete("delete from item where id = %s", item, **context)
    return db.execute("select max(archive_id) from item_archive where id = %s", [item]).fetchone()


def test_history_of_a_user_ends_with_their_erasure(db, owner, delete):
    delete('delete from "user" where id = %s', owner)
    db.execute("select archive.erase_subject(%s, 'asked for')", [owner])

    (history,) = report("history", table="user", id=owner)

    assert values(history, "event") == [("erased",), ("deleted",)]
    assert "owner@example.com" not in str(history)


def test_history_of_a_table_of_ones_own_goes_by_its_key(db):
    db.execute("create table note (number int primary key, content text, event text)")
    db.execute("select archive.enable('note')")
    db.execute("insert into note values (1, 'read me'), (2, null)")
    db.execute("delete from note")

    (history,) = report("history", table="note", key="number", id=1)

    assert values(history, "event", "content") == [("deleted", '{"event": null, "number": 1, "content": "read me"}')]


def test_by_whom_takes_an_actor_or_a_login(db, runtime, items, delete):
    delete("delete from item where id = %s", items[0])
    delete("delete from item where id = %s", items[1], actor="bob", connection=runtime)

    assert values(report("by_whom", who=ACTOR)[0], "table", "rows", "login") == [("item", "1", OWNER)]
    assert values(report("by_whom", who=RUNTIME)[0], "table", "rows", "actor") == [("item", "1", "bob")]
    assert report("by_whom", who="nobody") == [[]]


def test_by_whom_finds_each_actor_of_a_deletion_by_two(db, items):
    with db.transaction():
        for actor, item in zip(["ada", "bob"], items, strict=False):
            db.execute("select set_config('archive.actor', %s, true)", [actor])
            db.execute("delete from item where id = %s", [item])

    assert [values(report("by_whom", who=who)[0], "rows") for who in ("ada", "bob")] == [[("1",)], [("1",)]]


def test_outside_the_api_leaves_out_what_the_api_deleted(db, items):
    with connect(RUNTIME, application_name="archive-table api") as api, connect(OWNER, application_name="psql") as dba:
        api.execute("delete from item where id = %s", [items[0]])
        dba.execute("delete from item where id = %s", [items[1]])
        dba.execute("set application_name = 'archive-table api'")
        dba.execute("delete from item where id = %s", [items[2]])

    assert values(report("outside_the_api")[0], "login", "program", "rows") == [(OWNER, "psql", "1")]
    assert values(report("outside_the_api", api_login=RUNTIME)[0], "login", "program") == [
        (OWNER, "archive-table api"),
        (OWNER, "psql"),
    ]


def test_growth_counts_rows_of_each_month_in_whichever_partition(db, archived_in_2020, archived):
    months, tables = report("growth")

    assert [row for row in values(months, "month", "table", "rows", "size", "partition") if row[0] < "2021"] == [
        ("2020-02", "item", "1", "", "item_archive_default"),
        ("2020-01", "item", "2", "", "item_archive_default"),
    ]
    assert sum(int(row["rows"]) for row in months) == 6
    assert [row["month"] for row in months] == sorted((row["month"] for row in months), reverse=True)
    assert values(tables, "table", "rows") == [("item", "6"), ("user", "0")]

    db.execute("select archive.maintain()")
    partitions = {row["partition"]: row for row in report("growth")[0]}
    assert partitions["item_archive_y2020m01"]["rows"] == "2"
    assert partitions["item_archive_y2020m01"]["size"].endswith("kB")


@pytest.mark.parametrize("days", [0, 365])
def test_purge_preview_foretells_the_purge(db, archived_in_2020, archived, days):
    db.execute("select archive.hold('item', %s, 'case 7')", [archived_in_2020[:1]])

    months, holds = report("purge_preview", days=days)
    purged, held, _ = db.execute(
        "select * from archive.purge('item', now() - make_interval(days => %s), dry_run => false)", [days]
    ).fetchone()

    total, *months = values(months, "month", "would_go", "kept_by_a_hold")
    assert total == ("all", str(purged), str(held))
    assert months[-2:] == [("2020-02", "1", "0"), ("2020-01", "1", "1")]
    assert values(holds, "reason", "table", "archive_id") == [("case 7", "item", str(archived_in_2020[0]))]


@pytest.mark.parametrize(
    ("name", "variables", "reason"),
    [
        ("recent_deletions", {"days": "a week"}, "days must be a whole number, such as -v days=30"),
        ("outside_the_api", {"days": -1}, "days must be a whole number"),
        ("purge_preview", {"days": ""}, "days must be a whole number"),
        ("purge_preview", {"days": "1); drop table item; --"}, "days must be a whole number"),
        ("history", {}, "id must be given, as in -v id=..."),
        ("history", {"id": 1, "table": "note"}, "table must be an archived table, one of: item, user"),
        ("history", {"id": 1}, 'invalid input syntax for type uuid: "1"'),
        ("history", {"id": 1, "key": "number"}, "column a.number does not exist"),
        ("by_whom", {}, "who must be given: an actor or a login"),
    ],
)
def test_a_report_says_what_is_wrong_with_a_variable(db, name, variables, reason):
    assert reason in complaint(name, **variables)


def test_a_value_with_quotes_is_a_value(archived):
    assert report("by_whom", who="'; drop table item; --") == [[]]


def test_a_table_that_auditors_may_not_reach_is_named_and_left_out(db, archived):
    db.execute("create schema vault; create table vault.gold (id int primary key); select archive.enable('vault.gold')")

    run = psql("-f", SQL / "audit" / "growth.sql")

    assert run.returncode == 0
    assert "left out, for the right to read them or their schema is missing: vault.gold" in run.stderr
    db.execute("grant usage on schema vault to archive_auditor")
    assert "vault.gold" in str(report("growth"))


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_explains_itself_and_writes_nothing(name):
    text = (SQL / "audit" / f"{name}.sql").read_text()

    assert text.startswith("-- ")
    assert re.search(rf"^--   archive-table psql --as auditor .*-f sql/audit/{name}\.sql$", text, re.MULTILINE)
    assert "\\ir shared/start.sql\n" in text  # which begins a read-only transaction
