"""Citus: what is distributed by row is refused, and the archive's own code stays on the coordinator.

Its catalogue is stood in for by a table of the same columns: Citus is not at hand.
"""

import psycopg
import pytest
from app.core import install

from tests.conftest import SUPERUSER, connect
from tests.sql.conftest import HEALTH


@pytest.fixture
def distribute(db):
    """Let the catalogue of Citus say that a table is distributed, by this method."""
    with connect(SUPERUSER, options="-c allow_system_table_mods=on") as superuser:
        superuser.execute(
            'create table pg_catalog.pg_dist_partition (logicalrelid regclass, partmethod "char");'
            "grant select on pg_catalog.pg_dist_partition to public"
        )

        def distribute(table, method):
            superuser.execute("insert into pg_catalog.pg_dist_partition values (%s, %s)", [table, method])

        yield distribute


@pytest.mark.parametrize("method", ["h", "r", "a"])
def test_a_table_distributed_by_row_is_refused(db, distribute, method):
    db.execute("create table note (id int primary key)")
    distribute("note", method)

    with pytest.raises(psycopg.Error, match="is distributed by row over a cluster") as refused:
        db.execute("select archive.enable('note')")

    assert refused.value.sqlstate == "AR422"


def test_a_reference_table_is_archived(db, distribute):
    db.execute("create table note (id int primary key)")
    distribute("note", "n")

    db.execute("select archive.enable('note'); insert into note values (1); delete from note")

    assert db.execute("select count(*) from note_archive").fetchone() == (1,)


def test_health_says_so_of_a_table_distributed_later(db, distribute):
    distribute("item", "h")

    assert [(name, "is distributed by row" in detail) for name, detail in db.execute(HEALTH)] == [
        ("source can be archived", True)
    ]


def test_the_code_is_applied_without_propagation_and_the_tables_with(db):
    propagation = [line for line in install.bundle().splitlines() if "citus.enable_ddl_propagation" in line]

    assert propagation[0] == "set local citus.enable_ddl_propagation = off;"
    assert propagation[-1] == "set local citus.enable_ddl_propagation = on;"
