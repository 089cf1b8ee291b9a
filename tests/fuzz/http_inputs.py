"""Inputs for the API, good and odd, and which of them are valid."""

from typing import Any

from hypothesis import strategies as st

NOBODY = "00000000-0000-7000-8000-000000000000"
NUL, LONE_SURROGATE = "a\0b", "a\ud800b"

EMAILS = ["ada@example.com", "Ada@Example.com", "ben@example.com", "cleo@example.com", "äda@example.com"]
PASSWORDS = ["a password for tests", "another password"]

odd_texts = st.sampled_from([NUL, LONE_SURROGATE, "", "x" * 256])
texts = st.sampled_from(["Blue", "blue 100%", "Sky_y\\%", "=1+1", " ", "x" * 255]) | st.text(max_size=12) | odd_texts
emails = st.sampled_from([*EMAILS, *EMAILS, *EMAILS, NUL, "a\ud800@example.com", "nobody", "x" * 250 + "@example.com"])
passwords = st.sampled_from([*PASSWORDS, *PASSWORDS, "short", "x" * 129, NUL + "long enough"])
names = st.none() | texts
reasons = st.none() | st.sampled_from(["", "twice", "\u00e9t\u00e9", NUL, "x" * 1000, "x" * 1001])

item_bodies = st.fixed_dictionaries({"title": texts}, optional={"description": names})
item_changes = st.fixed_dictionaries({}, optional={"title": texts, "description": names})
my_changes = st.fixed_dictionaries({}, optional={"email": emails, "full_name": names})
user_changes = st.fixed_dictionaries(
    {},
    optional={
        "email": emails,
        "full_name": names,
        "password": passwords,
        "is_active": st.booleans(),
        "is_superuser": st.booleans(),
    },
)

activations = st.fixed_dictionaries({"is_active": st.booleans(), "is_superuser": st.booleans()})

zeros = st.sampled_from(["", "0"])

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

skips = st.sampled_from([0, 0, 1, 2, 2**63 - 1])
limits = st.sampled_from([1, 2, 3, 100, 1000])


def _is_text(value: str, least: int, most: int) -> bool:
    storable = "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    return storable and least <= len(value) <= most


def is_title(value: str) -> bool:
    return _is_text(value, 1, 255)


def is_name(value: str | None) -> bool:
    """Of a full name or a description."""
    return value is None or _is_text(value, 0, 255)


def is_reason(value: str | None) -> bool:
    return value is None or _is_text(value, 0, 1000)


def is_password(value: str) -> bool:
    return _is_text(value, 8, 128)


def is_email(value: str) -> bool:
    return value in EMAILS


def query(**parameters: Any) -> dict[str, Any]:
    return {"params": parameters}


def body(text: str) -> dict[str, Any]:
    return {"content": text, "headers": {"Content-Type": "application/json"}}


REFUSED_TO_ANYBODY: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/items/", query(skip=-1)),
    ("GET", "/items/", query(skip=2**63)),
    ("GET", "/items/", query(limit=0)),
    ("GET", "/items/", query(limit=1001)),
    ("GET", "/items/", query(limit="9" * 5000)),
    ("GET", "/items/not-an-id", {}),
    ("GET", "/items/%00", {}),
    ("PUT", f"/items/{NOBODY}", body('{"title": null}')),
    ("PUT", f"/items/{NOBODY}x", body("{}")),
    ("DELETE", "/items/%F0%9F%98%80", {}),
    ("POST", "/items/", body("{}")),
    ("POST", "/items/", body('{"title": NaN}')),
    ("POST", "/items/", body('{"title": 1e999}')),
    ("POST", "/items/", body("[]")),
    ("PATCH", "/users/me", body('{"email": null}')),
    ("PATCH", "/users/me/password", body('{"current_password": "\\ud800"}')),
    ("GET", "/users/-1", {}),
]

REFUSED_TO_SUPERUSERS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/users/", query(skip="1.5")),
    ("PATCH", f"/users/{NOBODY}", body('{"is_active": null}')),
    ("DELETE", "/users/1e999", {}),
    *(
        ("GET", f"/archive/{table}/", query(**{name: value}))
        for table in ["items", "users"]
        for name, value in [
            ("limit", 0),
            ("before", 0),
            ("before", 2**63),
            ("state", "gone"),
            ("transaction_id", "x"),
            ("transaction_id", 2**64),
            ("transaction_id", "-1"),
            ("archived_by", "\0"),
            ("archived_after", "yesterday"),
            ("archived_before", "9999-12-31T23:59:59-14:00"),
            ("q", "\0"),
            ("q", "x" * 256),
        ]
    ),
    ("GET", "/archive/items/", query(owner_id="x")),
    ("GET", "/archive/items/0", {}),
    ("GET", f"/archive/users/{2**63}", {}),
    ("POST", "/archive/items/1/restore", body('{"owner_id": "\\ud800"}')),
    ("POST", "/archive/items/x/restore-preview", {}),
    ("POST", "/archive/users/-1/restore", {}),
    ("GET", "/archive/transactions/", query(before="1.x")),
    ("POST", f"/archive/transactions/{2**64}/restore", {}),
    ("POST", "/archive/transactions/-1/restore-preview", {}),
]

REFUSED = [*REFUSED_TO_ANYBODY, *REFUSED_TO_SUPERUSERS]
