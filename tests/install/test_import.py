"""`archive-table import`: rows that are only marked as deleted move into the archive."""

import pytest
from app.core import install


@pytest.fixture
def letters(shop):
    install.install(shop)
    shop.execute(
        """
        create table letter (id int primary key, deleted_at date, deleted_by text);
        insert into letter values
            (1, null, null), (2, '2024-01-31', 'ada'), (3, '2025-02-01', null), (4, 'infinity', null);
        select archive.enable('letter');
        """
    )
    return shop


def test_without_yes_the_rows_are_only_counted(letters, archive_table):
    done = archive_table("import", "letter", "--deleted-at", "deleted_at")

    assert done.returncode == 0, done.stderr
    assert "2 rows of letter are marked as deleted, from 2024-01-31 to 2025-02-01." in done.stdout
    assert "1 rows are marked for a later time" in done.stdout
    assert letters.execute("select count(*) from letter").fetchone() == (4,)


def test_marked_rows_are_moved_and_counted_again(letters, archive_table):
    arguments = "import", "public.letter", "--deleted-at", "deleted_at", "--deleted-by", "deleted_by", "--yes"

    done = archive_table(*arguments)
    again = archive_table(*arguments)

    assert done.returncode == 0, done.stderr
    assert "2 rows were moved into the archive; 0 marked rows are left." in done.stdout
    assert "0 rows were moved" in again.stdout
    assert letters.execute("select id, archived_by from letter_archive order by id").fetchall() == [
        (2, "ada"),
        (3, None),
    ]


def test_rows_to_which_others_refer_are_named(letters, archive_table):
    letters.execute("create table stamp (letter_id int references letter); insert into stamp values (2)")

    done = archive_table("import", "letter", "--deleted-at", "deleted_at", "--yes")

    assert "1 to which stamp refers (stamp_letter_id_fkey)" in done.stdout
    assert "1 rows were moved into the archive; 1 marked rows are left." in done.stdout


@pytest.mark.parametrize(
    ("table", "column", "reason"),
    [
        ("nowhere", "deleted_at", "There is no table nowhere in database shop."),
        ('a"', "deleted_at", "There is no table a"),
        ("a.b.c.d", "deleted_at", "is no name of a table"),
        ("letter", "gone", "letter has no column gone"),
        ("letter", "deleted_by", "is of type text"),
        ("pg_class", "relname", "is not archived"),
    ],
)
def test_what_cannot_be_imported_is_one_sentence(letters, archive_table, table, column, reason):
    done = archive_table("import", table, "--deleted-at", column, "--yes")

    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
