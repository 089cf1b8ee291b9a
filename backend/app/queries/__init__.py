"""One statement each, on rows, asynchronous (a list: one for its page, one to count). Several steps are in `crud`."""

from app.queries import items, tokens, users

__all__ = ["items", "tokens", "users"]
