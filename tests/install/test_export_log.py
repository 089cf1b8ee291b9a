"""What is known of exports afterwards: whether rows have changed since, and what an erasure cannot reach."""

import pytest
from app.core import install

from tests.install.exports import fault, files, manifest, outcomes


@pytest.mark.parametrize(
    "change",
    [
        "update note_archive set text = 'won' where id = 1",
        "update note_archive set restored_at = now() where id = 1",
        "update note_archive set text = '' where id = 3",
        "insert into note_archive select (jsonb_populate_record(a, '{\"archive_id\": 99}')).*"
        " from note_archive a where id = 1",
    ],
)
def test_a_change_after_the_export_is_found(note, export, cold, change):
    export("note")
    assert fault(note, "2020-01") is None
    before = (cold / "note-2020-01.parquet").read_bytes()

    note.execute(change)
    done = export("note")

    assert "rows have changed since" in fault(note, "2020-01")
    assert (done.returncode, outcomes(done)["2020-01"]) == (1, "changed since")
    assert (cold / "note-2020-01.parquet").read_bytes() == before
    assert outcomes(export("note", "--replace"))["2020-01"] == "exported"
    assert fault(note, "2020-01") is None
    assert fault(note, "2020-02") == "it was never exported"


def test_a_column_added_later_changes_nothing_until_it_has_values(note, export):
    export("note")
    note.execute("alter table note add colour text; select archive.enable('note')")

    assert fault(note, "2020-01") is None
    note.execute("update note_archive set colour = 'red' where id = 1")
    assert "rows have changed since" in fault(note, "2020-01")
    note.execute("alter table note rename text to content; select archive.enable('note')")
    assert "lost or renamed columns since its export: text" in fault(note, "2020-01")


def test_what_was_purged_stays_exported(note, export, cold):
    export("note")
    note.execute("select archive.hold('note', array(select archive_id from note_archive where id = 1), 'case 1')")
    note.execute("select archive.purge('note', '2021-01-01Z', dry_run => false)")

    assert outcomes(export("note", "--replace")) == {"2020-01": "purged since"}
    assert [file["rows"] for file in manifest(cold)] == [3, 1]


def test_a_file_is_not_replaced_by_one_that_lacks_rows(note, export, cold):
    export("note")
    note.execute("update note_archive set archive_id = archive_id + 1000 where id = 1")

    done = export("note", "--replace")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "note-2020-01.parquet has rows that the archive has no more" in done.stderr
    assert files(cold) == ["manifest.json", "note-2020-01.parquet", "note-2020-03.parquet"]


def test_a_month_whose_log_entry_is_missing_is_noted_again(note, export):
    export("note")
    note.execute("delete from archive.export_log")

    assert outcomes(export("note"))["2020-01"] == "whole already"
    assert fault(note, "2020-01") is None


def test_an_erasure_names_the_months_that_may_hold_the_person(shop, export, cold):
    install.install(shop)
    shop.execute(
        """
        create table person (id int primary key, email text);
        create table letter (id int primary key, person_id int references person on delete cascade);
        create table other (id int primary key);
        select archive.enable(t) from unnest('{person,letter,other}'::regclass[]) t;
        select archive.declare_subject('person', '{email}');
        insert into person values (1, 'ada@example.com'), (2, 'bob@example.com');
        insert into letter values (1, 1), (2, 2), (3, 1);
        insert into other values (1), (2);
        set archive.actor = 'ada@example.com';
        delete from other where id = 1;
        set archive.actor = 'bob@example.com';
        delete from other; delete from person;
        update letter_archive set archived_at = make_timestamptz(2020, id, 9, 0, 0, 0);
        update other_archive set archived_at = make_timestamptz(2020, id, 9, 0, 0, 0);
        """
    )
    export("letter")
    export("other")
    shop.execute("select archive.purge('letter', '2020-03-01Z', dry_run => false)")
    notices = []
    shop.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    erase = "select source::text, erased, held from archive.erase_subject('1', 'request')"

    erased = shop.execute(erase).fetchall()

    assert sorted(erased) == [("letter", 1, 0), ("person", 1, 0)]
    assert notices == [
        f"exported months of letter that may hold this person: 2020-01 ({cold}/letter-2020-01.parquet),"
        f" 2020-02 ({cold}/letter-2020-02.parquet), 2020-03 ({cold}/letter-2020-03.parquet)",
        f"exported months of other that may hold this person: 2020-01 ({cold}/other-2020-01.parquet)",
    ]
    notices.clear()
    export("letter", "--replace")
    export("other", "--replace")
    shop.execute(erase)
    assert "2020-03" not in str(notices)
    assert "of other" not in str(notices)
