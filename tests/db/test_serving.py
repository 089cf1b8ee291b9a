"""A newer program migrates while this one serves, takes over, and gives back: no delete and no read fails."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter

import httpx
import pytest
from alembic import command
from app.core import migrations
from app.core.config import settings
from app.core.resources import REPOSITORY

from tests.conftest import RUNTIME, connect, until

pytestmark = pytest.mark.slow

REVISION = '''"""A colour."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "20991231_colour", "{head}", None, None
def upgrade():
    op.add_column("item", sa.Column("colour", sa.String, server_default="red"))
def downgrade():
    op.drop_column("item", "colour")
'''


@pytest.fixture
def newer(tmp_path):
    """The program of a later day: one revision more, a field more in the model, other code in the archive."""
    for folder in ["backend", "db", "sql"]:
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / "db" / "versions" / "20991231_colour.py").write_text(REVISION.format(head=migrations.head()))
    model = tmp_path / "backend" / "app" / "models" / "items.py"
    field = "    title: str = Field(min_length=1, max_length=255)\n"
    head, tail = model.read_text().split("class ItemBase(Schema):", 1)
    model.write_text(head + "class ItemBase(Schema):" + tail.replace(field, f'{field}    colour: str = "red"\n', 1))
    with (tmp_path / "sql" / "archive" / "90_comments.sql").open("a") as file:
        file.write("comment on function archive.version() is 'Of a later day.';\n")
    return tmp_path


def environment(folder):
    return os.environ | {"PYTHONPATH": str(folder / "backend"), "POSTGRES_DB": settings.POSTGRES_DB}


def migrate(folder):
    run = [sys.executable, "-c", "from app.cli import main; main()", "migrate"]
    return subprocess.run(run, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)


@pytest.fixture
def newer_port(newer):
    """Starts the newer program, and returns its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    run = [sys.executable, "-m", "uvicorn", "app.main:app", f"--port={port}", "--log-level=warning"]
    started = []

    def start():
        started.append(subprocess.Popen(run, cwd=newer, env=environment(newer)))
        until(lambda: is_ready(port), 60)
        return port

    yield start
    for process in started:
        process.terminate()
        process.wait()


def is_ready(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/utils/ready/").status_code == 200
    except httpx.TransportError:
        return False


class Clients:
    """They make items, read them, delete them, and restore every third, from whichever program serves."""

    def __init__(self, port, headers):
        self.port, self.headers = port, headers
        self.deleted, self.restored, self.refused, self.failures = [], [], [], []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(3)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def more(self, count=30):
        target = len(self.deleted) + count
        until(lambda: self.failures or len(self.deleted) >= target, 60)

    def _work(self):
        with httpx.Client(headers=self.headers, timeout=60) as client:
            while not self._stop.is_set():
                self._one_item(client)

    def _one_item(self, client):
        item = self._ask(client, "POST", "/items/", json={"title": "x"})
        self._ask(client, "GET", f"/items/{item['id']}")
        self._ask(client, "DELETE", f"/items/{item['id']}")
        self.deleted.append(item["id"])
        (archived,) = self._ask(client, "GET", f"/archive/items/?item_id={item['id']}")["data"]
        if len(self.deleted) % 3 == 0:
            url = f"http://127.0.0.1:{self.port}/api/v1/archive/items/{archived['archive_id']}/restore"
            answer = client.post(url)
            if answer.status_code == 503 and answer.headers.get("Retry-After"):
                self.refused.append(answer.json())
            elif answer.status_code == 200:
                self.restored.append(item["id"])
            else:
                self.failures.append(answer.text)

    def _ask(self, client, method, path, **options):
        answer = client.request(method, f"http://127.0.0.1:{self.port}/api/v1{path}", **options)
        if answer.status_code != 200:
            self.failures.append((method, path, answer.status_code, answer.text))
            self._stop.set()
        return answer.json()


def test_upgraded_and_gone_back_under_load_no_delete_and_no_read_fails(db, port, admin, newer, newer_port):
    with Clients(port, admin) as clients:
        clients.more()
        done = migrate(newer)
        assert done.returncode == 0, done.stderr
        clients.more()
        assert is_ready(port)
        clients.port = newer_port()
        clients.more()
        clients.port = port  # back to the older program, on the newer schema
        clients.more()
        refused = migrate(REPOSITORY)

    assert clients.failures == []
    assert (refused.returncode, "Can't locate revision" in refused.stderr) == (1, True)
    assert is_ready(port)
    archived = db.execute("select id::text, colour, restored_at is not null from item_archive").fetchall()
    assert Counter(id for id, *_ in archived) == Counter(clients.deleted)
    assert sorted(id for id, _, restored in archived if restored) == sorted(clients.restored)
    assert sum(colour == "red" for _, colour, _ in archived) >= 60


def test_from_an_older_revision_and_core_no_delete_fails(db, make_user):
    """Deletes wait for an index that a revision makes anew; none is refused, or archived twice."""
    owner = make_user().id
    command.downgrade(migrations.config(), "20261124_retention")
    db.execute("drop function archive.purge; truncate archive.applied_code")
    deleted, failures, stop = [], [], threading.Event()

    def delete():
        with connect(RUNTIME) as runtime:
            while not stop.is_set():
                try:
                    insert = "insert into item (title, owner_id) values ('x', %s) returning id"
                    (id,) = runtime.execute(insert, [owner]).fetchone()
                    deleted.extend([id] * runtime.execute("delete from item where id = %s", [id]).rowcount)
                except Exception as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=delete) for _ in range(2)]
    for thread in threads:
        thread.start()
    until(lambda: len(deleted) > 50)
    migrations.upgrade()
    count = len(deleted)
    until(lambda: failures or len(deleted) > count + 50)
    stop.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Counter(id for (id,) in db.execute("select id from item_archive")) == Counter(deleted)
