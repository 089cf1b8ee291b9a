"""Limits of the API's login: a migration sets them and keeps those that a DBA has set."""

import pytest
from app.core import migrations

from tests.conftest import RUNTIME, connect


@pytest.mark.parametrize("name", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
def test_the_login_of_the_api_has_limits_and_the_owner_none(runtime, db, name):
    assert runtime.execute(f"show {name}").fetchone() != ("0",)
    assert db.execute(f"show {name}").fetchone() == ("0",)


def test_a_limit_that_a_dba_has_set_stays(db, server):
    server.execute(f"alter role {RUNTIME} set statement_timeout = '7s'")
    try:
        with migrations.connect_owner() as owner:
            migrations.make_roles(owner)

        with connect(RUNTIME) as api:
            assert api.execute("show statement_timeout").fetchone() == ("7s",)
    finally:
        server.execute(f"alter role {RUNTIME} set statement_timeout = '30s'")
