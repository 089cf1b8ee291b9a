"""What archive.enable() refuses, each with its reason."""

import psycopg
import pytest

from tests.conftest import STRANGER, SUPERUSER, connect
from tests.sql.conftest import HEALTH, sqlstate


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("create table t (id int)", "no primary key"),
        ("create unlogged table t (id int primary key)", "unlogged"),
        ("create temp table t (id int primary key)", "system|temporary"),
        ("create view t as select 1 as id", "not a table"),
        (
            "create table p (id int primary key); create table t () inherits (p); alter table t add primary key (id)",
            "inheritance",
        ),
        (
            "create table t (id int primary key); create rule r as on insert to t do also select 1",
            "rule ON INSERT",
        ),
        (f"create table {'t' * 46} (id int primary key)", "45 bytes"),
    ],
)
def test_what_cannot_be_archived_is_refused_with_a_reason(db, table, reason):
    db.execute(table)

    with pytest.raises(psycopg.Error, match=reason) as error:
        db.execute("select archive.enable(%s)", ["t" * 46 if "tttt" in table else "t"])

    assert error.value.sqlstate == "AR422"


@pytest.mark.parametrize("source", ["item_archive", "pg_class", "archive.registry"])
def test_neither_catalogues_nor_archives_are_archived(db, source):
    with pytest.raises(psycopg.Error) as error:
        db.execute("select archive.enable(%s)", [source])

    assert error.value.sqlstate == "AR422"


@pytest.mark.parametrize("change", ["alter table item alter title type text", "alter table item alter id type text"])
def test_a_changed_type_is_refused_with_the_statement_to_run(db, archived, change):
    db.execute("alter table item drop constraint item_title_check" if "title" in change else "select 1")
    db.execute(change)

    with pytest.raises(psycopg.Error, match="in public.item and .* in public.item_archive") as refused:
        db.execute("select archive.enable('item')")
    assert refused.value.sqlstate == "AR409"

    db.execute(refused.value.diag.message_hint.split(";")[0])
    db.execute("select archive.enable('item')")


@pytest.mark.parametrize("exclude", ["{id}", "{nonsense}", "{null}"])
def test_neither_the_key_nor_unknown_columns_can_be_excluded(db, exclude):
    with pytest.raises(psycopg.Error, match="cannot be excluded") as error:
        db.execute("select archive.enable('item', exclude => %s)", [exclude])

    assert error.value.sqlstate == "AR422"


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        ("create table slot_archive (archive_id bigint)", "is not a partitioned table.*id is missing"),
        ("create view slot_archive as select 1 as id", "is not a partitioned table"),
        ("create table slot_archive (id int) partition by list (id)", "is not partitioned by range of archived_at"),
    ],
)
def test_another_relation_of_the_archives_name_is_refused_with_a_reason(db, archive, reason):
    db.execute(f"create table slot (id int primary key); {archive}")

    with pytest.raises(psycopg.Error, match=reason) as error:
        db.execute("select archive.enable('slot')")

    assert error.value.sqlstate == "AR409"


@pytest.mark.parametrize(
    ("make", "source", "reason"),
    [
        ("create materialized view t as select 1 as id", "t", "not a table"),
        ("create sequence t", "t", "not a table"),
        ("create type t as (id int)", "t", "not a table"),
        ("create table x (id int primary key)", "x_pkey", "not a table"),
        (
            "create table x (id int primary key) partition by list (id); create table t partition of x default",
            "t",
            "is a partition: archive public.x",
        ),
        ("", "item_archive_default", "is a partition"),
        ("", "information_schema.sql_features", "schema of the system's"),
        ("create schema a; create table a.t (id int unique)", "a.t", "no primary key"),
        (
            f'create schema "{"s" * 30}"; create table "{"s" * 30}".{"t" * 40} (id int primary key)',
            "",
            "too long a name",
        ),
        ('create table "' + "ü" * 23 + '" (id int primary key)', "ü" * 23, "45 bytes"),
    ],
)
def test_more_of_what_cannot_be_archived_is_refused_with_a_reason(db, make, source, reason):
    if make:
        db.execute(make)

    with pytest.raises(psycopg.Error, match=reason) as error:
        db.execute("select archive.enable(%s)", [source or f"{'s' * 30}.{'t' * 40}"])

    assert error.value.sqlstate == "AR422"
    assert db.execute(HEALTH).fetchall() == []


def test_a_foreign_table_is_refused(db):
    with connect(SUPERUSER) as superuser:
        superuser.execute(
            "create foreign data wrapper dummy; create server nowhere foreign data wrapper dummy;"
            "create foreign table t (id int not null) server nowhere"
        )

    with pytest.raises(psycopg.Error, match="foreign table") as error:
        db.execute("select archive.enable('t')")

    assert error.value.sqlstate == "AR422"


def test_a_table_of_somebody_elses_cannot_be_archived(db):
    """Its policies and the checks of its domains would run as the archive's owner."""
    with connect(SUPERUSER) as superuser:
        superuser.execute(f"create table t (id int primary key); alter table t owner to {STRANGER}")

        assert sqlstate(superuser, "select archive.enable('t')") == "AR422"
