"""The superuser's console in the browser: what was deleted, by whom and why, and how to bring it back.

Its pages show what the HTTP interface answers; every rule and every query is where that finds them too.
"""

from app.admin.main import console, static

__all__ = ["console", "static"]
