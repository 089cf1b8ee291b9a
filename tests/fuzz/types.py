"""Column types that the server has, each with a few values in its text form."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import psycopg
from hypothesis import strategies as st

VALUES = {
    "bit": ["1", "0"],
    "bool": ["t", "f"],
    "box": ["(1,1),(0,0)", "(2,3),(-1,0.5)"],
    "bpchar": ["a", "b", " "],
    "bytea": [r"\x00ff", r"\x", r"\x5c27"],
    "char": ["a", "b", ""],
    "cidr": ["10.0.0.0/8", "192.168.1.0/24", "2001:db8::/32"],
    "circle": ["<(0,0),1>", "<(1.5,-2),0.1>"],
    "citext": ["Oak", "oak", "ash"],
    "date": ["2026-11-26", "0044-03-15 BC", "infinity", "1999-12-31"],
    "float4": ["0.1", "1e-20", "NaN", "-0", "16777217"],
    "float8": ["0.1", "0.30000000000000004", "Infinity", "-0", "1e300"],
    "hstore": ['"a"=>"1"', '"b"=>NULL, "c d"=>"x\\"y"', ""],
    "inet": ["10.0.0.1", "10.0.0.1/8", "::1"],
    "int2": ["1", "2", "-3", "32767"],
    "int4": ["1", "2", "3", "-2147483648"],
    "int8": ["1", "2", "3", "9007199254740993"],
    "interval": ["1 day", "24:00:00", "-1 mons +3 days", "00:00:00.000001"],
    "json": ['{"b": 1,  "a": [1, null]}', "null", '"x"'],
    "jsonb": ['{"a": [1, null], "b": 1e400}', "null", "1.10", '"x"'],
    "jsonpath": ["$.a[*]", "$"],
    "line": ["{1,-1,0}", "{0,1,2.5}"],
    "lseg": ["[(0,0),(1,1)]", "[(1.5,2),(-1,0)]"],
    "ltree": ["top", "top.science", ""],
    "macaddr": ["08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"],
    "macaddr8": ["08:00:2b:01:02:03:04:05", "ff:ff:ff:ff:ff:ff:ff:ff"],
    "money": ["1.05", "-12345678.90"],
    "name": ["oak", 'Quo"ted', "x y"],
    "numeric": ["1", "1.0", "NaN", "-12345678901234567890.000001", "0.1"],
    "oid": ["1", "4294967295"],
    "path": ["((0,0),(1,1))", "[(0,0),(1,1),(2,0)]"],
    "pg_lsn": ["0/0", "16/B374D848"],
    "point": ["(1,2)", "(0.1,-3)"],
    "polygon": ["((0,0),(1,1),(2,0))", "((0,0),(0,1),(1,1),(1,0))"],
    "text": ["oak", "", "O'Brien, \\N", 'a"b,c', "{}", "null", "ünï\n\t$1 %s"],
    "time": ["12:00:00", "24:00:00", "00:00:00.000001"],
    "timestamp": ["2026-11-26 01:02:03.000004", "infinity", "0001-01-01 00:00:00 BC"],
    "timestamptz": ["2026-11-26 01:02:03.000004+00", "-infinity", "1900-01-01 00:00:00+05:53:28"],
    "timetz": ["12:00:00+02", "00:00:00-11"],
    "tsquery": ["'a' & 'b'", "!'c'"],
    "tsvector": ["'a':1 'b':2", ""],
    "uuid": ["00000000-0000-0000-0000-000000000001", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "varbit": ["101", "", "1"],
    "varchar": ["ash", "", "comma, and 'quote'"],
    "xid8": ["1", "18446744073709551615"],
}
"""By the name in pg_type. A type that the server lacks is left out."""

PLAIN = ["int4", "int8", "text", "varchar", "uuid"]
"""What most keys are made of."""

IS_KEY = """
    exists (select from pg_opclass o join pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
             where o.opcdefault
               and (o.opcintype = t.oid
                    or exists (select from pg_cast c where c.castsource = t.oid and c.casttarget = o.opcintype
                                and c.castmethod = 'b' and c.castcontext = 'i')))
"""


@dataclass(frozen=True)
class Type:
    """A type as a column has it."""

    sql: str
    values: tuple[str, ...]
    is_key: bool
    statements: tuple[str, ...] = ()
    domain: str | None = None
    """Its name, where it is a domain: a rule may join it later."""


def quoted(text: str) -> str:
    """Quote one element of an array or a field of a composite."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    if text is None:
        return "null"
    return "'" + text.replace("'", "''") + "'"


def array_of(type: Type) -> Type:
    a, b = type.values[0], type.values[-1]
    values = (f"{{{quoted(a)}}}", f"{{{quoted(b)},NULL,{quoted(a)}}}", "{}")
    return replace(type, sql=type.sql + "[]", values=values, domain=None)


def catalogue(connection: psycopg.Connection) -> list[Type]:
    """Return the base types, ranges and multiranges of a server, in the same order every time."""
    types = {
        name: Type(sql, tuple(VALUES[name]), is_key)
        for name, sql, is_key in connection.execute(
            f"select t.typname, t.oid::regtype::text, {IS_KEY} from pg_type t"
            " where t.typtype = 'b' and t.typname = any (%s) order by t.typname",
            [list(VALUES)],
        )
    }
    ranges: list[Type] = []
    for name, multirange, subtype in connection.execute(
        "select r.rngtypid::regtype::text, r.rngmultitypid::regtype::text, t.typname"
        "  from pg_range r join pg_type t on t.oid = r.rngsubtype order by 1"
    ):
        if subtype in types:
            low = quoted(types[subtype].values[0])
            values = (f"[{low},)", f"(,{low}]", "empty")
            ranges.append(Type(name, values, is_key=True))
            ranges.append(Type(multirange, ("{}", f"{{[{low},)}}"), is_key=True))
    # int4 and text first: hypothesis makes its examples simpler by choosing earlier ones.
    plain = [types.pop(name) for name in PLAIN]
    modified = [
        Type("varchar(20)", plain[3].values, is_key=True),
        Type("numeric(8,2)", ("1.00", "-3.50", "NaN"), is_key=True),
        Type("timestamptz(0)", ("2026-11-26 01:02:03+00", "infinity"), is_key=True),
        Type("character(3)", ("a", "bc", "   "), is_key=True),
    ]
    return [*plain, *types.values(), *modified, *ranges]


def enum(number: int) -> Type:
    name = f'"Mood {number}"'
    values = ("sad", "it's", "B")
    return Type(name, values, True, (f"create type {name} as enum ({', '.join(map(literal, values))})",))


def composite(number: int, fields: list[Type]) -> Type:
    name = f"pair_{number}"
    declared = ", ".join(f"f{n} {field.sql}" for n, field in enumerate(fields))
    values = [f"({quoted(x)},)" for x in fields[0].values[:2]]
    values.append("({},{})".format(*(quoted(field.values[-1]) for field in fields)))
    statements = itertools.chain(*(field.statements for field in fields), [f"create type {name} as ({declared})"])
    return Type(name, tuple(values), all(field.is_key for field in fields), tuple(statements))


def domain(number: int, base: Type, rule: str) -> Type:
    name = f'"Dom.{number}"'
    return Type(
        name, base.values, base.is_key, (*base.statements, f"create domain {name} as {base.sql} {rule}".rstrip()), name
    )


def types(known: Iterable[Type], number: Callable[[], int]) -> st.SearchStrategy[Type]:
    """Return a strategy for any type: of the server, or made for one table."""
    known = list(known)
    base = st.sampled_from(known)
    usual = st.sampled_from(known[: len(PLAIN)])
    rules = st.sampled_from(["", "check (true)", "not null"])
    domains = st.builds(lambda type, rule: domain(number(), type, rule), base | usual.map(array_of), rules)
    return st.one_of(
        usual,
        base,
        base.map(array_of),
        domains,
        domains.map(array_of),
        st.builds(lambda: enum(number())),
        st.builds(lambda a, b: composite(number(), [a, b]), usual, base),
    )
