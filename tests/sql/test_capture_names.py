"""Each archived table has a capture function of its own, whose name says which table it is for and holds no dot."""

import pytest

PAIRS = [
    ('public."app.note"', "app.note"),
    ("public.app__note", "app.note"),
    ('public."app_note"', "app.note"),
    ("a._b", "a_.b"),
    ("a.b__c", "a__b.c"),
    ('"a.b".c', 'a."b.c"'),
    ('public."App.Note"', 'public."app.note"'),
]


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_tables_of_alike_names_are_archived_apart(db, pair):
    for schema in ["app", "a", "a_", "a__b", '"a.b"']:
        db.execute(f"create schema {schema}")
    for table in pair:
        db.execute(f"create table {table} (id int primary key, made_for text); select archive.enable('{table}')")

    for table in pair:
        db.execute(f"insert into {table} values (1, '{table}'); delete from {table}")

    for table in pair:
        (target,) = db.execute(
            "select target::text from archive.registry where source = %s::regclass", [table]
        ).fetchone()
        assert db.execute(f"select made_for from {target}").fetchall() == [(table,)]
    functions = "select proname from pg_proc where pronamespace = 'archive'::regnamespace and proname ~ '^capture_'"
    names = [name for (name,) in db.execute(functions)]
    assert len(names) == 4
    assert not [name for name in names if "." in name]


@pytest.mark.parametrize(("table", "name"), [("public.note", "capture_note"), ("app.note", "capture_app__note")])
def test_an_ordinary_name_is_readable(db, table, name):
    db.execute(f"create schema app; create table {table} (id int primary key); select archive.enable('{table}')")

    assert db.execute("select archive._capture_name(%s)", [table]).fetchone() == (name,)


def test_a_function_of_an_older_name_goes(db):
    db.execute("create schema app; create table app.note (id int primary key); select archive.enable('app.note')")
    # As enable() named it before.
    db.execute('alter function archive.capture_app__note() rename to "capture_app.note"')

    db.execute("select archive.enable('app.note'); insert into app.note values (1); delete from app.note")

    functions = (
        "select proname from pg_proc where pronamespace = 'archive'::regnamespace and proname ~ '^capture_.*note'"
    )
    assert db.execute(functions).fetchall() == [("capture_app__note",)]
    assert db.execute("select count(*) from app.note_archive").fetchone() == (1,)
