"""Faults that are not mended yet, each with its smallest input: what the random test passes by, and known.py names.

A test that passes unexpectedly says that its fault is mended: delete it, and the fault's entry in known.py.
"""

from collections.abc import Callable

import pytest

from tests.fuzz import checks
from tests.fuzz.model import Finding
from tests.fuzz.steps import (
    AddColumn,
    AlterDomain,
    Create,
    Delete,
    Disable,
    DropColumn,
    Enable,
    Insert,
    RenameColumn,
    RenameTable,
    Restore,
    Set,
    Step,
    Truncate,
    Undo,
)
from tests.fuzz.tables import Definition
from tests.fuzz.types import identifier
from tests.fuzz.world import World


def table(
    columns: str, name: str = "shelf", *, before: str = "", after: str = "", stamped: str | None = None
) -> Create:
    """Make a step that creates a table."""
    statements = (before, f"create table public.{identifier(name)} ({columns})", after)
    return Create(Definition("public", name, tuple(filter(None, statements)), {}, stamped))


@pytest.fixture
def run(databases):
    worlds: list[World] = []

    def run(*steps: Step) -> None:
        worlds.append(World(databases))
        worlds[0].run(*steps)
        checks.check_health(worlds[0])

    yield run
    for world in worlds:
        world.close()


def fault(reason: str) -> Callable:
    return pytest.mark.xfail(strict=True, raises=Finding, reason=reason)


SHELF = table("id int primary key, label text, qty int not null default 0")


@fault("the column counts as new, because its name is: label comes back as null, qty as 0")
def test_a_column_renamed_in_both_tables_comes_back(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1", "label": "oak", "qty": "7"}),
        Delete([(0, None)]),
        RenameColumn(0, "qty", "amount", in_archive=True, enable=True),
        Restore(0),
    )


@fault("its value is lost: the capture function does not know the column")
def test_a_column_added_since_enable_is_archived(run):
    run(
        SHELF,
        Enable(0),
        AddColumn(0, "colour", "text"),
        Insert(0, {"id": "1", "colour": "teal"}),
        Delete([(0, None)]),
    )


@fault("the delete fails: relation public.shelf does not exist")
def test_a_renamed_table_is_archived_without_enable(run):
    run(SHELF, Enable(0), Insert(0, {"id": "1"}), RenameTable(0, "rack"), Delete([(0, None)]))


@fault("42P17: archive.enable() looks for the default partition by its name")
def test_a_table_renamed_with_its_archive_can_be_enabled_again(run):
    run(SHELF, Enable(0), RenameTable(0, "rack", in_archive=True, enable=True))


@fault('42703: record "old" has no field "label"')
def test_a_delete_after_a_rename_names_enable_where_it_fails(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        RenameColumn(0, "label", "title", in_archive=True),
        Delete([(0, None)]),
    )


@fault("42702: column reference actor is ambiguous")
def test_truncate_archives_a_column_named_actor(run):
    run(table("id int primary key, actor text"), Enable(0), Insert(0, {"id": "1"}), Truncate([0]))


@fault("42703: a key column's name is searched for the alias a")
def test_a_deletion_is_undone_whatever_the_name_of_its_key(run):
    run(table('"data.id" int primary key'), Enable(0), Insert(0, {"data.id": "1"}), Delete([(0, None)]), Undo())


@fault("both share one capture function: health says of the first that it is not as it was written")
def test_tables_whose_names_differ_by_a_dot_are_told_apart(run):
    note = Definition("app", "note", ("create table app.note (id int primary key)",), {})
    run(table("id int primary key", "app.note"), Create(note), Enable(0), Enable(1))


KEYS = {
    "array": ("int[]", "{1,2}"),
    "composite": ("pair", "(1,a)"),
    "jsonb": ("jsonb", '"x"'),
    "ltree": ("ltree", "top.science"),
    "float8": ("float8", "0.30000000000000004"),
}


@pytest.mark.parametrize("kind", KEYS)
@fault("keys travel as jsonb, which is not their text, and only operators in pg_catalog are found")
def test_a_row_with_any_key_comes_back(run, kind):
    type, value = KEYS[kind]
    run(
        Set("extra_float_digits", "0"),
        table(f"id {type} primary key", before="create type pair as (a int, b text)"),
        Enable(0),
        Insert(0, {"id": value}),
        Delete([(0, None)]),
        Restore(0, on_conflict="skip"),
    )


@fault("42883: the look for ghost rows finds no operator for ltree")
def test_health_answers_whatever_the_key(run):
    run(table("id ltree primary key"), Enable(0))


@fault("42703: the look for ghost rows asks the archive for the key's new name, and ends health for all tables")
def test_health_answers_after_a_key_was_renamed(run):
    run(table("id int primary key"), Enable(0), RenameColumn(0, "id", "number"))


@fault("the dry run says would_restore, and COMMIT raises 23503")
def test_a_dry_run_foretells_a_deferred_foreign_key(run):
    run(
        table("id int primary key"),
        table("id int primary key, shelf_id int references shelf deferrable initially deferred", "book"),
        Enable(1),
        Insert(0, {"id": "1"}),
        Insert(1, {"id": "1", "shelf_id": "1"}),
        Delete([(1, None)]),
        Delete([(0, None)]),
        Restore(1),
    )


@fault("the archive's columns have the domain, and its new rule binds them too")
def test_a_domain_may_get_a_rule_that_an_archived_value_breaks(run):
    run(
        table("id int primary key, size small", before="create domain small as int"),
        Enable(0),
        Insert(0, {"id": "1", "size": "2"}),
        Delete([(0, None)]),
        AlterDomain("small", "add check (value is null)"),
    )


@fault("health says that the columns no longer match")
def test_a_domain_of_an_archived_column_may_refuse_null(run):
    run(
        table("id int primary key, size small", before="create domain small as int"),
        Enable(0),
        AlterDomain("small", "set not null"),
    )


@fault("the next insert would be given a key that is live")
@pytest.mark.parametrize("column", ["serial", "int generated by default as identity"])
def test_a_restarted_sequence_goes_on_behind_the_keys_that_come_back(run, column):
    run(
        table(f"id {column} primary key"),
        Enable(0),
        Insert(0, {}),
        Truncate([0], restart=True),
        Undo(),
    )


@fault("the next inserts would reach a key that is live")
def test_a_sequence_goes_on_behind_a_key_that_was_inserted_by_hand(run):
    run(table("id serial primary key"), Enable(0), Insert(0, {"id": "2"}), Delete([(0, None)]), Undo())


@pytest.mark.parametrize("action", ["set null", "set default"])
@fault("the reference stays blank, and nothing says so")
def test_a_reference_that_a_deletion_blanked_is_put_back(run, action):
    run(
        table("id int primary key"),
        table(f"id int primary key, shelf_id int references shelf on delete {action}", "book"),
        Enable(0),
        Insert(0, {"id": "1"}),
        Insert(1, {"id": "1", "shelf_id": "1"}),
        Delete([(0, None)]),
        Undo(),
    )


@fault("the row has another value than the deleted one, and nothing says so")
def test_a_value_that_a_trigger_changed_is_named(run):
    stamp = (
        "create function stamp() returns trigger language plpgsql as"
        " $$ begin new.at := clock_timestamp(); return new; end $$"
    )
    run(
        table(
            "id int primary key, at timestamptz",
            before=stamp,
            after="create trigger stamp before insert on shelf for each row execute function stamp()",
        ),
        Enable(0),
        Insert(0, {"id": "1"}),
        Delete([(0, None)]),
        Restore(0),
    )


@fault("the column counts as one that the row always had: null instead of the default")
def test_a_column_added_while_a_table_is_not_archived_comes_back_with_its_default(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        Delete([(0, None)]),
        Disable(0),
        AddColumn(0, "colour", "text", "teal", not_null=True, in_archive=True),
        Enable(0),
        Restore(0),
    )


@fault("the row is refused: colour must not be null now")
def test_a_column_added_to_both_tables_gets_its_default_before_enable(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        Delete([(0, None)]),
        AddColumn(0, "colour", "text", "teal", not_null=True, in_archive=True),
        Restore(0, on_conflict="skip"),
    )


@fault("its value stays in the archive, and no detail says so: there is a column of that name")
def test_a_dropped_column_is_named_when_another_has_its_name_now(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1", "label": "oak"}),
        Delete([(0, None)]),
        DropColumn(0, "label", enable=True),
        AddColumn(0, "label", "text", enable=True),
        Restore(0),
    )


@pytest.mark.parametrize(("column", "value"), [("tags int[]", "{1}"), ("a int", "1")], ids=["array", "column a"])
@fault("22P02, 22023: the search for the row in the way goes through jsonb, and takes a column a for an alias")
def test_a_unique_value_that_is_taken_is_a_conflict(run, column, value):
    name = column.split()[0]
    run(
        table(f"id int primary key, {column} unique"),
        Enable(0),
        Insert(0, {"id": "1", name: value}),
        Delete([(0, None)]),
        Insert(0, {"id": "2", name: value}),
        Restore(0, on_conflict="skip"),
    )
