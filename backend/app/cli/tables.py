"""The table that a command is about, as its owner names it."""

import psycopg

from app.cli.usage import UsageError


def find_table(connection: psycopg.Connection, table: str, act: str) -> int:
    """Return the oid of a table, named as SQL writes it.

    Raises:
        UsageError: There is no archive or no such table, or the login may not do what `act` says.

    """
    database = connection.info.dbname
    schema = connection.execute(
        "select pg_get_userbyid(nspowner), pg_has_role(nspowner, 'usage'), current_user"
        "  from pg_namespace where nspname = 'archive'"
    ).fetchone()
    if schema is None:
        raise UsageError(f"There is no archive in database {database}.")
    owner, is_owner, user = schema
    if not is_owner:
        raise UsageError(f"Only {owner}, who owns schema archive, may {act}; this is {user}.")
    try:
        row = connection.execute("select to_regclass(%s)::oid", [table]).fetchone()
    except (psycopg.DataError, psycopg.ProgrammingError) as error:
        raise UsageError(f"{table} is no name of a table: {error.diag.message_primary or error}.") from error
    if row is None or row[0] is None:
        raise UsageError(f"There is no table {table} in database {database}.")
    return int(row[0])
