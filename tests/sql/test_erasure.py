"""Erasing one person's data from the archive."""

import psycopg
import pytest


@pytest.fixture
def erase(db):
    def erase(user, reason="asked for on the phone"):
        return db.execute(
            "select source::text, erased, held from archive.erase_subject(%s, %s) order by 1", [user, reason]
        ).fetchall()

    return erase


@pytest.fixture
def gone(db, owner, items):
    """The owner of three items, deleted with them."""
    db.execute(
        "begin; set local archive.actor = 'owner@example.com'; set local archive.reason = 'Ada moved to 5 Elm Street';"
        ' delete from "user"; commit'
    )
    return owner


def test_content_and_identity_are_blanked_and_the_shell_stays(db, gone, erase):
    before = db.execute("select archive_id, transaction_id, id, owner_id from item_archive order by 1").fetchall()

    assert erase(gone) == [('"user"', 1, 0), ("item", 3, 0)]

    assert db.execute(
        "select id, email, full_name, is_active, is_superuser, reason, archived_by, erased_at is not null"
        "  from user_archive where id = %s",
        [gone],
    ).fetchall() == [(gone, None, None, None, None, None, str(gone), True)]
    assert (
        before == db.execute("select archive_id, transaction_id, id, owner_id from item_archive order by 1").fetchall()
    )
    assert db.execute("select distinct title, description, reason, erased_at is null from item_archive").fetchall() == [
        (None, None, None, False)
    ]


def test_nobody_elses_rows_are_touched(db, gone, erase):
    (other,) = db.execute("insert into \"user\" (email) values ('other@example.com') returning id").fetchone()
    db.execute("insert into item (title, owner_id) values ('theirs', %s)", [other])
    db.execute("select set_config('archive.actor', 'owner@example.com', false)")
    db.execute("delete from item")

    erase(gone)

    kept = db.execute("select title, archived_by from item_archive where owner_id = %s", [other]).fetchall()
    assert kept == [("theirs", str(gone))]  # though the e-mail of who deleted it gives way to the id


def test_the_reason_of_a_restore_is_blanked_and_names_the_person_nowhere_else(db, owner, items, erase, restore):
    (other,) = db.execute("insert into \"user\" (email) values ('other@example.com') returning id").fetchone()
    db.execute("insert into item (title, owner_id) values ('theirs', %s)", [other])
    db.execute("delete from item; set archive.reason = 'owner@example.com asked for it'")
    restore([id for (id,) in db.execute("select archive_id from item_archive")])
    db.execute('delete from item; delete from "user"')

    erase(owner)

    reasons = "select distinct owner_id, restore_reason from item_archive where restored_at is not null"
    assert dict(db.execute(reasons).fetchall()) == {owner: None, other: f"{owner} asked for it"}


def test_an_erased_row_cannot_be_restored(db, gone, erase, restore):
    erase(gone)
    (id, transaction) = db.execute("select max(archive_id), max(transaction_id)::text from item_archive").fetchone()

    for call in [f"restore('item', '{{{id}}}')", f"restore_transaction('{transaction}')"]:
        with pytest.raises(psycopg.Error, match="erased at") as error:
            db.execute(f"select archive.{call}")
        assert error.value.sqlstate == "AR409"
    assert restore([id], on_conflict="skip")[0][0] == "skipped"


def test_held_rows_are_not_erased_and_are_reported(db, gone, erase):
    ids = [id for (id,) in db.execute("select archive_id from item_archive order by 1")]
    db.execute("select archive.hold('item', %s, 'case 7')", [ids[:1]])

    assert erase(gone) == [('"user"', 1, 0), ("item", 2, 1)]

    assert db.execute("select count(*) from item_archive where title is not null").fetchone() == (1,)


def test_an_erasure_is_logged_and_done_once(db, gone, erase):
    erase(gone)

    assert erase(gone) == [('"user"', 0, 0), ("item", 0, 0)]

    logged = db.execute("select action, source, rows, scope ->> 'subject' from archive.purge_log order by 1, 2, 3")
    assert ("erase", "item", 3, str(gone)) in logged.fetchall()


def test_a_table_of_ones_own_is_erased_by_its_foreign_key(db, owner, erase):
    db.execute('create table note (id int primary key, text text, owner uuid references "user", reader uuid)')
    db.execute('alter table note add foreign key (reader) references "user" on delete set null')
    db.execute("select archive.enable('note')")
    (other,) = db.execute("insert into \"user\" (email) values ('other@example.com') returning id").fetchone()
    db.execute("insert into note values (1, 'hers', %(a)s, %(b)s), (2, 'his', %(b)s, %(a)s)", {"a": owner, "b": other})
    db.execute("delete from note")

    erase(owner)

    assert db.execute("select id, text from note_archive order by id").fetchall() == [(1, None), (2, "his")]


def test_a_domain_that_refuses_null_is_erased_too(db, owner, erase):
    db.execute("create domain phrase as varchar(20) not null check (value <> '')")
    db.execute('create table note (id int primary key, text phrase, owner uuid references "user")')
    db.execute("select archive.enable('note')")
    db.execute("insert into note values (1, 'hers', %s)", [owner])
    db.execute("delete from note")

    erase(owner)

    assert db.execute("select id, text from note_archive").fetchall() == [(1, None)]


@pytest.mark.parametrize(("user", "reason"), [(None, "asked"), ("00000000-0000-0000-0000-000000000000", " ")])
def test_a_user_and_a_reason_are_needed(db, erase, user, reason):
    with pytest.raises(psycopg.Error) as error:
        erase(user, reason)

    assert error.value.sqlstate == "AR422"
