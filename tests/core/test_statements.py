"""Single statements: each is a transaction, and prepared."""

import anyio
import pytest
from app.core import pool

from tests.conftest import BUSY, refusal
from tests.core.conftest import SESSION, STATEMENT


def test_each_statement_is_a_transaction_of_its_own(db):
    async def transactions():
        async with pool.connection() as connection:
            return [await (await connection.execute("select pg_current_xact_id()")).fetchone() for _ in range(2)]

    first, second = anyio.run(transactions)

    assert first != second


@pytest.mark.parametrize("request_", [STATEMENT, SESSION])
def test_a_column_altered_under_prepared_statements_is_no_lasting_error(ask, db, request_):
    for _ in range(12):
        assert ask(*request_).status_code == 200
    with db.transaction():
        db.execute('alter table "user" alter full_name type varchar(300)')
        db.execute("alter table user_archive alter full_name type varchar(300)")
        db.execute("select archive.enable('\"user\"')")

    first = ask(*request_)

    assert first.status_code == 200 or refusal(first) == (503, BUSY, "1")
    assert [ask(*request_).status_code for _ in range(12)] == [200] * 12
