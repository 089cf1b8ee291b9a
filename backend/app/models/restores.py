"""Restores: what to restore and how, and what became of it."""

import uuid
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.models.archive import ArchiveFilter, ArchiveId, ItemFilter, TableFilter, UserFilter
from app.models.base import AT_ONCE, Reason, Schema

ArchiveIds = Annotated[list[ArchiveId], Field(min_length=1, max_length=AT_ONCE)]
Outcome = Literal["restored", "copied", "skipped", "would_restore", "would_copy", "would_skip", "conflict"]


class RestoreReason(Schema):
    """Why to restore."""

    reason: Reason | None = None
    """Kept in the archive."""


class RestoreChoice(RestoreReason):
    """How to restore an item."""

    owner_id: uuid.UUID | None = None
    """The new owner, where the old one is gone."""


class RestoreMany(RestoreReason):
    """Which rows to restore: those with these ids, or all that pass a filter; one of both."""

    archive_ids: ArchiveIds | None = None
    filter: ArchiveFilter | None = None
    on_conflict: Literal["fail", "skip", "copy"] = "fail"
    """What to do with rows that cannot be restored: give up all, leave those out, or restore them under a new id."""

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if (self.archive_ids is None) == (self.filter is None):
            raise ValueError("Give either archive_ids or a filter")
        if self.filter and not self.filter.model_dump(exclude={"state"}, exclude_none=True):
            raise ValueError("An empty filter would restore everything")
        return self


class _OnlyKnown(ArchiveFilter):
    # A misspelt filter would restore more than was meant.
    model_config = ConfigDict(extra="forbid")  # type: ignore[assignment]  # SQLModel has a config type of its own


class _ItemsToRestore(ItemFilter, _OnlyKnown):
    pass


class _UsersToRestore(UserFilter, _OnlyKnown):
    pass


class _RowsToRestore(TableFilter, _OnlyKnown):
    pass


class RestoreItems(RestoreMany):
    """Which items to restore, and to whom."""

    filter: _ItemsToRestore | None = None
    owner_id: uuid.UUID | None = None
    """The new owner of all, where the old ones are gone."""


class RestoreUsers(RestoreMany):
    """Which users to restore."""

    filter: _UsersToRestore | None = None


class RestoreRows(RestoreMany):
    """Which rows of a table to restore."""

    filter: _RowsToRestore | None = None


class RestorePreview(Schema):
    """What a restore did or would do with one archived row."""

    table: str
    archive_id: int
    row_id: str
    outcome: Outcome
    detail: str | None


class RestorePreviews(Schema):
    """What became, or would become, of each row of a deletion."""

    data: list[RestorePreview]
    count: int
    notes: list[str]
    """What the undo does not bring back."""


class Restored(Schema):
    """What became, or would become, of many rows."""

    data: list[RestorePreview]
    """At most 1,000: first those that were not restored, then those with a detail."""
    count: int
    outcomes: dict[Outcome, int]
    """How many rows have each outcome."""
