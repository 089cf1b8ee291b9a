"""Rows to measure on: users, live items, and an archive as years of use would have left it."""

import psycopg

MONTHS = 36
"""How far back an archive goes, unless told otherwise."""


def users(connection: psycopg.Connection, count: int) -> None:
    """Make users who own items."""
    connection.execute(
        """insert into "user" (email) select 'user' || n || '@example.com' from generate_series(1, %s) n""", [count]
    )


def items(connection: psycopg.Connection, count: int, table: str = "item") -> None:
    """Make live items, dealt out to all users. Ids are made as by the application: the newest is the highest."""
    connection.execute(
        f"""
        insert into {table} (id, title, description, owner_id)
        select uuidv7(), 'Item ' || n, 'What there is to say about item ' || n, u.ids[n %% cardinality(u.ids) + 1]
          from generate_series(1, %(count)s) n
         cross join (select array_agg(id) as ids from "user" where not is_superuser) u
        """,
        {"count": count},
    )


def archive(connection: psycopg.Connection, count: int, months: int = MONTHS) -> None:
    """Make archived items, evenly over this month and those before it, as if each had been deleted by itself.

    They are written as the owner, past the trigger, which would date them all today.
    """
    for back in range(months):
        connection.execute(
            """
            select archive._partition_make_month('item_archive', archive._partition_month(now(), -%(back)s))
            """,
            {"back": back},
        )
    connection.execute(
        """
        insert into item_archive (
            archive_id, transaction_id, archived_at, archived_by, session_role, application_name, cascaded,
            id, title, description, owner_id)
        select nextval('archive.archive_id_seq'), (first.transaction_id + n)::text::xid8,
               first.moment + (now() - first.moment) * (n::float8 / %(count)s),
               owner.id::text, session_user, 'archive-table api', false,
               uuidv7(), 'Item ' || n, 'What there was to say about item ' || n, owner.id
          from generate_series(1, %(count)s) n
         cross join (
             select archive._partition_month(now(), 1 - %(months)s) as moment,
                    pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 2 * %(count)s as transaction_id
         ) first
         cross join (select array_agg(id) as ids from "user" where not is_superuser) u
         cross join lateral (select u.ids[n %% cardinality(u.ids) + 1] as id) owner
        """,
        {"count": count, "months": months},
    )
