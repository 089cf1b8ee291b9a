"""Files stay short enough to be read at once."""

import subprocess
from pathlib import Path

import pytest
from app.core.resources import REPOSITORY

LINES, COLUMNS = 300, 120


def python_files() -> list[Path]:
    """Every Python file of the repository that git knows, or would add."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is no checkout, so nobody knows which files belong to the repository")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [REPOSITORY / name for name in listed.stdout.splitlines() if (REPOSITORY / name).exists()]


@pytest.fixture(scope="module")
def lines() -> dict[str, list[str]]:
    return {str(file.relative_to(REPOSITORY)): file.read_text().splitlines() for file in python_files()}


def test_no_python_file_has_more_than_300_lines(lines):
    assert {name: len(text) for name, text in lines.items() if len(text) > LINES} == {}


def test_no_line_of_python_has_more_than_120_columns(lines):
    too_long = [f"{name}:{n}" for name, text in lines.items() for n, line in enumerate(text, 1) if len(line) > COLUMNS]

    assert too_long == []
