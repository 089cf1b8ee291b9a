"""The same of tables that were changed since archive.enable(), or since a row was deleted."""

from tests.fuzz.examples import SHELF, table
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


def test_a_column_renamed_in_both_tables_comes_back(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1", "label": "oak", "qty": "7"}),
        Delete([(0, None)]),
        RenameColumn(0, "qty", "amount", in_archive=True, enable=True),
        Restore(0),
    )


def test_a_column_added_since_enable_is_archived(run):
    run(
        SHELF,
        Enable(0),
        AddColumn(0, "colour", "text"),
        Insert(0, {"id": "1", "colour": "teal"}),
        Delete([(0, None)]),
    )


def test_a_renamed_table_is_archived_without_enable(run):
    run(SHELF, Enable(0), Insert(0, {"id": "1"}), RenameTable(0, "rack"), Delete([(0, None)]))


def test_a_table_renamed_with_its_archive_can_be_enabled_again(run):
    run(SHELF, Enable(0), RenameTable(0, "rack", in_archive=True, enable=True))


def test_a_delete_after_a_rename_names_enable_where_it_fails(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        RenameColumn(0, "label", "title", in_archive=True),
        Delete([(0, None)]),
    )


def test_health_answers_after_a_key_was_renamed(run):
    run(table("id int primary key"), Enable(0), RenameColumn(0, "id", "number"))


def test_a_domain_may_get_a_rule_that_an_archived_value_breaks(run):
    run(
        table("id int primary key, size small", before="create domain small as int"),
        Enable(0),
        Insert(0, {"id": "1", "size": "2"}),
        Delete([(0, None)]),
        AlterDomain("small", "add check (value is null)"),
    )


def test_a_domain_of_an_archived_column_may_refuse_null(run):
    run(
        table("id int primary key, size small", before="create domain small as int"),
        Enable(0),
        AlterDomain("small", "set not null"),
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


def test_a_column_added_to_both_tables_gets_its_default_before_enable(run):
    run(
        SHELF,
        Enable(0),
        Insert(0, {"id": "1"}),
        Delete([(0, None)]),
        AddColumn(0, "colour", "text", "teal", not_null=True, in_archive=True),
        Restore(0, on_conflict="skip"),
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
