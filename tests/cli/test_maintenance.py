"""archive-table migrate, health and purge."""

import re

import pytest

from tests.cli.conftest import assert_fails_with, run


def test_migrating_twice_changes_nothing(archive_table):
    objects = """
        select oid, relfilenode, relname from pg_class where relnamespace = 'public'::regnamespace order by oid;
        select oid, tgname from pg_trigger order by oid;
        select id from "user";
    """
    before = archive_table("psql", "-At", stdin=objects).stdout

    assert archive_table("migrate").returncode == 0

    assert archive_table("psql", "-At", stdin=objects).stdout == before


def test_a_column_that_the_archive_lacks_is_added_by_the_migration(archive_table):
    archive_table("psql", "-c", "alter table item add forgotten text")
    try:
        assert archive_table("migrate").returncode == 0
        assert archive_table("psql", "-c", "select forgotten from item_archive").returncode == 0
    finally:
        archive_table("psql", "-c", "alter table item drop forgotten", "-c", "alter table item_archive drop forgotten")
        archive_table("migrate")


def test_health_fails_where_the_trigger_is_not_in_force(archive_table):
    healthy = archive_table("health")
    archive_table("psql", "-c", "alter table item disable trigger zz_archive_before_delete")
    try:
        ill = archive_table("health")
    finally:
        archive_table("psql", "-c", "alter table item enable always trigger zz_archive_before_delete")

    assert (healthy.returncode, ill.returncode) == (0, 1)
    assert "error" not in healthy.stdout
    assert re.search(r"item +delete trigger in force +error", ill.stdout)


def test_purge_tells_what_it_would_do_and_does_it_when_told(archive_table):
    old = "email = 'old@example.com'"
    archive_table(
        "psql", "-c", "select archive._partition_make_month('user_archive', archive._partition_month(now(), -14))"
    )
    archive_table("psql", "-c", "insert into \"user\" (email) values ('old@example.com')")
    archive_table("psql", "-c", f'delete from "user" where {old}')
    archive_table("psql", "-c", f"update user_archive set archived_at = now() - interval '400 days' where {old}")

    told = archive_table("purge", "--older-than", "365d")
    done = archive_table("purge", "--older-than", "365d", "--yes", "--reason", "a year is over")

    assert '"user" 1 0 1' in " ".join(told.stdout.split())
    assert "--yes would destroy them" in told.stdout
    assert '"user" 1 0 1' in " ".join(done.stdout.split())
    logged = archive_table("psql", "-Atc", "select action, rows, reason from archive.purge_log").stdout
    assert logged == "purge|1|a year is over\n"
    assert archive_table("psql", "-Atc", f"select count(*) from user_archive where {old}").stdout == "0\n"


@pytest.mark.parametrize("age", ["365", "d", "-1d", "1q", "999999d", "9999y"])
def test_purge_refuses_what_is_no_age(data, age):
    assert_fails_with(
        run(data, "purge", f"--older-than={age}"), "--older-than takes a number of hours, days, weeks, months or years"
    )


def test_health_before_the_first_migration_says_what_is_missing(data):
    run(data, "psql", "-c", "")  # starts a database that has nothing in it

    assert_fails_with(run(data, "health"), "does not exist")
