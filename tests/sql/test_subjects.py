"""Who is a person: declared, whatever the tables are called, and found by foreign keys and by labels."""

import psycopg
import pytest


@pytest.fixture
def clinic(db):
    """People with a text for a key, what they own, and what hangs from that."""
    db.execute(
        """
        create schema clinic;
        create table clinic.patient (code text primary key, mail text, nick text);
        create table clinic.visit (patient text references clinic.patient on delete cascade, day date, complaint text,
                                   primary key (patient, day));
        create table clinic.remark (id int primary key, patient text, day date, text text, author text,
                                    foreign key (patient, day) references clinic.visit on delete cascade);
        create table clinic.bed (id int primary key, name text,
                                 kept_by text references clinic.patient on delete set null);
        select archive.enable('clinic.patient'), archive.enable('clinic.visit'), archive.enable('clinic.remark'),
               archive.enable('clinic.bed');
        select archive.declare_subject('clinic.patient', labels => '{mail,nick}');
        insert into clinic.patient values ('p1', 'Ada@Example.com', 'Ada'), ('p2', 'bob@example.com', 'Bob');
        insert into clinic.visit select code, '2026-01-01', 'cough' from clinic.patient;
        insert into clinic.remark values (1, 'p1', '2026-01-01', 'hers', 'x'), (2, 'p2', '2026-01-01', 'his', 'y');
        insert into clinic.bed values (1, 'by the window', 'p1');
        delete from clinic.bed;
        """
    )


def rows(db, query):
    return db.execute(query).fetchall()


def test_a_person_is_found_by_foreign_keys_however_long_the_way(db, clinic):
    db.execute("delete from clinic.patient")

    erased = db.execute(
        "select source::text, erased, held from archive.erase_subject('p1', 'asked') order by 1"
    ).fetchall()

    assert erased == [("clinic.patient", 1, 0), ("clinic.remark", 1, 0), ("clinic.visit", 1, 0)]
    assert rows(db, "select code, mail, nick from clinic.patient_archive order by 1") == [
        ("p1", None, None),
        ("p2", "bob@example.com", "Bob"),
    ]
    assert rows(db, "select patient, complaint from clinic.visit_archive order by 1") == [("p1", None), ("p2", "cough")]
    assert rows(db, "select id, text, author from clinic.remark_archive order by 1") == [
        (1, None, None),
        (2, "his", "y"),
    ]
    assert rows(db, "select name from clinic.bed_archive") == [("by the window",)]


def test_what_was_deleted_of_a_live_person_is_erased_too(db, clinic):
    db.execute("delete from clinic.remark")

    db.execute("select archive.erase_subject('p1', 'asked')")

    assert rows(db, "select id, text from clinic.remark_archive order by 1") == [(1, None), (2, "his")]
    assert rows(db, "select count(*) from clinic.patient") == [(2,)]


def test_labels_give_way_to_the_id_whatever_their_case(db, clinic):
    db.execute(
        "set archive.actor = 'ADA@example.COM'; set archive.reason = 'told by ada@example.com, and Ada, not Adam'"
    )
    db.execute("delete from clinic.remark where id = 2")
    (held,) = db.execute("select archive_id from clinic.bed_archive").fetchone()
    db.execute("select archive.hold('clinic.bed', array[%s]::bigint[], 'ada asked')", [held])
    db.execute("reset archive.actor; reset archive.reason")

    db.execute("select archive.erase_subject('p1', 'request of Ada@Example.com')")

    assert rows(db, "select archived_by, reason from clinic.remark_archive") == [("p1", "told by p1, and p1, not Adam")]
    assert rows(db, "select held_by, reason from archive.holds") == [("p1", "p1 asked")]
    everything = rows(db, "select string_agg(l::text, ' ') from archive.purge_log l")[0][0].lower()
    assert "example.com" not in everything
    assert "request of p1" in everything


def test_a_key_that_is_a_label_gives_way_to_a_pseudonym(db):
    db.execute(
        "create table person (mail text primary key, name text);"
        "create table letter (id int primary key, sender text references person on delete cascade, body text);"
        "select archive.enable('person'); select archive.enable('letter');"
        "select archive.declare_subject('person', labels => '{mail}');"
        "insert into person values ('ada@example.com', 'Ada'); insert into letter values (1, 'ada@example.com', 'x');"
        "delete from person"
    )

    db.execute("select archive.erase_subject('person', 'ada@example.com', 'asked')")

    ((person, name, sender, body),) = rows(
        db, "select p.mail, p.name, l.sender, l.body from person_archive p, letter_archive l"
    )
    assert person == sender
    assert person.startswith("erased-")
    assert (name, body) == (None, None)
    assert "ada@" not in rows(db, "select string_agg(l::text, ' ') from archive.purge_log l")[0][0]


def test_of_several_tables_of_people_the_one_that_knows_the_person_counts(db, clinic):
    erased = db.execute("select source::text from archive.erase_subject('p2', 'asked')").fetchall()

    assert ("clinic.patient",) in erased
    assert ("item",) not in erased


def test_a_person_of_several_tables_or_of_none_asks_for_the_table(db, clinic):
    db.execute("create table staff (id text primary key); select archive.declare_subject('staff')")
    db.execute("insert into staff values ('p1')")

    for subject, why in [("p1", "several of"), ("nobody", "none of")]:
        with pytest.raises(psycopg.Error, match=why) as refused:
            db.execute("select archive.erase_subject(%s, 'asked')", [subject])
        assert refused.value.sqlstate == "AR422"
    db.execute("select archive.erase_subject('staff', 'p1', 'asked')")


def test_cycles_of_foreign_keys_end(db):
    db.execute(
        "create table person (id int primary key, friend int references person, home int);"
        "create table home (id int primary key, owner int references person, text text);"
        "alter table person add foreign key (home) references home deferrable initially deferred;"
        "select archive.enable('person'); select archive.enable('home'); select archive.declare_subject('person');"
        "insert into person values (1, 1, 1), (2, 1, 1); insert into home values (1, 1, 'hers');"
    )
    db.execute("truncate person, home")

    db.execute("select archive.erase_subject('person', '1', 'asked')")

    assert rows(db, "select text from home_archive") == [(None,)]
    assert rows(db, "select id from person_archive where erased_at is null") == [(2,)]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("archive.declare_subject('clinic.visit')", "a primary key of one column"),
        ("archive.declare_subject(null)", "a primary key of one column"),
        ("archive.declare_subject('clinic.patient', '{email}')", "has no column email"),
        ("archive.declare_subject('clinic.patient', '{null}')", "has no column null"),
        ("archive.erase_subject('clinic.bed', '1', 'asked')", "is not declared as a table of people"),
        ("archive.erase_subject('clinic.patient', null, 'asked')", "must not be null"),
        ("archive.erase_subject('\"user\"', 'p1', 'asked')", "is no key of"),
    ],
)
def test_a_bad_argument_is_refused(db, clinic, call, why):
    with pytest.raises(psycopg.Error, match=why) as refused:
        db.execute(f"select {call}")

    assert refused.value.sqlstate == "AR422"


def test_without_a_declaration_nobody_is_erased(db):
    db.execute("delete from archive.subjects")

    with pytest.raises(psycopg.Error, match=r"archive.declare_subject\(\)"):
        db.execute("select archive.erase_subject('x', 'asked')")


def test_only_the_owner_declares(db, runtime):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.execute("select archive.declare_subject('item')")
