"""sql/README.md: its lists are complete, and its recipes work."""

import re

from tests.conftest import OWNER
from tests.sql.conftest import SQL, psql

README = (SQL / "README.md").read_text()


def test_the_readme_names_every_file():
    linked = re.findall(r"\]\(((?:app|archive|audit)/[\w/]+\.sql)\)", README)

    assert sorted(linked) == sorted(str(file.relative_to(SQL)) for file in SQL.glob("*/**/*.sql"))


def test_the_readme_says_of_each_file_what_its_first_line_says():
    for file, summary in re.findall(r"^\| \[.*\]\((a(?:rchive|pp)/.*)\) \| (.*) \|$", README, re.MULTILINE):
        header = re.match(r"(?:-- .*\n)+", (SQL / file).read_text())[0]
        assert header.replace("\n-- ", " ").startswith(f"-- {summary}")


def test_every_recipe_works(db, owner, archived, archived_in_2020):
    db.execute("create table note (id int primary key, body text); select archive.enable('note')")
    db.execute("insert into note values (1)")
    db.execute("select archive.maintain()")
    db.execute("delete from item_archive_y2020m01")
    (transaction,) = db.execute("select transaction_id from archive.transactions limit 1").fetchone()
    # pg_cron is stood in for by what runs the command once, at once.
    db.execute(
        "create schema cron; create function cron.schedule(name text, schedule text, command text) returns bigint"
        " language plpgsql as 'begin execute command; return 1; end'"
    )
    recipes = "\n".join(re.findall(r"^```sql\n(.*?)^```", README, re.DOTALL | re.MULTILINE))
    for placeholder, value in {
        "'815'": f"'{transaction}'",
        "{12,13}": f"{{{archived[0]},{archived[1]}}}",
        "01a2081b-4d4f-7b63-9f32-a4f21df0b0a1": str(owner),
    }.items():
        assert placeholder in recipes
        recipes = recipes.replace(placeholder, value)

    run = psql(login=OWNER, script=recipes)

    assert (run.returncode, run.stderr) == (0, "")
    assert db.execute("select action from archive.purge_log order by log_id").fetchall() == [
        (action,) for action in ("hold", "release", "purge", "erase", "erase")
    ]
    assert db.execute("select to_regclass('item_archive_y2020m01')").fetchone() == (None,)
    assert db.execute("select count(*) from archive.health() where not ok and severity = 'error'").fetchone() == (0,)
    db.execute("delete from note")
    assert db.execute("select colour from note_archive").fetchall() == [("blue",)]
