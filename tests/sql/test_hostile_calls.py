"""Calls of the archive's functions by an attacker who holds a login.

Functions that are not meant for the login are refused. Whatever the arguments of the others, the archive never marks a
row as restored that is not live again.
"""

import pytest

from tests.conftest import AUDITOR, RUNTIME, STRANGER, connect
from tests.sql.conftest import ARCHIVE, DENIED, sqlstate

RUNTIME_CALLS = """
actor deletion deletions describe health maintain restore restore_transaction version _address _archive_metadata
_attnames _attnum _attnums _base_type _blanking_constraints _check_ids _columns _copies _copy_name _excluded
_foreign_keys_to _is_registered_oid _key _key_columns _key_index _label _label_setting _live _name _partitions _refuse
_registry_entry _restore_any_trigger _restore_archived _restore_batch _restore_blocking
_restore_blocking_statement _restore_by_ids _restore_by_transaction _restore_changed _restore_check_later
_restore_check_new_key _restore_check_now _restore_check_overrides _restore_check_rules _restore_check_seen
_restore_columns _restore_condition _restore_constraint _restore_deferrable _restore_done _restore_each
_restore_effects _restore_enter_callers_path _restore_equality _restore_fail _restore_has_trigger
_restore_insert _restore_insert_statement _restore_is_conflict _restore_key _restore_key_condition
_restore_leave_callers_path _restore_lives _restore_lock _restore_lost _restore_lost_detail _restore_mark
_restore_may_refer _restore_needs_text _restore_not_archived _restore_noted _restore_outcomes _restore_pass
_restore_passes _restore_reason _restore_references _restore_references_missing _restore_references_statement
_restore_refused _restore_results _restore_row _restore_row_id _restore_row_result _restore_row_statements
_restore_rows _restore_rows_and_effects _restore_run _restore_select_ids _restore_select_transaction
_restore_sequences _restore_statement _restore_together _restore_value _restore_waiting _restore_written _tree
_unarchived_children _view_daily _view_period _view_rows
"""

CALLABLE = {
    AUDITOR: {
        "actor",
        "health",
        "version",
        "_address",
        "_archive_metadata",
        "_label",
        "_label_setting",
        "_tree",
        "_name",
        "_partitions",
        "_view_daily",
        "_view_period",
        "_view_rows",
        "deletion",
        "deletions",
        "describe",
    },
    STRANGER: set(),
    RUNTIME: set(RUNTIME_CALLS.split()),
}
"""By name: what each may call. Whatever is added to schema archive is refused until it is named here."""


@pytest.mark.parametrize("login", CALLABLE)
def test_every_other_function_of_the_archive_is_refused(db, attackers, login):
    db.execute(f"grant usage on schema archive to {STRANGER}")  # or that alone would refuse it
    functions = db.execute(
        "select proname, has_function_privilege(%s, oid, 'execute'),"
        "       format('select archive.%%I(%%s)', proname, (select string_agg('null::' || format_type(t, null), ', ')"
        "                                                     from unnest(proargtypes) t))"
        "  from pg_proc where pronamespace = 'archive'::regnamespace",
        [login],
    ).fetchall()

    with connect(login) as attacker:
        refused = {name: sqlstate(attacker, call) for name, _, call in functions if name not in CALLABLE[login]}
        allowed = {name: sqlstate(attacker, call) for name, _, call in functions if name in CALLABLE[login]}

    assert len(functions) > 30
    assert {name for name, granted, _ in functions if granted} == CALLABLE[login]
    assert refused == dict.fromkeys(refused, DENIED)
    assert set(allowed.values()) <= {"00000", "AR404", "AR409", "AR422"}  # with nothing but nulls


def test_every_function_of_the_archive_is_closed_to_the_public(db):
    open_to_all = db.execute(
        "select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g"
        " where p.pronamespace = 'archive'::regnamespace and g.grantee = 0"
    ).fetchall()
    assert open_to_all == []


def test_functions_with_the_owners_rights_look_nowhere_but_in_the_catalogue(db):
    loose = db.execute(
        "select oid::regprocedure from pg_proc where pronamespace = 'archive'::regnamespace and prosecdef"
        " and (proconfig @> array['search_path=pg_catalog, pg_temp']) is not true"
    ).fetchall()
    assert loose == []


# What is no archived table, however much it looks like one.
NOT_ARCHIVED = {
    "a catalogue table": ("", "pg_class"),
    "the registry": ("", "archive.registry"),
    "an archive": ("", "public.item_archive"),
    "a partition of an archive": ("", "public.item_archive_default"),
    "a view": ("create view lair.v as select null::uuid as id", "lair.v"),
    "an index": ("", "public.item_pkey"),
    "a temporary table": ("create temp table item (id uuid primary key)", "pg_temp.item"),
    "a look-alike": (
        "create table lair.item (id uuid primary key, title text, description text, owner_id uuid);"
        "create table lair.item_archive (archive_id bigint, id uuid, restored_at timestamptz);"
        "create function lair.capture_item() returns trigger language plpgsql as 'begin return old; end';"
        "create trigger zz_archive_before_delete before delete on lair.item"
        " for each row execute function lair.capture_item()",
        "lair.item",
    ),
    "nothing": ("", None),
    "no table that there is": ("", "987654321"),
}
SELECTION = "row(array[%(source)s::regclass], null, %(ids)s, '-infinity', 'infinity')::archive.restore_selection"
CALLS = [
    "select * from archive.restore(%(source)s::regclass, %(ids)s)",
    "select * from archive.restore(%(source)s::regclass, %(ids)s, dry_run => true)",
    "select * from archive.restore(%(source)s::regclass, '{}', on_conflict => 'copy')",
    "select * from archive._restore_select_ids(%(source)s::regclass, %(ids)s)",
    f"select * from archive._restore_lock({SELECTION})",
    f"select archive._restore_mark(%(source)s::regclass, {SELECTION})",
    "select archive._registry_entry(%(source)s::regclass)",
    "select archive._restore_check_overrides(%(source)s::regclass, '{\"id\": 1}')",
    f"select archive._restore_statement({SELECTION}, '{{}}')",
    f"select archive._restore_run({SELECTION}, '{{}}', 'skip', false)",
]


@pytest.mark.parametrize("what", NOT_ARCHIVED)
def test_what_is_not_archived_is_ar422_for_every_function(runtime, archived, attackers, what):
    make, source = NOT_ARCHIVED[what]
    runtime.execute(make)

    answers = {call: sqlstate(runtime, call, {"source": source, "ids": archived}) for call in CALLS}

    assert answers == dict.fromkeys(CALLS, "AR422")


ITEMS = SELECTION.replace("%(source)s", "'item'")
ODD = [
    ("archive.restore('item', '{-9223372036854775808,9223372036854775807}')", {"AR404"}),
    ("archive.restore('item', '{{1},{2}}')", {"AR422"}),
    ("archive.restore('item', array(select generate_series(1000, 100000)::bigint))", {"AR404"}),
    ("archive.restore('item', '{1,null}')", {"AR422"}),
    ("archive.restore('item', null)", {"AR422"}),
    ("archive.restore('item', %(ids)s, 'null')", {"AR422"}),
    ("archive.restore('item', %(ids)s, '[]')", {"AR422"}),
    ("archive.restore('item', %(ids)s, '{\"ctid\": \"(0,1)\"}')", {"AR422"}),
    ("archive.restore('item', %(ids)s, '{\"restored_at\": null}')", {"AR422"}),
    ("archive.restore('item', %(ids)s, '{\"id\": {\"id\": []}}')", {"AR422"}),
    ("archive.restore('item', %(ids)s, '{\"title\\\"; drop table item; --\": 1}')", {"AR422"}),
    ("archive.restore('item', %(ids)s, jsonb_build_object(repeat('x', 1000000), 1))", {"AR422"}),
    ("archive.restore('item', %(ids)s, jsonb_build_object('title', repeat('x', 1000000)))", {"AR422"}),
    ("archive.restore('item', %(ids)s, on_conflict => repeat('x', 1000000))", {"AR422"}),
    ("archive.restore('item', %(ids)s, on_conflict => 'FAIL')", {"AR422"}),
    ("archive.restore_transaction(null)", {"AR404", "AR422"}),
    ("archive.restore_transaction('0')", {"AR404"}),
    ("archive.restore_transaction('18446744073709551615', 'infinity')", {"AR404"}),
    ("archive.restore_transaction('18446744073709551615', '-infinity', dry_run => true)", {"AR404"}),
    ("archive.restore_transaction((select min(transaction_id) from item_archive), 'infinity')", {"AR404"}),
    ("archive._restore_select_ids('item', null)", {"00000"}),
    ("archive._restore_select_transaction(null, null)", {"AR404"}),
    ("archive._restore_lock(null)", {"00000"}),
    ("archive._restore_mark('item', null)", {"00000", "AR409", "AR422"}),
    (f"archive._restore_mark('item', {ITEMS})", {"AR409"}),
    (f"archive._restore_mark('item', {ITEMS}, '{{}}')", {"AR409"}),
    (f"archive._restore_mark('item', {ITEMS}, array['x', 'y'])", {"22P02", "AR409"}),
    ("archive._restore_insert(null, null, null, null)", {"00000", "22004", "AR422"}),
    (f"archive._restore_insert('select', {ITEMS}, '{{}}', 3)", {"AR409"}),
    ("archive._restore_run(null, null, null, null)", {"AR422"}),
]


@pytest.mark.parametrize(("call", "expected"), ODD)
def test_odd_arguments_have_a_proper_answer(runtime, archived, attackers, call, expected):
    assert sqlstate(runtime, f"select * from {call}", {"ids": archived}) in expected


@pytest.mark.parametrize(
    "live",
    [
        "select gen_random_uuid()",
        "select id from item where title = 'live'",
        "select id from item_archive where archive_id = %(id)s",
    ],
    ids=["nothing", "a row that lived before", "its own key, which does not live"],
)
def test_a_row_that_is_not_back_cannot_be_marked_as_restored(runtime, archived, attackers, live):
    mark = (
        f"select archive._restore_mark('item', {ITEMS.replace('%(ids)s', 'array[%(id)s::bigint]')},"
        f" array(select id::text from ({live}) l (id)))"
    )

    assert sqlstate(runtime, mark, {"id": archived[0]}) == "AR409"


def test_a_forged_selection_restores_nothing_twice(db, runtime, archived, restore):
    restore(archived[:1])
    db.execute("delete from item")
    before = db.execute(ARCHIVE).fetchall()
    forged = ITEMS.replace("%(ids)s", "array[%(id)s::bigint]")

    for call in [
        f"archive._restore_insert(archive._restore_statement({forged}, '{{}}'), {forged}, '{{}}', 1)",
        f"archive._restore_run({forged}, '{{}}', 'fail', false)",
    ]:
        assert sqlstate(runtime, f"select {call}", {"id": archived[0]}) == "AR409"

    rows = runtime.execute(
        f"select outcome from archive._restore_run({forged}, '{{}}', 'skip', false)", {"id": archived[0]}
    )
    assert rows.fetchall() == [("skipped",)]
    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert db.execute(ARCHIVE).fetchall() == before


def test_locking_tells_no_more_than_how_many_rows_there_are_and_needs_the_right_to_call_it(
    runtime, archived, attackers
):
    """Its lock is the caller's and ends with the transaction."""
    with runtime.transaction():
        row = runtime.execute(f"select row_count, blocked from archive._restore_lock({ITEMS})", {"ids": archived})

    assert row.fetchone() == (3, False)
