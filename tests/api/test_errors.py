"""Errors of PostgreSQL as HTTP answers."""

import psycopg
import pytest
from app.api.errors import explain


@pytest.mark.parametrize("gone", ["cache lookup failed for function 4711", "could not open relation with OID 4711"])
def test_what_a_migration_replaced_meanwhile_is_a_busy_database(gone):
    replaced = psycopg.errors.InternalError_(gone)

    assert explain(replaced).status_code == 503


def test_a_corrupted_page_is_not():
    corrupted = psycopg.errors.InternalError_("invalid page in block 7")

    with pytest.raises(psycopg.errors.InternalError_):
        explain(corrupted)
