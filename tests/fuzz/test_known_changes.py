"""The faults not mended yet of tables that were changed since archive.enable(), or since a row was deleted."""

from tests.fuzz.faults import SHELF, fault, table
from tests.fuzz.steps import (
    AddColumn,
    AlterDomain,
    Delete,
    Disable,
    DropColumn,
    Enable,
    Insert,
    RenameColumn,
    RenameTable,
    Restore,
)


@fault(
    "a value does not come back: amount is '0', was '7'",
    reason="the column counts as new, because its name is: label comes back as null, qty as 0",
)
def test_a_column_renamed_in_both_tables_comes_back(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1", "label": "oak", "qty": "7"}),
        Delete([(0, None)]),
        RenameColumn(0, "qty", "amount", in_archive=True, enable=True),
        Restore(0),
    )


@fault(
    "a value is not archived: colour is None, was 'teal'",
    reason="its value is lost: the capture function does not know the column",
)
def test_a_column_added_since_enable_is_archived(run):
    run(
        SHELF,
        Enable(0),
        AddColumn(0, "colour", "text"),
        Insert(0, {"id": "1", "colour": "teal"}),
        Delete([(0, None)]),
    )


@fault("a delete fails: 42P01", reason="the delete fails: relation public.shelf does not exist")
def test_a_renamed_table_is_archived_without_enable(run):
    run(SHELF, Enable(0), Insert(0, {"id": "1"}), RenameTable(0, "rack"), Delete([(0, None)]))


@fault("enable raises: 42P17", reason="archive.enable() looks for the default partition by its name")
def test_a_table_renamed_with_its_archive_can_be_enabled_again(run):
    run(SHELF, Enable(0), RenameTable(0, "rack", in_archive=True, enable=True))


@fault(
    'a delete fails: 42703 column "label"', reason="the message names the archive's column, and not archive.enable()"
)
def test_a_delete_after_a_rename_names_enable_where_it_fails(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        RenameColumn(0, "label", "title", in_archive=True),
        Delete([(0, None)]),
    )


@fault(
    "health raises: 42703 column a.number",
    reason="the look for ghost rows asks the archive for the key's new name, and ends health for all tables",
)
def test_health_answers_after_a_key_was_renamed(run):
    run(table("id int primary key"), Enable(0), RenameColumn(0, "id", "number"))


@fault(
    "the archive is in the way: 23514", reason="the archive's columns have the domain, and its new rule binds them too"
)
def test_a_domain_may_get_a_rule_that_an_archived_value_breaks(run):
    run(
        table("id int primary key, size small", before="create domain small as int"),
        Enable(0),
        Insert(0, {"id": "1", "size": "2"}),
        Delete([(0, None)]),
        AlterDomain("small", "add check (value is null)"),
    )


@fault(
    "health finds an error: expected [], got [('columns match'", reason="health says that the columns no longer match"
)
def test_a_domain_of_an_archived_column_may_refuse_null(run):
    run(
        table("id int primary key, size small", before="create domain small as int"),
        Enable(0),
        AlterDomain("small", "set not null"),
    )


@fault(
    "a value does not come back: colour is None, was 'teal'",
    "a row does not come back: ",
    reason="the column counts as one that the row always had: null instead of the default",
)
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


@fault("a row does not come back: ", reason="the row is refused: colour must not be null now")
def test_a_column_added_to_both_tables_gets_its_default_before_enable(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        Delete([(0, None)]),
        AddColumn(0, "colour", "text", "teal", not_null=True, in_archive=True),
        Restore(0, on_conflict="skip"),
    )


@fault(
    "a value is left out silently: label was 'oak'",
    reason="its value stays in the archive, and no detail says so: there is a column of that name",
)
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
