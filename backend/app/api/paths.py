"""Parts of a path that Starlette's own convertors do not take."""

from starlette.convertors import StringConvertor, register_url_convertor


class _Text(StringConvertor):
    # Starlette's "path" takes slashes too, but no line ends.
    regex = "(?s:.+)"


class _Table(StringConvertor):
    # A slash only within quotes, so that the part ends where the name does.
    regex = '(?:[^/"]|"[^"]*")+'


register_url_convertor("text", _Text())
register_url_convertor("table", _Table())


def text(name: str) -> str:
    """Return the part of a route's path that takes any text but an empty one for this parameter."""
    return f"{{{name}:text}}"


def table(name: str) -> str:
    """Return the part of a route's path that takes the name of a table, as SQL writes it, for this parameter."""
    return f"{{{name}:table}}"
