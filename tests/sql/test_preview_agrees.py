"""A dry run says what the real call then does, and changes nothing: over many histories of users and items.

Each history is made of real transactions: people and items come, go, come back under the same id or e-mail, and are
restored. Before every restore of a history stands its dry run, and what both say and do is compared.
"""

import json
import re
import uuid

import psycopg
from hypothesis import HealthCheck, configuration, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from psycopg.rows import dict_row

from tests.conftest import RUNTIME, SCRATCH, connect

configuration.set_hypothesis_home_dir(SCRATCH)  # nothing of it in the repository

USERS = [str(uuid.UUID(int=n)) for n in (1, 2, 3)]
ITEMS = [str(uuid.UUID(int=n)) for n in (11, 12, 13, 14)]
NOBODY = str(uuid.UUID(int=99))
EMAILS = ["ada@example.com", "ADA@example.com", "bob@example.com"]

# None of these fails: what cannot be, is not done.
user_arrives = st.tuples(
    st.just('insert into "user" (id, email) values (%s, %s) on conflict do nothing'),
    st.tuples(st.sampled_from(USERS), st.sampled_from(EMAILS)),
)
item_arrives = st.tuples(
    st.just(
        "insert into item (id, title, owner_id) select %s, 'x', id from \"user\" where id = %s on conflict do nothing"
    ),
    st.tuples(st.sampled_from(ITEMS), st.sampled_from(USERS)),
)
user_leaves = st.tuples(st.just('delete from "user" where id = %s'), st.tuples(st.sampled_from(USERS)))
item_leaves = st.tuples(st.just("delete from item where id = %s"), st.tuples(st.sampled_from(ITEMS)))
all_leave = st.sampled_from([("delete from item", ()), ("truncate item", ()), ('truncate "user" cascade', ())])

overrides = {
    "item": {
        "id": st.sampled_from([*ITEMS, NOBODY]),
        "owner_id": st.sampled_from([*USERS, NOBODY, None]),
        "title": st.sampled_from(["another", "another", "", None]),
    },
    "user": {"id": st.sampled_from([*USERS, NOBODY]), "email": st.sampled_from([*EMAILS, None])},
}
restores = st.sampled_from(["item", "item", "user"]).flatmap(
    lambda table: st.tuples(st.just(table), st.just({}) | st.fixed_dictionaries({}, optional=overrides[table]))
)
odd = st.sampled_from(
    [
        *[{}] * 20,
        {"overrides": {"colour": "red"}},
        {"overrides": {"id": "garbage"}},
        {"overrides": []},
        {"on_conflict": "overwrite"},
        {"ids": [-1]},
        {"ids": [None]},
    ]
)
on_conflict = st.sampled_from(["fail", "skip", "copy", "copy"])

ANSWER = "select trim(source::text, '\"') as source, archive_id, row_id, outcome, detail"
RESTORE = f"{ANSWER} from archive.restore(%(table)s, %(ids)s::bigint[], %(overrides)s, %(on_conflict)s, %(dry_run)s)"
UNDO = f"{ANSWER} from archive.restore_transaction(%(transaction)s, null, %(on_conflict)s, %(dry_run)s)"

NEWEST = "restored_at is not null, archive_id desc"

UNTOUCHED = """
    select format('select %1$L, ctid::text, xmin::text, t::text from %1$s t', c.oid::regclass)
      from pg_class c
     where c.relkind = 'r' and c.relnamespace::regnamespace::text !~ '^(pg_catalog|information_schema)$'
"""
"""A statement for each table there is, temporary ones included. xmax is left out: a dry run may lock."""

ROWS = {
    "live": "select 'item', id::text, t::text from item t union all select 'user', id::text, t::text from \"user\" t",
    "archived": "select 'item', archive_id, t::text from item_archive t"
    " union all select 'user', archive_id, t::text from user_archive t",
}


class Histories(RuleBasedStateMachine):
    def __init__(self, owner: psycopg.Connection, api: psycopg.Connection):
        super().__init__()
        self.owner, self.api = owner, api

    @initialize()
    def some_have_left(self):
        """And one has come back, so that a history is about restoring from its first step."""
        self.owner.execute('delete from item; delete from "user"; delete from item_archive; delete from user_archive')
        for n, user in enumerate(USERS[:2]):
            self.owner.execute('insert into "user" (id, email) values (%s, %s)', [user, EMAILS[n * 2]])
            for item in ITEMS[n * 2 :][:2]:
                self.owner.execute("insert into item (id, title, owner_id) values (%s, 'x', %s)", [item, user])
        self.owner.execute("delete from item")
        self.owner.execute(
            "insert into item (id, title, owner_id) values (%s, 'the new one', %s)", [ITEMS[0], USERS[0]]
        )
        self.owner.execute('delete from "user" where id = %s', [USERS[1]])

    @rule(changes=st.lists(user_arrives | item_arrives, min_size=1, max_size=4))
    def some_arrive(self, changes):
        self.in_one_transaction(changes)

    @rule(changes=st.lists(user_leaves | item_leaves | all_leave, min_size=1, max_size=4))
    def some_leave(self, changes):
        self.in_one_transaction(changes)

    @rule(changes=st.lists(user_arrives | item_arrives | user_leaves | item_leaves, min_size=2, max_size=6))
    def some_arrive_and_leave(self, changes):
        self.in_one_transaction(changes)

    @rule(restores=restores, picks=st.lists(st.integers(0, 7), max_size=4), on_conflict=on_conflict, odd=odd)
    def some_are_restored(self, restores, picks, on_conflict, odd):
        """Some of what a table's archive has, whatever became of it; rather what is not yet restored."""
        table, overrides = restores
        archived = [id for (id,) in self.owner.execute(f"select archive_id from {table}_archive order by {NEWEST}")]
        ids = [archived[pick % len(archived)] for pick in picks if archived]
        arguments = {"table": f'"{table}"', "ids": ids, "overrides": overrides, "on_conflict": on_conflict}
        self.agree(RESTORE, arguments | odd)

    @rule(pick=st.integers(0, 3), on_conflict=on_conflict)
    def a_deletion_is_undone(self, pick, on_conflict):
        """Whether or not it was before, or in part."""
        ids = [id for (id,) in self.owner.execute("select transaction_id from archive.transactions order by 1 desc")]
        self.agree(UNDO, {"transaction": ids[pick % len(ids)], "on_conflict": on_conflict})

    def in_one_transaction(self, changes):
        with self.owner.transaction():
            for statement, values in changes:
                self.owner.execute(statement, values)

    def agree(self, call, arguments):
        before = self.everything()
        foretold, foretold_error = self.call(call, arguments, dry_run=True)
        assert self.everything() == before

        live, archived = self.rows("live"), self.rows("archived")
        done, error = self.call(call, arguments, dry_run=False)

        conflicts = [row for row in foretold if row["outcome"] == "conflict"]
        if conflicts:
            assert error
            assert error.sqlstate == "AR409"
            named = [row for row in conflicts if re.search(rf"\b{row['archive_id']}\b", str(error))]
            assert any(row["detail"] in str(error) for row in named)
        else:
            assert repr(error) == repr(foretold_error)
        if error:
            assert error.sqlstate in {"AR404", "AR409", "AR422"}
            assert self.everything() == before
        else:
            assert self.said(foretold) == self.said(done)
            self.did(done, live, archived)
        if arguments["on_conflict"] == "skip":
            again, _ = self.call(call, arguments, dry_run=True)
            assert {row["outcome"] for row in again} <= {"would_skip"}, "nothing was skipped that could be restored"

    def did(self, done, live, archived):
        """What the real call said is what happened, and nothing else did."""
        back = [row for row in done if row["outcome"] in {"restored", "copied"}]
        new = self.rows("live") - live
        assert live <= self.rows("live")
        assert sorted((name, id) for name, id, _ in new) == sorted((row["source"], row["row_id"]) for row in back)
        marked = {(name, id) for name, id, _ in self.rows("archived") - archived}
        assert marked == {(row["source"], row["archive_id"]) for row in back}

    def call(self, call, arguments, dry_run):
        arguments = {name: json.dumps(v) if name == "overrides" else v for name, v in arguments.items()}
        cursor = self.api.cursor(row_factory=dict_row)
        try:
            return cursor.execute(call, arguments | {"dry_run": dry_run}).fetchall(), None
        except psycopg.Error as error:
            return [], error

    @staticmethod
    def said(rows):
        """The rows of either, in the words of the real call. The value of a new key nobody can know beforehand."""
        words = {"would_restore": "restored", "would_copy": "copied", "would_skip": "skipped"}
        rows = [row | {"outcome": words.get(row["outcome"], row["outcome"])} for row in rows]
        return [row | {"row_id": "new"} if row["outcome"] == "copied" else row for row in rows]

    def rows(self, kind):
        return set(self.owner.execute(ROWS[kind]).fetchall())

    def everything(self):
        statements = [statement for (statement,) in self.owner.execute(UNTOUCHED)]
        return sorted(self.owner.execute(" union all ".join(statements)).fetchall())


def test_a_dry_run_says_what_the_real_call_does_and_changes_nothing(db):
    # The same histories every time: what fails in CI fails at home.
    config = settings(
        max_examples=120,
        stateful_step_count=15,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    with connect(RUNTIME) as api:
        run_state_machine_as_test(lambda: Histories(db, api), settings=config)
