"""Where the files are that come with the program: in a checkout beside `backend`, in a wheel inside the package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

IS_CHECKOUT = not (_PACKAGE / "sql").exists()

REPOSITORY = _PACKAGE.parents[1] if IS_CHECKOUT else Path.cwd()
"""Where `.env` is, and what relative paths in the settings start from: the checkout, or wherever a wheel is used."""

_FILES = REPOSITORY if IS_CHECKOUT else _PACKAGE
SQL = _FILES / "sql"
"""The database's code."""

MIGRATIONS = _FILES / "db"
"""Alembic's revisions of the application's tables, and the SQL that they run."""
