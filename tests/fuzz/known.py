"""Faults that are known and not mended yet. The random test passes by each, as narrowly as it can be described.

Mended? Delete its entry here and its test in test_known.py. FUZZ_WITHOUT_KNOWN=rename,… (or all) looks for them again.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fuzz.model import Finding
from tests.fuzz.steps import Alter, AlterDomain, Delete, Enable, RenameTable, Restores, Step, Truncate

if TYPE_CHECKING:
    from tests.fuzz.world import World


@dataclass(frozen=True)
class Fault:
    """A fault: the steps that would hit it are left out, or what is found of it is passed over."""

    name: str
    reason: str
    avoids: Callable[["World", Step], bool] = lambda world, step: False
    tolerates: Callable[["World", Step, Finding], bool] = lambda world, step, finding: False


def deletes_unnoticed(*kinds: str) -> Callable[["World", Step], bool]:
    """Avoid deletes while a table has changed like that, and archive.enable() was not called since."""
    return lambda world, step: (
        isinstance(step, Delete | Truncate) and any(table.is_stale(*kinds) for table in world.tables)
    )


def restores_across(*kinds: str) -> Callable[["World", Step], bool]:
    """Avoid restores of rows whose table has changed like that since."""
    return lambda world, step: (
        isinstance(step, Restores)
        and any(world.tables[row.table].happened(*kinds, since=row.at) for row in step.rows(world))
    )


def finding_is(
    kind: str, state: str | None = None, **circumstances: object
) -> Callable[["World", Step, Finding], bool]:
    """Tolerate a finding by its kind and circumstances."""

    def tolerates(world: "World", step: Step, finding: Finding) -> bool:
        wanted = circumstances | ({"state": state} if state else {})
        return finding.kind == kind and wanted.items() <= finding.circumstances.items()

    return tolerates


def stamp_differs(world: "World", step: Step, finding: Finding) -> bool:
    found = finding.circumstances
    return finding.kind == "a value does not come back" and found["column"] == found["table"].stamped


def restores_odd_key(world: "World", step: Step) -> bool:
    return isinstance(step, Restores) and any(world.tables[row.table].has_odd_key for row in step.rows(world))


def truncates(name: str) -> Callable[["World", Step], bool]:
    """Avoid TRUNCATE where an archived table has a column of this name."""
    return lambda world, step: (
        isinstance(step, Truncate)
        and any(table.enabled and name in (c.name for c in table.columns.values()) for table in world.tables)
    )


def forbids_null(world: "World", step: Step) -> bool:
    return isinstance(step, AlterDomain) and "null" in step.change and any(table.archive for table in world.tables)


def enables_renamed_archive(world: "World", step: Step) -> bool:
    """Avoid archive.enable() where the archive was renamed."""
    return isinstance(step, Enable | Alter) and (
        world.tables[step.table].happened("rename archive", since=-1)
        or (isinstance(step, RenameTable) and step.in_archive and step.enable)
    )


def added_while_disabled(world: "World", step: Step) -> bool:
    """Avoid restores of rows older than archive.disable() and a column added since."""
    return restores_across("disable")(world, step) and restores_across("add")(world, step)


def restores_before_enable(world: "World", step: Step) -> bool:
    """Avoid restores of rows older than a column for which archive.enable() was not called yet."""
    return isinstance(step, Restores) and any(
        world.tables[row.table].happened("add", since=max(row.at, world.tables[row.table].enabled_at))
        for row in step.rows(world)
    )


def shares_function(world: "World", step: Step) -> bool:
    """Avoid archiving public."app.note" beside app.note."""
    if not isinstance(step, Enable | Alter):
        return False
    labels = [f"{table.schema}.{table.name}".removeprefix("public.") for table in world.tables]
    return len(set(labels)) < len(labels)


def explanation_raises(state: str) -> Callable[["World", Step, Finding], bool]:
    """Tolerate an error in the search for the live row that holds a unique value."""
    return lambda world, step, finding: (
        finding_is("restore raises", state)(world, step, finding) and "_restore_blocking_key" in str(finding)
    )


def has_namesake(world: "World", step: Step, finding: Finding) -> bool:
    """Tolerate that a dropped column is not named where a live one has its name."""
    if finding.kind != "a value is left out silently":
        return False
    table = world.tables[finding.circumstances["row"].table]
    return table.names[finding.circumstances["column"]] in {column.name for column in table.columns.values()}


def health_of_renamed_key(world: "World", step: Step, finding: Finding) -> bool:
    raises = finding_is("health raises", "42703")(world, step, finding)
    return raises and any(
        table.enabled and table.happened("rename", since=table.enabled_at, column=number)
        for table in world.tables
        for number in table.key
    )


KNOWN: list[Fault] = [
    Fault("key", "a key goes through jsonb, and is compared by pg_catalog's operators", restores_odd_key),
    Fault("key in health", "the same in the look for ghost rows", tolerates=finding_is("health raises", "42883")),
    Fault(
        "renamed key", "health looks for ghost rows by a name that the archive lacks", tolerates=health_of_renamed_key
    ),
    Fault("forbidden null", "a domain that refuses null no longer matches its copies", forbids_null),
    Fault(
        "rule", "a row in the archive keeps a domain from a new rule", tolerates=finding_is("the archive is in the way")
    ),
    Fault("renamed archive", "enable() makes a second default partition, and fails", enables_renamed_archive),
    Fault("label", "two tables share one capture function", shares_function),
    Fault("disabled", "a column added meanwhile has no default in older rows", added_while_disabled),
    Fault("not enabled yet", "until archive.enable() a new column gets no default", restores_before_enable),
    Fault("namesake", "a dropped column is not named where another has its name", tolerates=has_namesake),
    Fault("unique", "the search for a unique value goes through jsonb", tolerates=explanation_raises("22P02")),
    Fault("alias", "a column is taken for an alias", tolerates=explanation_raises("22023")),
    Fault("actor", "a column is taken for a variable of the capture function", truncates("actor")),
    Fault("rename", "a renamed column is taken for a new one: restores lose its value", restores_across("rename")),
    Fault("added", "a column added since archive.enable() is not archived", deletes_unnoticed("add")),
    Fault("renamed table", "deletes fail until archive.enable()", deletes_unnoticed("rename table")),
    Fault(
        "stale",
        "deletes fail until archive.enable(), which the message does not name",
        deletes_unnoticed("rename", "drop", "retype"),
    ),
    Fault("deferred", "a deferred foreign key fails at COMMIT", tolerates=finding_is("commit fails", "23503")),
    Fault(
        "restart",
        "a sequence that TRUNCATE restarted stays behind",
        tolerates=finding_is("a sequence is behind", was_ahead=True),
    ),
    Fault(
        "explicit",
        "a sequence that never reached a key stays behind",
        tolerates=finding_is("a sequence is behind", was_ahead=False),
    ),
    Fault("blanked", "ON DELETE SET NULL is not undone", tolerates=finding_is("a reference stays blank")),
    Fault("stamp", "a value that a trigger changed is not named", tolerates=stamp_differs),
]


def known() -> list[Fault]:
    """Return the faults to pass by: all, but those that the environment names."""
    without = os.environ.get("FUZZ_WITHOUT_KNOWN", "").split(",")
    return [fault for fault in KNOWN if "all" not in without and fault.name not in without]
