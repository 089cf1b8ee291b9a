"""The files of sql/ are short enough to be read."""

import re

import pytest

from tests.sql.conftest import SQL

FILES = sorted(SQL.glob("**/*.sql"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_is_over_250_lines_and_no_line_over_120_characters(file):
    lines = file.read_text().splitlines()

    assert len(lines) <= 250
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("file", sorted((SQL / "archive").glob("*.sql")), ids=lambda file: file.name)
def test_no_function_is_over_50_lines(file):
    definitions = re.split(r"^create function ", file.read_text(), flags=re.MULTILINE)[1:]

    # A comment on the function follows its definition.
    lengths = {text.split("(")[0]: text.split("\ncomment on ")[0].rstrip().count("\n") + 1 for text in definitions}

    assert {name: length for name, length in lengths.items() if length > 50} == {}
