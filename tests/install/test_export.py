"""`archive-table export`: closed months as Parquet files, which DuckDB reads as the archive has them."""

import os
import signal
import subprocess
import sys

import duckdb
import psycopg
import pytest
from app.core import install

from tests.cli.conftest import COMMAND
from tests.conftest import until
from tests.install.conftest import KEEPER
from tests.install.exports import fault, files, logged, manifest, outcomes

pytestmark = pytest.mark.slow


def test_closed_months_are_exported_and_noted(note, export, cold):
    done = export("note")

    assert done.returncode == 0, done.stderr
    assert outcomes(done) == {"2020-01": "exported", "2020-03": "exported"}
    january, march = manifest(cold)
    assert (january["file"], january["rows"], march["rows"]) == ("note-2020-01.parquet", 3, 1)
    assert (january["first_id"], january["last_id"]) == note.execute(
        "select min(archive_id), max(archive_id) from note_archive where id < 4"
    ).fetchone()
    assert logged(note) == [
        ("2020-01", 3, str(cold / "note-2020-01.parquet")),
        ("2020-03", 1, str(cold / "note-2020-03.parquet")),
    ]
    rows = duckdb.sql(f"select id, text from '{cold}/*.parquet' order by id").fetchall()
    assert rows == [(1, "one"), (2, "two"), (3, None), (4, "")]


def test_a_month_that_is_not_closed_and_one_without_rows_are_left_out(note, export, cold):
    note.execute("select archive._partition_make_month('note_archive', '2020-02-01T00:00:00Z')")

    assert outcomes(export("note", age="0d")) == {"2020-01": "exported", "2020-03": "exported"}
    assert "no closed month" in export("note", age="100y").stdout
    with pytest.raises(psycopg.Error, match="not closed"):
        note.execute(
            "select archive.note_export('note', archive._partition_month(now()), '{id}', row(1, 1, 1, '1'), 'x', 'x')"
        )


def test_a_month_counts_only_when_all_of_it_is_old_enough(note, export):
    note.execute("update note_archive set archived_at = archive._partition_month(now(), -13) where id = 1")
    note.execute("update note_archive set archived_at = archive._partition_month(now(), -11) where id = 2")

    done = export("note", age="12m")

    assert len(outcomes(done)) == 3


def test_what_is_whole_is_not_exported_again(note, export, cold):
    export("note")
    times = {file: (cold / file).stat().st_mtime_ns for file in files(cold)}

    done = export("note")

    assert outcomes(done) == {"2020-01": "whole already", "2020-03": "whole already"}
    assert {file: (cold / file).stat().st_mtime_ns for file in files(cold)} == times
    assert len(logged(note)) == 2


def test_files_are_verified(note, export, archive_table, cold):
    export("note")
    whole = archive_table("export", "--verify", str(cold))

    file = cold / "note-2020-01.parquet"
    file.write_bytes(file.read_bytes()[:-9] + b"x" + file.read_bytes()[-8:])
    (cold / "note-2020-03.parquet").rename(cold / "other.parquet")
    damaged = archive_table("export", "--verify", str(cold))

    assert (whole.returncode, whole.stdout) == (0, "2 files are whole.\n")
    assert damaged.returncode == 1
    assert damaged.stdout.splitlines() == [
        "note-2020-01.parquet: is not the file that was exported: its SHA-256 differs",
        "note-2020-03.parquet: is missing",
        "other.parquet: is not in the manifest",
    ]


def test_a_damaged_file_is_written_again(note, export, archive_table, cold):
    export("note")
    (cold / "note-2020-01.parquet").write_bytes(b"PAR1")

    assert outcomes(export("note"))["2020-01"] == "exported"
    assert archive_table("export", "--verify", str(cold)).returncode == 0


def test_a_killed_export_goes_on_where_it_was(note, host, export, archive_table, cold, connect):
    note.execute(
        "insert into note_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id, text)"
        " select 1000 + n, '7', '2020-03-02Z', 'x', false, n, repeat(md5(n::text), 3)"
        "   from generate_series(1, 300000) n"
    )
    command = [COMMAND, "export", "note", "--older-than", "5y", "--to", cold]
    environment = {"PATH": os.environ["PATH"], "PGHOST": host, "PGUSER": KEEPER, "PGDATABASE": "shop"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: (cold / ".note-2020-03.parquet.partial").exists())
        process.send_signal(signal.SIGKILL)

    assert files(cold) == [
        ".note-2020-03.parquet.partial", ".note-2020-03.parquet.partial.sent", "manifest.json", "note-2020-01.parquet",
    ]  # fmt: skip
    assert archive_table("export", "--verify", str(cold)).stdout == "1 files are whole.\n"
    assert fault(note, "2020-03") == "it was never exported"
    assert outcomes(export("note")) == {"2020-01": "whole already", "2020-03": "exported"}
    assert files(cold) == ["manifest.json", "note-2020-01.parquet", "note-2020-03.parquet"]
    assert fault(note, "2020-03") is None


@pytest.mark.parametrize("table", ['"a ""b"" c"', '"Ünïcode.dot"', '"s p"."x/y"', '"%2E*?"'])
def test_any_name_will_do(shop, export, archive_table, cold, table):
    install.install(shop)
    shop.execute('create schema "s p"')
    shop.execute(f'create table {table} ("a ""key"".x" int primary key, "VALUE" text)')
    shop.execute("select archive.enable(%s)", [table])
    shop.execute(f"insert into {table} values (1, 'x'); delete from {table}")
    (target,) = shop.execute("select target::text from archive.registry").fetchone()
    shop.execute(f"update {target} set archived_at = '2020-01-15'")

    done = export(table)

    assert done.returncode == 0, done.stderr
    (file,) = manifest(cold)
    assert duckdb.read_parquet(str(cold / "*.parquet")).select('"a ""key"".x"', '"VALUE"').fetchall() == [(1, "x")]
    assert (cold / file["file"]).is_file()
    assert archive_table("export", "--verify", str(cold)).returncode == 0


def test_every_refusal_is_one_sentence(note, archive_table, make_database, tmp_path):
    make_database("other")
    note.execute("create table plain (id int primary key)")
    (tmp_path / "file").touch()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "manifest.json").write_text("{}")
    to = ["--to", str(tmp_path / "cold")]
    old = ["--older-than", "5y"]

    for arguments, options, sentence in [
        (["nowhere", *old, *to], {}, "There is no table nowhere in database shop"),
        (["a.b.c.d", *old, *to], {}, "a.b.c.d is no name of a table"),
        (["plain", *old, *to], {}, "plain is not archived"),
        (["note", "--older-than", "5", *to], {}, "--older-than takes a number of hours, days, weeks, months or years"),
        (["note", *to], {}, "An export needs TABLE, --older-than AGE and --to DIR"),
        (["note", *old, "--verify", "x"], {}, "--verify DIR only looks"),
        (["note", *old, "--to", str(tmp_path / "file")], {}, "file: File exists"),
        (["note", *old, "--to", "/proc/cold"], {}, "Cannot use /proc/cold"),
        (["note", *old, "--to", str(tmp_path / "bad")], {}, "is no manifest of an export"),
        (["note", *old, *to], {"PGUSER": "stranger"}, "Only keeper, who owns schema archive, may export"),
        (["note", *old, *to], {"dbname": "other"}, "There is no archive in database other"),
        (["note", *old, *to, "--database", "dbname=nowhere"], {}, 'database "nowhere" does not exist'),
        (["--verify", str(tmp_path)], {}, "There is no manifest.json"),
    ]:
        done = archive_table("export", *arguments, **options)

        assert done.returncode == 1, arguments
        assert done.stderr.startswith("error: "), done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert sentence in done.stderr
        assert done.stdout == ""


def test_a_directory_belongs_to_one_export_at_a_time(note, export, cold):
    cold.mkdir()
    holder = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], 0), 2); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, cold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        done = export("note")
        process.stdin.close()

    assert (done.returncode, done.stderr) == (1, f"error: Another export writes to {cold}.\n")


def test_without_pyarrow_it_says_how_to_install_it(note, export, tmp_path):
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError('No module named pyarrow', name='pyarrow')")

    done = export("note", PYTHONPATH=str(tmp_path))

    assert done.stderr == "error: Exports need pyarrow: pip install 'archive-table[export]' installs it.\n"
