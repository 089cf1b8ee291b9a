"""docs/guides/change-a-column.md, while others insert and delete."""

import threading

from app.core import install

from tests.docs.test_guides import blocks
from tests.docs.test_guides import run as run

BLOCKS = blocks("guides/change-a-column.md", "sql")
LAST = len(BLOCKS) - 1


def delete_one_by_one(connect, stop, deleted, failures):
    with connect("shop") as db:
        while not stop.is_set():
            try:
                (id,) = db.execute("insert into note (amount) values (7) returning id").fetchone()
                deleted += [id] * db.execute("delete from note where id = %s", [id]).rowcount
            except Exception as error:
                failures.append(error)
                return


def test_a_column_changes_its_type_while_deletes_go_on(run, shop, connect):
    install.install(shop)
    shop.execute("create table note (id int generated always as identity primary key, amount int not null)")
    shop.execute("select archive.enable('note')")
    shop.execute("insert into note (amount) select 7 from generate_series(1, 3000); delete from note where id = 1")
    stop, deleted, failures = threading.Event(), [1], []
    threads = [threading.Thread(target=delete_one_by_one, args=(connect, stop, deleted, failures)) for _ in range(2)]
    for thread in threads:
        thread.start()

    told = [run(*block) for block in BLOCKS[:LAST]]

    stop.set()
    for thread in threads:
        thread.join()
    assert (failures, "(0 rows)" in told[-1]) == ([], True)
    archived = shop.execute("select id from note_archive order by archive_id").fetchall()
    assert sorted(id for (id,) in archived) == sorted(deleted)
    shop.execute("select archive.restore('note', array(select archive_id from note_archive))")
    assert shop.execute("select distinct amount, pg_typeof(amount)::text from note").fetchall() == [(7, "bigint")]
    run(*BLOCKS[LAST])
    assert shop.execute("select check_name from archive.health() where not ok and severity = 'error'").fetchall() == []
