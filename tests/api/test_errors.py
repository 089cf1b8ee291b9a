"""Errors of PostgreSQL as HTTP answers."""

import psycopg
import pytest
from app.api.errors import explain


def test_a_function_replaced_meanwhile_is_a_busy_database():
    replaced = psycopg.errors.InternalError_("cache lookup failed for function 4711")

    assert explain(replaced).status_code == 503


def test_a_corrupted_page_is_not():
    corrupted = psycopg.errors.InternalError_("invalid page in block 7")

    with pytest.raises(psycopg.errors.InternalError_):
        explain(corrupted)
