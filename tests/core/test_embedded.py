"""The embedded PostgreSQL: who starts it, who stops it, and what survives a kill."""

import os
import pwd
import subprocess
import sys

import psutil
import psycopg
import pytest
from app.core import embedded
from app.core.embedded import Server

from tests.cli.conftest import postmaster


def answers(server: Server) -> bool:
    try:
        host = str(embedded.socket_directory(server.data))
        psycopg.connect(host=host, port=5432, user=embedded.SUPERUSER, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_last_of_two_users_stops_the_server(data):
    first, second = Server(data), Server(data)
    first.acquire()
    second.acquire()

    first.release()
    assert answers(second)

    second.release()
    assert not answers(second)


def test_a_killed_user_does_not_keep_the_server_running(data):
    program = "import sys; from pathlib import Path; from app.core import embedded; "
    program += "embedded.ensure(Path(sys.argv[1])); print('up', flush=True); sys.stdin.read()"
    arguments = [sys.executable, "-c", program, data]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout.readline() == b"up\n"
        user.kill()
    process = postmaster(data)

    with Server(data) as server:
        assert postmaster(data) == process  # it outlived its user
        assert answers(server)

    assert not answers(server)


def test_a_crashed_server_recovers_at_the_next_start(data):
    host = str(embedded.socket_directory(data))
    crashed = Server(data)
    crashed.acquire()
    with psycopg.connect(host=host, user=embedded.SUPERUSER, dbname="postgres") as connection:
        connection.execute("create table kept as select 1 as one")
    process = postmaster(data)
    processes = [process, *process.children()]
    process.kill()
    psutil.wait_procs(processes, timeout=30)

    with Server(data), psycopg.connect(host=host, user=embedded.SUPERUSER, dbname="postgres") as connection:
        assert connection.execute("select one from kept").fetchall() == [(1,)]
        connection.close()
        crashed.release()


def test_a_killed_server_is_started_again_by_who_uses_it(data):
    with Server(data) as server:
        process = postmaster(data)
        processes = [process, *process.children()]
        process.kill()
        psutil.wait_procs(processes, timeout=30)

        server.acquire()

        assert answers(server)
    assert not answers(server)


def test_a_database_can_be_moved(data):
    host = str(embedded.socket_directory(data))
    with Server(data), psycopg.connect(host=host, user=embedded.SUPERUSER, dbname="postgres") as connection:
        connection.execute("create table kept as select 1 as one")
        connection.commit()
    moved = data.with_name("elsewhere")
    data.rename(moved)

    with Server(moved) as server:
        assert answers(server)


@pytest.mark.parametrize("name", ["x" * 120, "it's a place, with spaces"])
def test_any_path_will_do(data, name):
    folder = data.with_name(name)
    folder.mkdir()

    with Server(folder / "postgres") as server:
        assert answers(server)


def test_the_port_does_not_come_from_the_shell(data, monkeypatch):
    monkeypatch.setenv("PGPORT", "5999")

    with Server(data) as server:
        assert answers(server)


def test_an_interrupted_initialisation_is_begun_anew(data):
    draft = data.with_name("postgres.draft")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("half")

    with Server(data) as server:
        assert answers(server)

    assert not draft.exists()


def test_an_interrupted_start_leaves_no_server(data, monkeypatch):
    start = Server._start

    def start_and_be_interrupted(server):
        start(server)
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "_start", start_and_be_interrupted)

    with pytest.raises(KeyboardInterrupt):
        Server(data).acquire()

    assert not answers(Server(data))


MAKE_SYSTEM_USER = """
import pwd, sys
from app.core import embedded

embedded.SYSTEM_USER = sys.argv[1]
print("ready", flush=True)
sys.stdin.readline()
print(pwd.getpwnam(embedded._system_user()).pw_uid)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes the system user, and only root needs it")
def test_processes_that_make_the_system_user_at_once_know_the_same_one():
    name = "archive-test"
    command = [sys.executable, "-c", MAKE_SYSTEM_USER, name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n"

        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        ids = {process.communicate()[0].strip() for process in processes}

        assert ids == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        subprocess.run(["userdel", name], check=True)
