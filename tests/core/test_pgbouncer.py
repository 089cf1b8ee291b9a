"""Behind PgBouncer in transaction mode, where a client's next transaction may run on anybody's connection."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from app.core import embedded
from app.core.config import settings
from app.core.db import engine

from tests.conftest import until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
PORT = 6432

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (Debian: the package pgbouncer)")

CONFIGURATION = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_port = {listen_port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/logins
logfile = {folder}/log
pool_mode = transaction
default_pool_size = 2
"""


@pytest.fixture
def pool(db, monkeypatch) -> Iterator[str]:
    """The directory of the socket of a pooler; the application's connections go through it."""
    folder = Path(tempfile.mkdtemp(prefix="archive-table-pool-"))
    (folder / "logins").write_text(f'"{settings.POSTGRES_USER}" ""\n')
    configuration = CONFIGURATION.format(
        host=settings.host, port=settings.POSTGRES_PORT, listen_port=PORT, folder=folder
    )
    (folder / "pgbouncer.ini").write_text(configuration)
    user = None
    if os.geteuid() == 0:  # which it refuses to run as
        user = embedded._system_user()
        for path in [folder, *folder.iterdir()]:
            shutil.chown(path, user)
    with subprocess.Popen([PROGRAM, "--quiet", folder / "pgbouncer.ini"], user=user) as process:
        try:
            until(lambda: (folder / f".s.PGSQL.{PORT}").exists() or process.poll() is not None)
            assert process.poll() is None, (folder / "log").read_text()
            engine.dispose()
            monkeypatch.setattr(settings, "POSTGRES_SERVER", str(folder))
            monkeypatch.setattr(settings, "POSTGRES_PORT", PORT)
            monkeypatch.setattr(settings, "POSTGRES_PREPARED_STATEMENTS", False)
            yield str(folder)
        finally:
            engine.dispose()
            process.terminate()
    shutil.rmtree(folder)


def test_each_delete_through_a_pooler_keeps_its_own_actor_and_reason(pool, client, db, make_user, make_item, headers):
    users = [make_user() for _ in range(8)]
    items = [(user, make_item(user).id) for _ in range(10) for user in users]
    last = make_item(users[0]).id

    def delete(user, item_id):
        return client.delete(f"/api/v1/items/{item_id}", params={"reason": f"of {item_id}"}, headers=headers(user))

    with ThreadPoolExecutor(len(users)) as threads:
        answers = list(threads.map(lambda pair: delete(*pair), items))
    statement = f"delete from item where id = '{last}'"
    psql = [embedded.binaries() / "psql", "-h", pool, "-p", str(PORT), "-U", settings.POSTGRES_USER]
    subprocess.run([*psql, "-d", settings.POSTGRES_DB, "-c", statement], check=True, capture_output=True)

    assert {answer.status_code for answer in answers} == {200}
    archived = db.execute("select id, archived_by, reason from item_archive").fetchall()
    expected = {(item_id, str(user.id), f"of {item_id}") for user, item_id in items}
    assert set(archived) == expected | {(last, None, None)}
