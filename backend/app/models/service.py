"""Answers about the service itself."""

from sqlmodel import Field

from app.models.base import Schema


class Readiness(Schema):
    """Whether requests can be served, and what stands against it."""

    ready: bool
    errors: list[str] = Field(default=[])
    warnings: list[str] = Field(default=[])


class Message(Schema):
    """A sentence for the client."""

    message: str


class Error(Schema):
    """A refusal, and what the client sees of a fault of the server."""

    detail: str


class ValidationError(Schema):
    """A fault of the input: its kind, the path to it, and what is wrong. The input is not repeated."""

    type: str
    loc: list[str | int]
    msg: str


class HTTPValidationError(Schema):
    """Everything that is wrong with the input."""

    detail: list[ValidationError]
