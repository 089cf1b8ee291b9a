"""Restores that race: with each other, with an old snapshot, and with the deletion of the owner."""

import threading

import psycopg
import pytest
from psycopg.errors import SerializationFailure

from tests.conftest import RUNTIME, connect


def test_of_many_racing_restores_exactly_one_wins(archived, restore):
    outcomes = []

    def race():
        with connect(RUNTIME) as connection:
            try:
                outcomes.extend(restore(archived[:1], connection=connection))
            except psycopg.Error as error:
                outcomes.append(error.sqlstate)

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == sorted(["('restored', None)", *["AR409"] * 19])


@pytest.mark.parametrize("level", [psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE])
def test_a_loser_with_an_old_snapshot_gets_40001(archived, restore, level):
    with connect(RUNTIME, autocommit=False) as loser, connect(RUNTIME) as winner:
        loser.isolation_level = level
        loser.execute("select count(*) from item")
        restore(archived[:1], connection=winner)

        with pytest.raises(SerializationFailure):
            restore(archived[:1], connection=loser)


def test_an_owner_deleted_during_a_restore_leaves_nothing_lost(db, archived, owner, restore):
    with connect(RUNTIME, autocommit=False) as restorer, connect(RUNTIME) as deleter:
        restore(archived[:1], connection=restorer)
        racing = threading.Thread(target=deleter.execute, args=['delete from "user" where id = %s', [owner]])
        racing.start()
        restorer.commit()
        racing.join()

    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert db.execute("select count(*) from item_archive").fetchone() == (4,)


def test_an_owner_deleted_before_a_restore_commits_refuses_it(db, archived, owner, restore):
    with connect(RUNTIME, autocommit=False) as deleter:
        deleter.execute('delete from "user" where id = %s', [owner])
        deleter.commit()

    with pytest.raises(psycopg.Error, match="its owner no longer exists"):
        restore(archived)
