"""Each function runs one statement on the event loop (a list: two); steps that share a transaction are in `crud`.

`core/statements.py` says why they are asynchronous.
"""

from app.queries import items, tokens, users

__all__ = ["items", "tokens", "users"]
