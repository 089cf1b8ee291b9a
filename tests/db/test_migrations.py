"""Migrations: twice is once, down and up again, and a table and its archive change together."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from app.core import migrations
from app.core.config import settings
from app.core.embedded import binaries
from app.core.resources import REPOSITORY

from tests.conftest import HOST, OWNER, PORT

SNAPSHOT = REPOSITORY / "db" / "schema.sql"


def dump() -> str:
    """The schema of the current test's database, without its partitions, which follow the calendar."""
    pg_dump = [binaries() / "pg_dump", f"--host={HOST}", f"--port={PORT}", f"--username={OWNER}"]
    what = ["--schema-only", "--no-owner", "--restrict-key=archive", "--exclude-table=*_archive_(y*|default)"]
    done = subprocess.run(
        [*pg_dump, *what, settings.POSTGRES_DB], check=True, capture_output=True, text=True, env={"PGTZ": "UTC"}
    )
    # Before 18, a view's columns are shown with their table even where there is only one. 15.20 stores a version of
    # each column among its options, which only a pg_dump of the same age leaves out.
    text = re.sub(r"-- Dumped .*\n|\bdeleted\.|ALTER TABLE ONLY .* SET \(pg_attver=\d+\);\n", "", done.stdout)
    return re.sub(r"\btg_relid (<>|=) \d+", r"tg_relid \1 0", text)  # the oids of this database


def test_the_snapshot_shows_what_migrations_make(db):
    """`make schema` writes it."""
    if "WRITE_SCHEMA" in os.environ:
        SNAPSHOT.write_text(dump())

    assert dump() == SNAPSHOT.read_text()


def test_migrating_twice_changes_nothing(db):
    before = dump(), db.execute("select * from archive.registry").fetchall()

    migrations.upgrade()

    assert (dump(), db.execute("select * from archive.registry").fetchall()) == before


def test_functions_in_place_are_left_alone(db):
    """To make them anew would fail the restores in flight."""
    functions = "select oid::int, xmin::text from pg_proc where pronamespace = 'archive'::regnamespace order by 1"
    before = db.execute(functions).fetchall()

    migrations.upgrade()

    assert db.execute(functions).fetchall() == before


@pytest.mark.parametrize(
    "harm",
    [
        "drop function archive.purge",
        "create or replace function archive.actor() returns text language sql as $$ select 'nobody' $$",
        "grant execute on function archive.purge to archive_runtime",
        "revoke select on item from archive_runtime",
    ],
)
def test_functions_and_grants_that_somebody_changed_are_put_right(db, harm):
    before = dump()
    db.execute(harm)

    migrations.upgrade()

    assert dump() == before


def test_the_models_are_what_the_migrations_make(db):
    command.check(migrations.config())


def test_down_to_nothing_and_up_again(db):
    before = dump()

    command.downgrade(migrations.config(), "base")
    assert re.findall("CREATE .* public.*", dump()) == ["CREATE TABLE public.archive_table_version ("]
    assert db.execute("select count(*) from archive.registry").fetchone() == (0,)

    migrations.upgrade()
    assert dump() == before


def test_deletes_go_on_during_a_migration(db, runtime, owner_with_item):
    """Applying sql/ drops and makes every function but those that deletes call."""
    with psycopg.connect(host=HOST, port=PORT, user=OWNER, dbname=settings.POSTGRES_DB) as migrator:
        migrator.execute("drop function archive.uninstall")  # so that all are made anew
        migrations.apply_archive(migrator)
        runtime.execute("set lock_timeout = '2s'")
        runtime.execute("delete from item")

    assert db.execute("select count(*) from item_archive").fetchone() == (1,)


def test_a_column_of_item_alone_is_archived_after_the_migration(db, owner_with_item):
    db.execute("alter table item add column colour text default 'red'")

    migrations.upgrade()
    db.execute("delete from item")

    assert db.execute("select colour, overflow from item_archive").fetchall() == [("red", None)]


def test_a_changed_type_of_item_alone_stops_the_migration_and_is_named(db):
    db.execute("alter table item drop constraint item_title_check; alter table item alter title type text")

    with pytest.raises(psycopg.Error, match="title is text in public.item"):
        migrations.upgrade()


@pytest.fixture
def owner_with_item(db):
    db.execute(
        "with ada as (insert into \"user\" (email) values ('ada@example.com') returning id)"
        " insert into item (title, owner_id) select 'x', id from ada"
    )


@pytest.fixture
def scratch(tmp_path) -> Path:
    """A copy of the project, to be changed."""
    for folder in ["backend", "db", "sql"]:
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def archive_table(scratch):
    """The command of that copy."""

    def archive_table(*arguments: str) -> None:
        run = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
        environment = {"PYTHONPATH": str(scratch / "backend"), "POSTGRES_DB": settings.POSTGRES_DB}
        done = subprocess.run(
            run, cwd=scratch, env=os.environ | environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    return archive_table


@pytest.fixture
def item_model(scratch) -> Path:
    return scratch / "backend" / "app" / "models" / "items.py"


@pytest.fixture
def item_comments(scratch) -> Path:
    return scratch / "sql" / "app" / "20_comments.sql"


def test_a_field_added_to_the_model_is_archived_with_no_other_edit(
    db, owner_with_item, scratch, archive_table, item_model
):
    field = "    title: str = Field(min_length=1, max_length=255)\n"
    head, tail = item_model.read_text().split("class ItemBase(Schema):", 1)
    item_model.write_text(
        head + "class ItemBase(Schema):" + tail.replace(field, f"{field}    colour: str | None = None\n", 1)
    )

    archive_table("revision", "-m", "colour")
    archive_table("migrate")

    db.execute("update item set colour = 'red'; delete from item")
    assert db.execute("select colour from item_archive").fetchall() == [("red",)]
    (revision,) = (scratch / "db" / "versions").glob("*colour.py")
    assert revision.read_text().count("op.add_column") == 1
    assert f'revision = "{revision.stem}"' in revision.read_text()
    check = [sys.executable, "-m", "ruff", "check", "--ignore=D205", revision]
    assert subprocess.run(check, cwd=scratch, capture_output=True).returncode == 0
    archive_table("migrate")


@pytest.fixture
def archived_item(db, owner_with_item):
    """An item that was deleted before the migration."""
    db.execute("update item set description = 'oak'; delete from item")


def test_a_field_removed_from_the_model_leaves_the_archives_values(
    db, archived_item, scratch, archive_table, item_model, item_comments
):
    item_model.write_text(re.sub(r"    description: .*\n", "", item_model.read_text()))
    item_comments.write_text(re.sub(r".*\.description is .*\n", "", item_comments.read_text()))

    archive_table("revision", "-m", "remove")
    archive_table("migrate")

    (revision,) = (scratch / "db" / "versions").glob("*remove.py")
    assert "item_archive" not in revision.read_text()
    assert db.execute("select description from item_archive").fetchall() == [("oak",)]
    ((detail,),) = db.execute("select detail from archive.restore('item', '{1}')")
    assert detail == "left out, for item has no such column now: description"


def test_a_field_renamed_in_the_model_is_pointed_out_in_the_revision(
    db, archived_item, scratch, archive_table, item_model, item_comments
):
    for file in [item_model, item_comments]:
        file.write_text(file.read_text().replace("description", "summary"))
    archive_table("revision", "-m", "rename")
    (revision,) = (scratch / "db" / "versions").glob("*rename.py")
    text = revision.read_text()
    rename = 'op.alter_column("item", "description", new_column_name="summary")'
    assert f"# {rename}" in text
    assert "item_archive" not in text

    # As the comment says: the rename in place of both.
    up, down = text.split("def downgrade")
    up = re.sub(r"    op\.(?:add|drop)_column\((?:.*|\n(?:        .*\n)+    )\)\n", "", up)
    revision.write_text(f"{up.replace(f'# {rename}', rename)}def downgrade{down}")
    archive_table("migrate")

    assert db.execute("select summary from item_archive").fetchall() == [("oak",)]
    db.execute("select archive.restore('item', '{1}')")
    assert db.execute("select summary from item").fetchall() == [("oak",)]
    archive_table("migrate")
