"""Statements of an attacker who holds a login: the API's, an auditor's, or that of a stranger.

Attackers may make tables and functions in a schema of their own and in public, and have temporary tables. None of what
they try changes an archived row or the archive's definition.
"""

import pytest

from tests.conftest import AUDITOR, OWNER, RUNTIME, connect
from tests.sql.conftest import DENIED, LOGINS, sqlstate

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
