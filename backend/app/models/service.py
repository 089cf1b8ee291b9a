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
