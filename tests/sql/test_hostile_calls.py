"""What somebody can do who has taken over a login: the API's, an auditor's, or one that is no business of ours.

They may make tables and functions in a schema of their own and in public, and have temporary tables. None of what they
try changes an archived row, or makes the archive trust a row that is not there.
"""

import psycopg
import pytest

from tests.conftest import AUDITOR, OWNER, RUNTIME, STRANGER, SUPERUSER, connect

LOGINS = {
    "the api": [RUNTIME],
    "an auditor": [AUDITOR],
    "a stranger": [STRANGER],
    "anybody": [RUNTIME, AUDITOR, STRANGER],
}
DENIED = "42501"

ARCHIVE = """
    select 'item', tableoid::regclass::text, t::text from item_archive t
     union all
    select 'user', tableoid::regclass::text, t::text from user_archive t
     union all
    select 'registry', '', t::text from archive.registry t
     union all
    select 'trigger', tgname, tgrelid::regclass || tgenabled::text || tgfoid::regprocedure from pg_trigger
     where tgrelid in ('item'::regclass, '"user"'::regclass)
     union all
    select 'health', check_name, detail from archive.health()
     order by 1, 2, 3
"""


@pytest.fixture
def attackers(db, archived, owner):
    """Something is archived, and its enemies have room to work in. What is archived stays as it is."""
    db.execute('delete from "user" where id = %s', [owner])
    db.execute("insert into \"user\" (id, email) values (%s, 'again@example.com')", [owner])
    db.execute("insert into item (title, owner_id) values ('live', %s)", [owner])
    db.execute("create schema lair; grant all on schema lair to public; grant create on schema public to public")
    before = db.execute(ARCHIVE).fetchall()
    assert len(before) > 10
    yield
    assert db.execute(ARCHIVE).fetchall() == before


def sqlstate(connection, statement, *values):
    """Return the SQLSTATE of trying it, and have it undone; 00000 where nothing is wrong with it."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, *values)
    except psycopg.Error as error:
        return error.sqlstate
    return "00000"


ATTEMPTS = [
    # writing to the archive
    ("anybody", "insert into item_archive select * from item_archive", DENIED),
    ("anybody", "insert into item_archive default values on conflict do nothing", DENIED),
    ("anybody", "update item_archive set title = 'forged'", DENIED),
    ("anybody", "update item_archive set restored_at = null", DENIED),
    ("anybody", "delete from item_archive", DENIED),
    ("anybody", "truncate item_archive", DENIED),
    ("anybody", "merge into item_archive a using item_archive b on true when matched then delete", DENIED),
    ("anybody", "copy item_archive (title) from stdin", DENIED),
    ("anybody", "select * from item_archive for update", DENIED),
    ("anybody", "select * from item_archive for key share", DENIED),
    ("anybody", "lock table item_archive in access exclusive mode", DENIED),
    ("anybody", "lock table item_archive in row exclusive mode", DENIED),
    ("a stranger", "select * from item_archive", DENIED),
    ("a stranger", "lock table item_archive in access share mode", DENIED),
    # or to its partitions
    ("anybody", "select * from item_archive_default", DENIED),
    ("anybody", "insert into item_archive_default select * from item_archive", DENIED),
    ("anybody", "update item_archive_default set title = 'forged'", DENIED),
    ("anybody", "delete from only item_archive_default", DENIED),
    ("anybody", "truncate item_archive_default", DENIED),
    ("anybody", "drop table item_archive_default", DENIED),
    ("anybody", "lock table item_archive_default in access share mode", DENIED),
    ("anybody", "alter table item_archive detach partition item_archive_default", DENIED),
    (
        "anybody",
        "create table lair.p (title text);"
        " alter table item_archive attach partition lair.p for values from ('1999-01-01') to ('2000-01-01')",
        DENIED,
    ),
    (
        "anybody",
        "create table lair.p partition of item_archive for values from ('1999-01-01') to ('2000-01-01')",
        DENIED,
    ),
    ("anybody", "create view lair.v as select * from item_archive; delete from lair.v", DENIED),
    # its definition
    ("anybody", "drop table item_archive", DENIED),
    ("anybody", "alter table item_archive add column x int", DENIED),
    ("anybody", "alter table item_archive owner to test_stranger", DENIED),
    ("anybody", "alter table item_archive rename to gone", DENIED),
    ("anybody", "alter table item_archive enable row level security", DENIED),
    ("anybody", "create index on item_archive (title)", DENIED),
    ("anybody", "drop index item_archive_id_idx", DENIED),
    ("anybody", "create rule r as on insert to item_archive do instead nothing", DENIED),
    ("anybody", "create policy p on item_archive using (false)", DENIED),
    ("anybody", "comment on table item_archive is ''", DENIED),
    ("anybody", "create publication everything for table item_archive", DENIED),
    # the registry and the sequence
    ("anybody", "select * from archive.registry", DENIED),
    ("anybody", "update archive.registry set source = 'user'", DENIED),
    ("anybody", "insert into archive.registry values ('pg_class', 'item_archive', '{}')", DENIED),
    ("anybody", "delete from archive.registry", DENIED),
    ("anybody", "lock table archive.registry in access share mode", DENIED),
    ("anybody", "select nextval('archive.archive_id_seq')", DENIED),
    ("anybody", "select setval('archive.archive_id_seq', 1)", DENIED),
    ("anybody", "select * from archive.archive_id_seq", DENIED),
    ("anybody", "alter sequence archive.archive_id_seq restart", DENIED),
    # the triggers, and ways around them
    ("anybody", "alter table item disable trigger zz_archive_before_delete", DENIED),
    ("anybody", "alter table item disable trigger all", DENIED),
    ("anybody", "drop trigger zz_archive_before_delete on item", DENIED),
    ("anybody", "alter trigger zz_archive_before_delete on item rename to a", DENIED),
    ("anybody", "truncate item", DENIED),
    ("anybody", 'truncate "user" cascade', DENIED),
    ("anybody", "alter table item rename to gone", DENIED),
    ("anybody", "alter table item enable row level security", DENIED),
    ("anybody", "create rule r as on delete to item do instead nothing", DENIED),
    ("anybody", "create table lair.child () inherits (item)", DENIED),
    ("anybody", "create table lair.pin (id uuid references item)", DENIED),
    ("anybody", "set session_replication_role = replica", DENIED),
    ("anybody", "select set_config('session_replication_role', 'replica', false)", DENIED),
    ("anybody", "alter role current_user set session_replication_role = replica", DENIED),
    (
        "anybody",
        "create function lair.f() returns trigger language plpgsql as 'begin return null; end';"
        " create trigger zzz before delete on item for each row execute function lair.f()",
        DENIED,
    ),
    # the capture function, to archive what was never deleted
    ("anybody", "create trigger a before delete on item for each row execute function archive.capture_item()", DENIED),
    (
        "anybody",
        "create table lair.item (id uuid);"
        " create trigger zz_archive_before_delete before delete on lair.item"
        " for each row execute function archive.capture_item()",
        DENIED,
    ),
    (
        "anybody",
        "create temp table item (id uuid);"
        " create trigger a before truncate on item for each statement execute function archive.capture_item()",
        DENIED,
    ),
    ("anybody", "select archive.capture_item()", DENIED),
    # the code
    ("anybody", "create table archive.mine ()", DENIED),
    ("anybody", "create function archive.format(text, text) returns text language sql return $1", DENIED),
    ("anybody", "create function pg_catalog.format(text, text) returns text language sql return $1", DENIED),
    (
        "anybody",
        "create or replace function archive.capture_item() returns trigger language plpgsql as 'begin return old; end'",
        DENIED,
    ),
    ("anybody", "alter function archive.capture_item() security invoker", DENIED),
    ("anybody", "drop function archive.capture_item() cascade", DENIED),
    ("anybody", "drop schema archive cascade", DENIED),
    ("anybody", "alter schema archive rename to gone", DENIED),
    ("anybody", "drop view archive.transactions", DENIED),
    ("a stranger", "select * from archive.transactions", DENIED),
    ("a stranger", "select * from archive.daily", DENIED),
    ("a stranger", "select * from archive.partition_sizes", DENIED),
    ("a stranger", "select * from archive.purge_log", DENIED),
    ("anybody", "delete from archive.purge_log", DENIED),
    ("anybody", "update archive.purge_log set reason = 'forged'", DENIED),
    # who signed out stays out
    ("an auditor", "select * from ended_token", DENIED),
    ("a stranger", "delete from ended_token", DENIED),
    ("the api", "update ended_token set expires_at = 'infinity'", DENIED),
    ("the api", "truncate ended_token", DENIED),
    # another's rights
    ("anybody", f"set role {OWNER}", DENIED),
    ("anybody", f"set session authorization {OWNER}", DENIED),
    ("anybody", f"select set_config('role', '{OWNER}', false)", DENIED),
    ("anybody", f"select set_config('session_authorization', '{OWNER}', false)", DENIED),
    ("an auditor", "set role archive_runtime", DENIED),
    ("a stranger", "set role archive_runtime", DENIED),
    ("the api", "set role archive_auditor", DENIED),
    ("a stranger", "set role archive_auditor", DENIED),
    ("anybody", f"grant {OWNER} to current_user", DENIED),
    ("anybody", "alter role current_user superuser", DENIED),
    ("anybody", "drop role archive_auditor", DENIED),
    ("anybody", f"alter role {OWNER} set search_path = lair", DENIED),
    ("anybody", f"alter default privileges for role {OWNER} grant all on tables to public", DENIED),
    ("anybody", f"reassign owned by {OWNER} to current_user", DENIED),
    ("anybody", f"drop owned by {OWNER}", DENIED),
    ("a stranger", "grant all on item_archive to public", DENIED),
    ("the api", "set session_authorization = postgres", DENIED),
    # what is not theirs to call
    ("anybody", "select archive.enable('item')", DENIED),
    ("anybody", "select archive.disable('item')", DENIED),
    ("an auditor", "select * from archive.restore('item', '{1}', dry_run => true)", DENIED),
    ("a stranger", "select * from archive.restore('item', '{1}')", DENIED),
    ("a stranger", "select * from archive.health()", DENIED),
    ("an auditor", "select * from item", DENIED),
    ("an auditor", 'select * from "user"', DENIED),
]


@pytest.mark.parametrize(("who", "statement", "expected"), ATTEMPTS)
def test_no_login_can_rewrite_the_archive(attackers, who, statement, expected):
    for login in LOGINS[who]:
        with connect(login) as attacker:
            assert (login, sqlstate(attacker, statement)) == (login, expected)


def test_nobody_makes_anything_in_public_by_default(db):
    for login in LOGINS["anybody"]:
        with connect(login) as attacker:
            assert sqlstate(attacker, "create table public.mine ()") == DENIED


@pytest.mark.parametrize("statement", ["grant all on item_archive to public", "revoke all on item_archive from public"])
def test_rights_that_one_has_cannot_be_passed_on(db, attackers, statement):
    for login in [RUNTIME, AUDITOR]:
        with connect(login) as attacker:
            attacker.execute(statement)

    acl = "select relacl::text from pg_class where oid = 'item_archive'::regclass"
    assert "{=" not in db.execute(acl).fetchone()[0]
    assert ",=" not in db.execute(acl).fetchone()[0]


CALLABLE = {
    AUDITOR: {"actor", "health", *["_archive_metadata", "_label", "_name", "_partitions", "_view_estimate"]},
    STRANGER: set(),
    RUNTIME: {
        "actor",
        "health",
        "restore",
        "restore_transaction",
        "make_partitions",
        *["_restore_by_ids", "_restore_by_transaction", "_restore_lock", "_restore_lock_transaction"],
        *["_restore_enter_callers_path", "_restore_leave_callers_path"],
        *["_restore_check_overrides", "_restore_check_new_key", "_restore_run", "_restore_passes"],
        *["_restore_halves", "_restore_row", "_restore_is_conflict", "_restore_insert"],
        *["_restore_set_constraints", "_restore_insert_statement", "_restore_mark", "_restore_row_id"],
        *["_restore_omission", "_restore_reason", "_restore_blocking_key"],
        *["_registry_entry", "_check_ids", "_refuse"],
        *["_archive_metadata", "_columns", "_nullable_type", "_key", "_name", "_label"],
        *["_partitions", "_view_estimate"],
    },
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
        " and proconfig is distinct from array['search_path=pg_catalog, pg_temp']"
    ).fetchall()
    assert loose == []


def test_the_recorded_login_cannot_be_forged(db, runtime, items):
    runtime.execute("select set_config('session_authorization', 'test_api', false)")
    runtime.execute(
        "select set_config('archive.session_role', 'ada', false), set_config('archive.actor', 'ada', false)"
    )
    runtime.execute("set role archive_runtime")
    runtime.execute("delete from item")

    rows = db.execute("select distinct session_role, archived_by from item_archive").fetchall()
    assert rows == [(RUNTIME, "ada")]  # a label is what one says; the login is who one is


def test_a_truncation_records_the_login_too(db, items):
    with connect(SUPERUSER) as superuser:
        superuser.execute("truncate item")

    assert db.execute("select distinct session_role from item_archive").fetchall() == [(SUPERUSER,)]


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
CALLS = [
    "select * from archive.restore(%(source)s::regclass, %(ids)s)",
    "select * from archive.restore(%(source)s::regclass, %(ids)s, dry_run => true)",
    "select * from archive.restore(%(source)s::regclass, '{}', on_conflict => 'copy')",
    "select * from archive._restore_lock(%(source)s::regclass, %(ids)s)",
    "select archive._restore_mark(%(source)s::regclass, %(ids)s, array['[1]', '[1]', '[1]']::jsonb[])",
    "select archive._registry_entry(%(source)s::regclass)",
    "select archive._restore_check_overrides(%(source)s::regclass, '{\"id\": 1}')",
    "select archive._restore_insert(array[row(%(source)s::regclass, (%(ids)s::bigint[])[1], now(), '[1]', null, null,"
    " null, null)::archive.locked_row], '{}')",
    "select archive._restore_run(array[row(%(source)s::regclass, (%(ids)s::bigint[])[1], now(), '[1]', null, null,"
    " null, null)::archive.locked_row], '{}', 'skip', false)",
]


@pytest.mark.parametrize("what", NOT_ARCHIVED)
def test_what_is_not_archived_is_ar422_for_every_function(runtime, archived, attackers, what):
    make, source = NOT_ARCHIVED[what]
    runtime.execute(make)

    answers = {call: sqlstate(runtime, call, {"source": source, "ids": archived}) for call in CALLS}

    assert answers == dict.fromkeys(CALLS, "AR422")


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
    ("archive._restore_lock('item', null)", {"00000"}),
    ("archive._restore_lock_transaction(null, null)", {"00000"}),
    ("archive._restore_mark('item', null, null)", {"00000", "AR409", "AR422"}),
    ("archive._restore_mark('item', '{}', '{}')", {"00000"}),
    ("archive._restore_mark('item', %(ids)s, '{}')", {"AR409"}),
    ("archive._restore_mark('item', %(ids)s, array['{}', 'null', '[]']::jsonb[])", {"AR409"}),
    ("archive._restore_mark('item', %(ids)s, array['[\"x\"]', '[\"y\"]', '[\"z\"]']::jsonb[])", {"22P02", "AR409"}),
    ("archive._restore_mark('item', array[%(ids)s, %(ids)s], '{}')", {"AR409"}),
    ("archive._restore_insert(null, null)", {"00000", "AR422"}),
    ("archive._restore_insert('{}', '{}')", {"00000"}),
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
        "select archive._restore_mark('item', array[%(id)s::bigint],"
        f" array(select jsonb_build_array(id) from ({live}) l (id)))"
    )

    assert sqlstate(runtime, mark, {"id": archived[0]}) == "AR409"


def test_a_forged_locked_row_restores_nothing_twice(db, runtime, archived, restore):
    restore(archived[:1])
    db.execute("delete from item")
    before = db.execute(ARCHIVE).fetchall()
    forged = (
        "array[row('item'::regclass, %(id)s::bigint, (select archived_at from item_archive where archive_id = %(id)s),"
        " jsonb_build_array(gen_random_uuid()), null, null, null, null)::archive.locked_row]"
    )

    for call in [
        f"archive._restore_insert({forged}, '{{}}')",
        f"archive._restore_run({forged}, '{{}}', 'fail', false)",
    ]:
        assert sqlstate(runtime, f"select {call}", {"id": archived[0]}) == "AR409"

    rows = runtime.execute(
        f"select outcome from archive._restore_run({forged}, '{{}}', 'skip', false)", {"id": archived[0]}
    )
    assert rows.fetchall() == [("skipped",)]
    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert db.execute(ARCHIVE).fetchall() == before


def test_locking_reads_no_more_than_keys_and_needs_the_right_to_call_it(runtime, archived, attackers):
    """Its lock is the caller's and ends with the transaction."""
    with runtime.transaction():
        rows = runtime.execute("select * from archive._restore_lock('item', %s)", [archived]).fetchall()

    assert [(row[1], len(row)) for row in rows] == [(id, 8) for id in archived]


def test_names_of_ones_own_shadow_nothing(db, runtime, attackers, archived):
    """Tables, functions, operators and casts, in pg_temp and in a schema that the caller's path puts first."""
    runtime.execute(
        """
        create temp table item (like public.item including all);
        create temp table item_archive (like public.item_archive);
        create temp table "user" (like public."user");
        create temp table registry (source regclass, target regclass, exclude text[]);
        create temp table pg_trigger (tgname name);
        create temp table pg_class (oid oid);
        create temp sequence archive_id_seq;
        create function lair.no() returns boolean language plpgsql as $$ begin raise 'shadowed'; end $$;
        create function pg_temp.format(text, text) returns text language sql return lair.no();
        create function pg_temp.now() returns timestamptz language sql return lair.no()::text::timestamptz;
        create function lair.now() returns timestamptz language sql return lair.no()::text::timestamptz;
        create function lair.nextval(text) returns bigint language sql return lair.no()::text::bigint;
        create function lair.left(text, int) returns text language sql return lair.no();
        create function lair.same(uuid, uuid) returns boolean language sql return lair.no();
        create operator lair.= (leftarg = uuid, rightarg = uuid, function = lair.same);
        create operator pg_temp.= (leftarg = uuid, rightarg = uuid, function = lair.same);
        set search_path = pg_temp, lair, pg_catalog, public;
        """
    )
    runtime.execute("delete from public.item where title = 'live'")
    runtime.execute("set search_path = pg_temp, public")

    (id,) = db.execute("select max(archive_id) from item_archive").fetchone()
    archived = "select title, session_role, archived_at > now() - interval '1 minute' from item_archive"
    assert db.execute(f"{archived} where archive_id = %s", [id]).fetchone() == ("live", RUNTIME, True)
    rows = runtime.execute("select outcome from archive.restore('public.item', array[%s::bigint])", [id]).fetchall()
    assert rows == [("restored",)]
    assert db.execute("select title from item").fetchall() == [("live",)]
    assert runtime.execute("select count(*) from pg_temp.item").fetchone() == (0,)

    with connect(SUPERUSER) as superuser:  # so that all is as it was
        superuser.execute("set session_replication_role = replica")
        superuser.execute("delete from item_archive where archive_id = %s", [id])


def test_a_restore_needs_the_right_to_insert(db, archived, attackers):
    db.execute("revoke insert on item from archive_runtime")

    for options in ["", ", on_conflict => 'skip'", ", on_conflict => 'copy'", ", dry_run => true"]:
        with connect(RUNTIME) as attacker:
            call = f"select * from archive.restore('item', %s{options})"
            assert sqlstate(attacker, call, [archived]) == DENIED


def test_a_restore_writes_no_column_that_the_caller_may_not(db, archived, attackers):
    db.execute(
        "revoke insert on item from archive_runtime; grant insert (id, title, owner_id) on item to archive_runtime"
    )

    with connect(RUNTIME) as attacker:
        assert sqlstate(attacker, "select * from archive.restore('item', %s)", [archived]) == DENIED


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ("create policy p on item using (true) with check (title = 'live')", {DENIED}),
        ("create policy p on item for select using (true)", {DENIED}),
        (
            "create policy p on item using (true); alter table item_archive enable row level security",
            {"AR404", "AR409"},
        ),
    ],
)
def test_a_policy_holds_for_a_restore(db, runtime, archived, attackers, policies, expected):
    db.execute("alter table item enable row level security")
    db.execute(policies)

    answer = sqlstate(runtime, "select * from archive.restore('item', %s)", [archived])

    assert answer in expected
    assert db.execute("select title from item").fetchall() == [("live",)]


def test_a_policy_hides_no_deleted_row_from_the_archive(db, runtime, items):
    db.execute("alter table item enable row level security, force row level security")
    db.execute("create policy see on item for select using (title <> 'item 1')")
    db.execute("create policy del on item for delete using (true)")

    runtime.execute("delete from item")
    db.execute('delete from "user"')  # its cascade does not ask the policy

    assert db.execute("select count(*) from item_archive").fetchone() == (3,)


def test_default_privileges_let_nobody_read_a_new_partition(db, attackers):
    db.execute("alter default privileges grant all on tables to public")
    db.execute("create table note (id int primary key)")
    db.execute("select archive.enable('note')")
    leaves = "select relid::text from pg_partition_tree('note_archive') where isleaf"

    for (leaf,) in db.execute(leaves).fetchall():
        for login in LOGINS["anybody"]:
            with connect(login) as attacker:
                assert sqlstate(attacker, f"select * from {leaf}") == DENIED

    db.execute("select archive.disable('note')")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into {} (archive_id) values (1)",
        "update {} set text = 'forged'",
        "delete from {}",
        "truncate {}",
        "select * from {} for update",
        "create table lair.x (a bigint, b timestamptz, foreign key (a, b) references {})",
        "create function lair.f() returns trigger language plpgsql as 'begin return null; end';"
        " create trigger t before insert on {} for each row execute function lair.f()",
    ],
)
def test_default_privileges_let_nobody_write_to_a_new_archive(db, attackers, statement):
    db.execute("alter default privileges grant all on tables to public")
    db.execute("create table note (id int primary key, text text)")
    db.execute("select archive.enable('note')")
    db.execute("insert into note values (1, 'x'); delete from note")
    relations = [name for (name,) in db.execute("select relid::text from pg_partition_tree('note_archive')")]

    for login in LOGINS["anybody"]:
        with connect(login) as attacker:
            answers = {relation: sqlstate(attacker, statement.format(relation)) for relation in relations}
        assert answers == dict.fromkeys(relations, DENIED)

    db.execute("select archive.disable('note')")


@pytest.mark.parametrize(
    "overload",
    [
        "format(text, text, text) returns text",
        "array_to_string(regclass[], text) returns text",
        "cardinality(archive.locked_row[]) returns int",
        "jsonb_build_array(uuid) returns jsonb",
        "count(uuid) returns bigint",
    ],
)
def test_an_overload_on_the_callers_path_is_not_called(db, archived, overload):
    """It would fit better than the function meant, and run as whoever restores."""
    db.execute("create schema lair")
    db.execute(f"create function lair.{overload} language plpgsql as $$ begin raise 'called'; end $$")
    db.execute("set search_path = lair, public")

    rows = db.execute("select outcome from archive.restore('public.item', %s)", [archived]).fetchall()

    assert rows == [("restored",)] * 3


def test_a_table_of_somebody_elses_cannot_be_archived(db):
    """Its policies and the checks of its domains would run as the archive's owner."""
    with connect(SUPERUSER) as superuser:
        superuser.execute(f"create table t (id int primary key); alter table t owner to {STRANGER}")

        assert sqlstate(superuser, "select archive.enable('t')") == "AR422"
