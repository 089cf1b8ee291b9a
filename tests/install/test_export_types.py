"""What is exported has every bit that the archive has, whatever the type: DuckDB reads it, PostgreSQL compares."""

import json

import duckdb
import psycopg
import pytest
from app.core import install

from tests.conftest import SUPERUSER

TYPES = {
    "boolean": ["true", "false"],
    "smallint": ["-32768"],
    "integer": ["2147483647", "-2147483648"],
    "bigint": ["9223372036854775807", "-9223372036854775808"],
    "oid": ["4294967295"],
    "xid8": ["18446744073709551615"],
    "real": ["NaN", "-Infinity", "-0", "3.4028235e38", "1e-45", "0.1"],
    "double precision": ["NaN", "Infinity", "-0", "5e-324", "0.1"],
    "numeric": ["NaN", "Infinity", "1.50", "-0.000", "1" * 60 + ".5", "1e-200"],
    "numeric(10,2)": ["1.50", "-99999999.99", "0"],
    "numeric(38,38)": ["0." + "9" * 38],
    "numeric(5,-2)": ["12300"],
    "numeric(3,5)": ["0.00123"],
    "numeric(40,2)": ["1" * 38 + ".25"],
    "money": ["-$1,234.56"],
    "text": ["", " a\t\n\r\"'\\ü,", "\\N", "NULL", '""', "\\.", "x" * 100_000],
    "varchar(9)": ["", "null"],
    "char(5)": ["", "ab ", "abcde"],
    '"char"': ["a", ""],
    "name": ["pg_class"],
    "bytea": ["", "\\x00ff0a22", "\\x" + "ab" * 10_000],
    "date": ["2020-02-29", "0001-01-01", "9999-12-31"],
    "time": ["00:00", "23:59:59.999999"],
    "timetz": ["12:00:00.5+05:30"],
    "timestamp": ["2020-02-29 23:59:59.999999", "0001-01-01"],
    "timestamptz": ["2020-02-29 23:59:59.999999+14", "9999-12-31 23:59:59Z"],
    "timestamptz(3)": ["2020-02-29 23:59:59.123Z"],
    "interval": ["1 year -2 mons 3 days -04:05:06.7", "0"],
    "uuid": ["01a2081b-4d4f-7b63-9f32-a4f21df0b0a1", "00000000-0000-0000-0000-000000000000"],
    "json": ['{"b": 1, "a": [null, "ü\\n"],  "b": 2}', "null"],
    "jsonb": ['{"a": 1.50}', "null"],
    "xml": ["<a b='c'>d</a>"],
    "inet": ["::1", "10.0.0.1", "10.0.0.1/8"],
    "cidr": ["10.0.0.0/8"],
    "macaddr": ["08:00:2b:01:02:03"],
    "bit(3)": ["101"],
    "varbit": ["", "1010101"],
    "point": ["(1.5,-0)"],
    "polygon": ["((0,0),(1,1),(1,0))"],
    "tsvector": ["'a':1 'b''c':2A"],
    "tsquery": ["'a' & !'b'"],
    "pg_lsn": ["16/B374D848"],
    "regclass": ["pg_class"],
    "int4range": ["empty", "[1,5)", "(,)"],
    "tstzrange": ["[2020-01-01Z,infinity)"],
    "nummultirange": ["{}", "{[1.0,2.00),(3,)}"],
    "integer[]": ["{}", "{1,NULL,3}", "{{1,2},{3,4}}", "[2:3]={1,2}"],
    "text[]": ['{"",NULL,"NULL","a,\\"b\\"\\\\c{}"}'],
    "uuid[]": ["{01a2081b-4d4f-7b63-9f32-a4f21df0b0a1}"],
    "timestamptz[]": ["{infinity,-infinity}"],
    "double precision[]": ["{NaN,-0,1e300}"],
    "bytea[]": ['{"\\\\x00ff"}'],
    "mood": ["so-so", 'it\'s "fine"'],
    "mood[]": ["{so-so,NULL}"],
    "pair": ['(1,"a,b")', "(,)"],
    "pair[]": ['{"(1,x)"}'],
    "positive": ["7"],
    "citext": ["Ada", ""],
    "hstore": ['"a"=>NULL, "b"=>"\\"x\\""'],
}
"""Values of each type. Besides them, each has a null."""

UNUSUAL = {
    "date": ["infinity", "0044-03-15 BC", "10000-01-01"],
    "time": ["24:00"],
    "timestamp": ["-infinity", "4713-01-01 BC", "294276-12-31 23:59:59.999999"],
    "timestamptz": ["infinity", "0044-03-15 00:00Z BC", "12345-01-01Z"],
    "numeric(10,2)": ["NaN", "1.50"],
}
"""Values that their Parquet type lacks."""


@pytest.fixture
def types(shop, connect):
    install.install(shop)
    with connect("shop", SUPERUSER) as superuser:
        for extension in ["citext", "hstore"]:
            if superuser.execute("select from pg_available_extensions where name = %s", [extension]).rowcount:
                superuser.execute(f"create extension {extension}")
    shop.execute(
        """
        create type mood as enum ('so-so', 'it''s "fine"');
        create type pair as (a int, b text);
        create domain positive as int check (value > 0);
        """
    )
    return [type_ for type_ in TYPES if has_type(shop, type_)]


def has_type(shop, type_):
    """Whether this server has it: extensions may be missing, and it may have been built without libxml."""
    try:
        shop.execute(f"select %s::{type_}", [TYPES[type_][0]])
    except (psycopg.errors.UndefinedObject, psycopg.errors.FeatureNotSupported):
        return False
    return True


def archive_values(shop, values):
    """Archive rows of January 2020: one with nulls, the others with values of each type."""
    names = {type_: f"c{n}" for n, type_ in enumerate(values)}
    columns = ", ".join(f"{name} {type_}" for type_, name in names.items())
    shop.execute(f"create table odd (id int primary key, {columns})")
    shop.execute("select archive.enable('odd'); insert into odd values (0)")
    for n in range(max(map(len, values.values()))):
        row = [literals[n % len(literals)] for literals in values.values()]
        marks = ", ".join(f"%s::{type_}" for type_ in values)
        shop.execute(f"insert into odd values ({n + 1}, {marks})", row)
    shop.execute("delete from odd; update odd_archive set archived_at = '2020-01-15T12:00:00Z'")


def read_by_duckdb(file):
    """Rows as text that PostgreSQL reads; columns with their types."""
    relation = duckdb.read_parquet(str(file))
    readers = {"BLOB": "'\\x' || hex({})", "TIMESTAMP WITH TIME ZONE": "epoch_us({})::varchar"}
    expressions = [
        readers.get(str(type_), "{}::varchar").format(f'"{name}"')
        for name, type_ in zip(relation.columns, relation.types, strict=True)
    ]
    return dict(zip(relation.columns, map(str, relation.types), strict=True)), relation.project(
        ", ".join(expressions)
    ).fetchall()


def is_identical(shop, file):
    """Whether PostgreSQL has the same bits after reading what DuckDB read."""
    types, rows = read_by_duckdb(file)
    shop.execute("create table back (like odd_archive); set lc_monetary = 'C'")
    declared = dict(
        shop.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = 'back'::regclass and attnum > 0"
        ).fetchall()
    )
    marks = [
        "timestamptz 'epoch' + %s::bigint * interval '1 microsecond'"
        if type_ == "TIMESTAMP WITH TIME ZONE"
        else f"%s::text::{declared[name]}"
        for name, type_ in types.items()
    ]
    for row in rows:
        shop.execute(f"insert into back values ({', '.join(marks)})", row)
    return shop.execute(
        "select count(*) from (select row(t.*) as one from odd_archive t) l"
        " full join (select row(k.*) as other from back k) k on one *= other where one is null or other is null"
    ).fetchone() == (0,)


def test_every_type_comes_back_bit_for_bit(shop, types, archive_table, tmp_path):
    archive_values(shop, {type_: TYPES[type_] for type_ in types})

    done = archive_table("export", "odd", "--older-than", "1y", "--to", str(tmp_path), PGOPTIONS="-c datestyle=German")

    assert done.returncode == 0, done.stderr
    file = tmp_path / "odd-2020-01.parquet"
    assert is_identical(shop, file)
    stored = read_by_duckdb(file)[0]
    names = {type_: stored[f"c{n}"] for n, type_ in enumerate(types)}
    assert (names["uuid"], names["timestamptz"], names["numeric(10,2)"], names["positive"], names["bytea"]) == (
        "UUID", "TIMESTAMP WITH TIME ZONE", "DECIMAL(10,2)", "INTEGER", "BLOB",
    )  # fmt: skip
    assert (names["numeric"], names["integer[]"], names["numeric(40,2)"]) == ("VARCHAR", "VARCHAR", "VARCHAR")


def test_values_that_parquet_lacks_make_their_column_text(shop, archive_table, tmp_path):
    install.install(shop)
    archive_values(shop, UNUSUAL)

    done = archive_table("export", "odd", "--older-than", "1y", "--to", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert is_identical(shop, tmp_path / "odd-2020-01.parquet")
    columns = json.loads((tmp_path / "manifest.json").read_text())["files"][0]["columns"]
    assert {c["type"]: c["stored"] for c in columns if c["name"][:1] == "c" and c["name"][1:].isdigit()} == {
        "date": "string",
        "time without time zone": "string",
        "timestamp without time zone": "string",
        "timestamp with time zone": "string",
        "numeric(10,2)": "string",
    }


def test_text_that_is_no_utf_8_is_exported_as_bytes(make_database, connect, archive_table, tmp_path):
    make_database("bytes", "template template0 encoding 'SQL_ASCII' locale 'C'")
    with connect("bytes") as database:
        install.install(database)
        database.execute("create table odd (id int primary key, a text, b text); select archive.enable('odd')")
        database.execute(r"insert into odd values (1, E'\xff', 'plain'); delete from odd")
        database.execute("update odd_archive set archived_at = '2020-01-15'")

    done = archive_table("export", "odd", "--older-than", "1y", "--to", str(tmp_path), dbname="bytes")

    assert done.returncode == 0, done.stderr
    assert duckdb.read_parquet(f"{tmp_path}/*.parquet").select("a", "b").fetchall() == [(b"\xff", "plain")]
