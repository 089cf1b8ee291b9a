"""The `archive-table` command. It parses, calls and prints; the work is done elsewhere."""

from app.cli.commands import main

__all__ = ["main"]
