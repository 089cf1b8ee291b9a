"""Every command of the guides works, in the order of the page."""

import contextlib
import os
import re
import subprocess
import sys
from decimal import Decimal

import duckdb
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from app.core import embedded, install
from app.core.resources import REPOSITORY

from tests.cli.conftest import COMMAND
from tests.conftest import BINARIES, SUPERUSER
from tests.db import template
from tests.install.conftest import KEEPER

DOCS = REPOSITORY / "docs"


def blocks(name, *languages):
    """The fenced blocks of a guide in these languages, in order."""
    text = (DOCS / name).read_text()
    return [
        (language, code)
        for language, code in re.findall(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        if language in languages
    ]


@pytest.fixture
def run(host, shop, tmp_path):
    """Run a block as a reader would: a shell with the command and PostgreSQL's programs, or psql."""
    programs = [COMMAND.parent, BINARIES, embedded.binaries()]
    libpq = {"PGHOST": host, "PGUSER": KEEPER, "PGDATABASE": "shop"}
    environment = {"PATH": ":".join([*map(str, programs), os.environ["PATH"]])} | libpq

    def run(language, code):
        program = ["bash", "-euo", "pipefail"] if language == "sh" else ["psql", "-X", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(program, input=code, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), f"{code}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def note(shop):
    """An archive with a table that has something in it."""
    install.install(shop)
    shop.execute("create table note (id int primary key); insert into note values (1); select archive.enable('note')")


def test_your_own_database(run, connect, shop):
    told = [run(*block) for block in blocks("guides/own-database.md", "sh", "sql")]

    assert "restored" in "".join(told)
    assert shop.execute("select count(*) from note").fetchone() == (2,)
    with connect("shop", SUPERUSER) as superuser:
        superuser.execute("drop owned by shopkeeper; drop role shopkeeper")


def test_upgrade_and_uninstall(run, note, shop):
    for block in blocks("guides/upgrade-and-uninstall.md", "sh"):
        run(*block)

    assert shop.execute("select to_regclass('note_archive'), to_regnamespace('archive')").fetchone() == (None, None)


def test_lookups_and_search(run, shop):
    install.install(shop)

    told = [run(*block) for block in blocks("guides/lookups.md", "sh", "sql")]

    assert "memo   | undo" in told[0]
    assert shop.execute("select lookups from archive.registry").fetchone() == ("all",)


def test_backup(run, note, connect, make_database):
    told = [run(*block) for block in blocks("guides/backup.md", "sh")]

    assert "1\n" in told[2]
    with connect("copy") as copy:
        assert copy.execute("select value from archive.settings where name = 'roles'").fetchone() == ("copy",)
        copy.execute("select archive.uninstall(true)")
    with connect("postgres") as keeper:
        keeper.execute("drop database copy")


def test_from_deleted_at(run, shop):
    shop.execute(
        """
        create table note (id int primary key, text text, deleted_at timestamp, deleted_by text);
        insert into note values
            (1, 'live', null, null), (2, 'old', '2024-01-31 12:00', 'ada'), (3, 'older', '2023-01-01', 'bob');
        create view live_note as select id, text from note where deleted_at is null;
        create unique index note_live on note (text) where deleted_at is null;
        """
    )

    told = [run(*block) for block in blocks("guides/from-deleted-at.md", "sh")]

    assert "2 rows were moved into the archive; 0 marked rows are left." in told[1]
    assert told[2] == "0\n"
    assert shop.execute("select id, text from note order by id").fetchall() == [(1, "live"), (2, "old")]
    assert told[-1].splitlines()[-1] == "0"


def test_from_the_template(run, shop, connect):
    shop.execute(template.NEWEST + template.ROWS)

    told = [run(*block) for block in blocks("guides/from-template.md", "sh")]

    assert "fe56fa70289e" in told[0]
    assert "(0 rows)" in told[-1]
    assert shop.execute("select title from item").fetchall() == [("Notebook",)]
    with connect("shop", SUPERUSER) as superuser:
        superuser.execute("drop owned by shop_api; drop role shop_api")


def test_export(run, shop, tmp_path):
    install.install(shop)
    told = []

    for language, code in blocks("export.md", "sh", "sql", "duckdb"):
        if language == "duckdb":
            with contextlib.chdir(tmp_path):
                statements = [statement for statement in code.split(";") if statement.strip()]
                told += [(relation := duckdb.sql(statement)) and str(relation.fetchall()) for statement in statements]
        else:
            told.append(run(language, code))

    text = "".join(filter(None, told))
    assert "1 files are whole" in text
    assert "Decimal('9.60')" in text
    assert "(1, 'red'), (1, 'blue')" in text
    assert shop.execute("select id, price, tags, text from note_back order by id").fetchall() == [
        (1, Decimal("9.50"), ["red", "blue"], "old"),
        (2, Decimal("0.10"), [], "older"),
    ]


@pytest.fixture
def engine(host, shop):
    install.install(shop)
    engine = sa.create_engine("postgresql+psycopg://", connect_args={"host": host, "user": KEEPER, "dbname": "shop"})
    yield engine
    engine.dispose()


def python_blocks():
    return [code for _, code in blocks("guides/own-database.md", "python")]


def test_sqlalchemy_and_alembic(engine, shop):
    revision, include, actor = python_blocks()[:3]
    names = {}
    with engine.begin() as connection:
        exec(revision, {"op": Operations(MigrationContext.configure(connection)), "sa": sa})
    exec(include, names)
    exec(actor, names)

    assert names["include_object"](None, "word_archive", "table", True, None) is False
    names["current_user"].set("ada")
    with names["Session"](engine) as session:
        session.execute(sa.text("insert into word values (1, 'x')"))
        session.execute(sa.text("delete from word"))
        session.commit()
    assert shop.execute("select text, archived_by from word_archive").fetchall() == [("x", "ada")]
    sa.event.remove(names["Session"], "after_begin", names["name_the_actor"])


DJANGO = """
import sys, types
import django
from django.conf import settings
host, guide = sys.argv[1:]
settings.configure(
    INSTALLED_APPS=["shop"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": host, "USER": "keeper", "NAME": "shop"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
)
django.setup()
from django.core.management import call_command
from django.db import transaction
from shop.models import Word
call_command("migrate", verbosity=0)
names = {}
exec(open(guide).read(), names)
request = types.SimpleNamespace(user=types.SimpleNamespace(pk=7))
view = names["name_the_actor"](lambda request: Word.objects.all().delete())
Word.objects.create(text="x")
with transaction.atomic():
    view(request)
"""


def test_django(host, shop, tmp_path):
    install.install(shop)
    migration, decorator = python_blocks()[3:]
    package = tmp_path / "shop"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "migrations" / "__init__.py").touch()
    (package / "models.py").write_text(
        "from django.db import models\n\n\nclass Word(models.Model):\n    text = models.TextField()\n"
    )
    (package / "migrations" / "0001_initial.py").write_text(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = [\n"
        '        migrations.CreateModel("Word", [("id", models.AutoField(primary_key=True)),'
        ' ("text", models.TextField())])\n    ]\n'
    )
    (package / "migrations" / "0002_archive.py").write_text(migration)
    guide = tmp_path / "guide.py"
    guide.write_text(decorator)

    run = [sys.executable, "-c", DJANGO, host, guide]
    done = subprocess.run(
        run, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert shop.execute("select text, archived_by from shop_word_archive").fetchall() == [("x", "7")]
