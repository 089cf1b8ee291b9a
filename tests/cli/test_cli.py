"""The commands, as a user runs them: real processes, each on a database of the test's own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from app.core import embedded

COMMAND = Path(sys.executable).with_name("archive-table")
DEADLINE = 30
PASSWORD = "a password for tests"

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(data: Path, **variables: str) -> dict[str, str]:
    """Nothing of the surroundings but what a program needs to run."""
    kept = {name: os.environ[name] for name in ["PATH", "HOME", "TMPDIR"] if name in os.environ}
    return kept | {"EMBEDDED_PGDATA": str(data), "FIRST_SUPERUSER_PASSWORD": PASSWORD, "PORT": "0"} | variables


def run(data: Path, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        env=environment(data, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def assert_fails_with(result: subprocess.CompletedProcess[str], sentence: str) -> None:
    """One line for the user, and no traceback."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")
    assert sentence in result.stderr


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where a database could be."""
    return tmp_path / "postgres"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A migrated database, kept running."""
    data = tmp_path_factory.mktemp("cli") / "postgres"
    with embedded.Server(data):
        assert run(data, "migrate").returncode == 0
        yield data


@pytest.fixture
def archive_table(migrated: Path) -> Run:
    """The command, on the migrated database."""

    def archive_table(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        return run(migrated, *arguments, **options)

    return archive_table


# dev


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`archive-table dev`, and where it says that it serves."""
    errors = data.with_name("errors")
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            [COMMAND, "dev"], env=environment(data), stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as it,
    ):
        try:
            url = next((m[0] for line in it.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+", line))), "")
            assert url, errors.read_text()
            yield it, url
        finally:
            it.kill()
    assert "Traceback" not in errors.read_text()


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_dev_serves_until_interrupted_and_a_restart_ends_no_sign_in(data):
    login = {"username": "admin@example.com", "password": PASSWORD}

    with serving(data) as (server, url):
        assert httpx2.get(f"{url}/api/v1/utils/health-check/").json() is True
        token = httpx2.post(f"{url}/api/v1/login/access-token", data=login).json()["access_token"]
        database = postmaster(data)
        server.send_signal(signal.SIGINT)
        assert server.wait(DEADLINE) == 0
    assert ended(database)

    with serving(data) as (server, url):
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx2.post(f"{url}/api/v1/login/test-token", headers=headers).json()["email"] == login["username"]
        database = postmaster(data)
        server.send_signal(signal.SIGTERM)
        assert server.wait(DEADLINE) == 0
    assert ended(database)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_dev_can_be_stopped_while_it_starts(data, number):
    with subprocess.Popen([COMMAND, "dev"], env=environment(data), stderr=subprocess.PIPE, text=True) as starting:
        until(data.with_name("postgres.draft").exists)
        starting.send_signal(number)
        _, errors = starting.communicate(timeout=DEADLINE)

    assert starting.returncode == 0
    assert "Traceback" not in errors
    assert not data.exists() or not (data / "postmaster.pid").exists()
    assert run(data, "psql", "-Atc", "select 1").stdout == "1\n"  # and nothing is broken


def test_dev_stops_only_after_the_last_user_of_its_database(data):
    with embedded.Server(data), serving(data) as (server, _):
        server.terminate()
        assert server.wait(DEADLINE) == 0
        assert not ended(postmaster(data))


def test_dev_refuses_a_port_in_use_before_it_touches_the_database(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(data, "dev", PORT=str(port))

    assert_fails_with(result, f"Port {port} cannot be used")
    assert not data.exists()


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_dev_refuses_what_is_no_port(data, port):
    assert_fails_with(run(data, "dev", PORT=port), f'PORT is "{port}"')


# What a user can put right


def test_a_database_of_another_version_is_left_alone(data):
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")

    assert_fails_with(run(data, "migrate"), "is of PostgreSQL 15")


def test_a_directory_of_something_else_is_left_alone(data):
    data.mkdir()
    (data / "thesis.txt").write_text("the only copy")

    assert_fails_with(run(data, "migrate"), "holds something else")

    assert [file.name for file in data.iterdir()] == ["thesis.txt"]


def test_an_unreachable_server_is_named(data):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        port = str(closed.getsockname()[1])
        result = run(data, "migrate", POSTGRES_SERVER="127.0.0.1", POSTGRES_PORT=port)

    assert_fails_with(result, f"port {port} failed: Connection refused")


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD"])
def test_production_refuses_each_placeholder(data, name):
    secrets = {"SECRET_KEY": "x" * 32, "POSTGRES_PASSWORD": "x" * 32, name: "changethis"}

    assert_fails_with(run(data, "migrate", ENVIRONMENT="production", **secrets), f'{name} is "changethis"')


def test_a_setting_that_cannot_be_read_is_named(data):
    assert_fails_with(run(data, "migrate", SMTP_PORT="smtp"), "SMTP_PORT")


def test_a_placeholder_is_a_warning_of_one_line_in_local(archive_table):
    result = archive_table("health", FIRST_SUPERUSER_PASSWORD="changethis")

    assert result.returncode == 0
    assert re.fullmatch(r'warning: FIRST_SUPERUSER_PASSWORD is "changethis".*\n', result.stderr)


# migrate, health, demo


def test_migrating_twice_changes_nothing(archive_table):
    objects = """
        select oid, relfilenode, relname from pg_class where relnamespace = 'public'::regnamespace order by oid;
        select oid, tgname from pg_trigger order by oid;
        select id from "user";
    """
    before = archive_table("psql", "-At", stdin=objects).stdout

    assert archive_table("migrate").returncode == 0

    assert archive_table("psql", "-At", stdin=objects).stdout == before


def test_a_column_that_the_archive_lacks_stops_the_migration(archive_table):
    archive_table("psql", "-c", "alter table item add forgotten text")
    try:
        assert_fails_with(archive_table("migrate"), "forgotten")
    finally:
        archive_table("psql", "-c", "alter table item drop forgotten")


def test_health_fails_where_the_trigger_is_not_in_force(archive_table):
    healthy = archive_table("health")
    archive_table("psql", "-c", "alter table item disable trigger zz_archive_before_delete")
    try:
        ill = archive_table("health")
    finally:
        archive_table("psql", "-c", "alter table item enable always trigger zz_archive_before_delete")

    assert (healthy.returncode, ill.returncode) == (0, 1)
    assert "error" not in healthy.stdout
    assert re.search(r"item +delete trigger in force +error", ill.stdout)


def test_purge_tells_what_it_would_do_and_does_it_when_told(archive_table):
    old = "email = 'old@example.com'"
    archive_table(
        "psql", "-c", "select archive._partition_make_month('user_archive', archive._partition_month(now(), -14))"
    )
    archive_table("psql", "-c", "insert into \"user\" (email) values ('old@example.com')")
    archive_table("psql", "-c", f'delete from "user" where {old}')
    archive_table("psql", "-c", f"update user_archive set archived_at = now() - interval '400 days' where {old}")

    told = archive_table("purge", "--older-than", "365d")
    done = archive_table("purge", "--older-than", "365d", "--yes", "--reason", "a year is over")

    assert '"user" 1 0 1' in " ".join(told.stdout.split())
    assert "--yes would destroy them" in told.stdout
    assert '"user" 1 0 1' in " ".join(done.stdout.split())
    logged = archive_table("psql", "-Atc", "select action, rows, reason from archive.purge_log").stdout
    assert logged == "purge|1|a year is over\n"
    assert archive_table("psql", "-Atc", f"select count(*) from user_archive where {old}").stdout == "0\n"


@pytest.mark.parametrize("age", ["365", "d", "-1d", "1y", "999999d"])
def test_purge_refuses_what_is_no_age(data, age):
    assert_fails_with(run(data, "purge", f"--older-than={age}"), "--older-than takes a number of hours, days or weeks")


def test_health_before_the_first_migration_says_what_is_missing(data):
    run(data, "psql", "-c", "")  # starts a database that has nothing in it

    assert_fails_with(run(data, "health"), "does not exist")


def test_the_demo_runs_to_its_end_and_can_be_repeated(archive_table):
    for _ in range(2):
        result = archive_table("demo")

        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.count("refused, AR409") == 2
    assert archive_table("psql", "-Atc", "select count(*) from item").stdout == "0\n"


# psql


def test_psql_prints_the_answer_only(archive_table):
    result = archive_table("psql", "-c", "select 1", "-At", FIRST_SUPERUSER_PASSWORD="changethis")

    assert (result.stdout, result.stderr, result.returncode) == ("1\n", "", 0)


def test_psql_starts_the_database_if_need_be(data):
    assert run(data, "psql", "-Atc", "select 1").stdout == "1\n"

    assert not (data / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("arguments", "stdin", "printed"),
    [
        (["--csv", "-c", "select 1 as one, 2 as two"], "", "one,two\n1,2\n"),
        (["-At", "-v", "x=7"], "select :x", "7\n"),
        (["-At", "-f", "-"], "select 1", "1\n"),
        (["-At", "--", "archive_table", "archive_owner"], "select current_user", "archive_owner\n"),
        (["-Atc", "--as"], "", ""),  # psql's now: a comment in SQL
        (["--as", "runtime", "-Atc", "select current_user"], "", "archive_api\n"),
        (["--version"], "", "psql (PostgreSQL) 18"),
        (["--help"], "", "psql is the PostgreSQL interactive terminal"),
    ],
)
def test_psql_gets_its_arguments_untouched(archive_table, arguments, stdin, printed):
    result = archive_table("psql", *arguments, stdin=stdin)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(printed)


@pytest.mark.parametrize(
    ("arguments", "stdin", "status"),
    [(["-c", "select 1/0"], "", 1), (["-v", "ON_ERROR_STOP=1"], "select 1/0", 3), (["-d", "nowhere"], "", 2)],
)
def test_psql_returns_its_own_exit_status(archive_table, arguments, stdin, status):
    assert archive_table("psql", *arguments, stdin=stdin).returncode == status


@pytest.mark.parametrize(
    ("role", "users"),
    [
        ("owner", "archive_owner|archive_owner"),
        ("runtime", "archive_api|archive_api"),
        ("auditor", "archive_owner|archive_auditor"),
    ],
)
def test_psql_takes_three_roles(archive_table, role, users):
    result = archive_table("psql", "--as", role, "-Atc", "select session_user, current_user")

    assert result.stdout == f"{users}\n"


def test_psql_refuses_another_role(archive_table):
    assert_fails_with(archive_table("psql", "--as", "god"), '--as takes owner, runtime or auditor, not "god"')


def test_ctrl_c_in_psql_cancels_the_query_and_not_the_command(archive_table, migrated):
    arguments = [COMMAND, "psql", "-At"]
    script = "\\set ON_ERROR_STOP 0\nselect 'asleep' from pg_sleep(60);\nselect 'awake';\n"
    asleep = ["psql", "-Atc", "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"]
    with subprocess.Popen(
        arguments,
        env=environment(migrated),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        shell.stdin.write(script)
        shell.stdin.flush()
        until(lambda: archive_table(*asleep).stdout == "1\n")
        os.killpg(shell.pid, signal.SIGINT)
        _, errors = shell.communicate(timeout=DEADLINE)

    assert "canceling statement due to user request" in errors
    assert "Traceback" not in errors
    assert shell.returncode >= 0
