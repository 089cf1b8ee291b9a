"""archive-table password: a new password where nobody can sign in to change it."""

import pytest

from tests.cli.conftest import assert_fails_with


def test_a_user_gets_the_password_on_standard_input(archive_table):
    hashed = """select hashed_password from "user" where email = 'admin@example.com'"""
    before = archive_table("psql", "-Atc", hashed).stdout

    result = archive_table("password", "ADMIN@example.com", stdin="a password for tests\n")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "admin@example.com has the new password, and is signed out everywhere.\n"
    assert archive_table("psql", "-Atc", hashed).stdout != before


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("nobody@example.com", "a password for tests", "There is no user nobody@example.com"),
        ("admin@example.com", "short", "password: String should have at least 8 characters"),
        ("admin@example.com", "", "password: String should have at least 8 characters"),
    ],
)
def test_a_password_that_cannot_be_given_is_refused(archive_table, email, password, sentence):
    assert_fails_with(archive_table("password", email, stdin=password), sentence)
