"""A guide is run in a database like those in which the archive is installed."""

from tests.install.conftest import connect, host, make_database, shop

__all__ = ["connect", "host", "make_database", "shop"]
