"""A database of the full-stack FastAPI template is migrated in place: its tables become this backend's."""

import psycopg
import pytest
from alembic import command
from app.cli.errors import sentence
from app.core import migrations

from tests.db import template
from tests.db.template import ADA, EARLIEST, INTEGERS, ITEM, NEWEST, PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture
def empty(db):
    """A database without tables. Schema archive alone stays."""
    command.downgrade(migrations.config(), "base")
    db.execute("drop table archive_table_version")
    return db


@pytest.fixture(params=[EARLIEST, NEWEST], ids=["earliest", "newest"])
def adopted(empty, request):
    empty.execute(request.param + template.ROWS)
    migrations.upgrade()
    return empty


def revisions(db):
    return db.execute("select (select version_num from alembic_version), (table archive_table_version)").fetchone()


def health(db):
    return db.execute("select check_name, detail from archive.health() where not ok and severity = 'error'").fetchall()


def test_rows_keys_and_hashes_stay_and_the_models_fit(adopted):
    rows = adopted.execute(
        "select u.id::text, u.email, u.hashed_password, i.id::text, i.title"
        ' from item i join "user" u on u.id = i.owner_id'
    ).fetchall()

    assert rows == [(ADA, "Ada@Example.com", template.HASH, ITEM, "Notebook")]
    assert health(adopted) == []
    command.check(migrations.config())


def test_both_programs_keep_their_own_versions(adopted):
    theirs, ours = revisions(adopted)

    migrations.upgrade()

    assert ours == migrations.head()
    assert revisions(adopted) == (theirs, ours)
    assert theirs in ("d98dd8ec85a3", "fe56fa70289e")


def test_who_signed_in_there_signs_in_here_and_deletes(client, adopted, admin):
    form = {"username": "ada@example.com", "password": PASSWORD}
    token = client.post("/api/v1/login/access-token", data=form).json()["access_token"]
    mine = {"Authorization": f"Bearer {token}"}

    assert client.delete(f"/api/v1/items/{ITEM}", headers=mine).status_code == 200

    (archived,) = client.get("/api/v1/archive/items/", headers=admin).json()["data"]
    assert (archived["id"], archived["archived_by"]) == (ITEM, ADA)
    assert client.post(f"/api/v1/archive/items/{archived['archive_id']}/restore", headers=admin).status_code == 200


@pytest.mark.parametrize("deleted", ["item", '"user"'])
def test_created_at_is_archived_and_comes_back(empty, deleted):
    empty.execute(NEWEST + template.ROWS)
    empty.execute("update item set created_at = '2026-02-03Z'; update \"user\" set created_at = '2026-02-01Z'")
    migrations.upgrade()

    empty.execute(f"delete from {deleted}")
    empty.execute(
        "select archive.restore_transaction((select max(transaction_id::text)::xid8 from archive.transactions))"
    )

    created = 'select i.created_at, u.created_at from item i join "user" u on u.id = i.owner_id'
    assert [[str(moment.date()) for moment in row] for row in empty.execute(created)] == [["2026-02-03", "2026-02-01"]]


def test_rows_made_from_now_on_have_a_time_too(empty, make_user, make_item):
    empty.execute(NEWEST)
    migrations.upgrade()

    make_item(make_user())

    assert empty.execute("select count(*) from item where created_at > now() - interval '1 min'").fetchone() == (1,)


def test_a_cascade_is_added_where_the_template_had_none_yet(adopted):
    adopted.execute('delete from "user"')

    assert adopted.execute("select cascaded from item_archive").fetchall() == [(True,)]


BEN = "11111111-1111-4111-8111-111111111111"
REFUSED = [
    (
        INTEGERS,
        r'^Tables with integer ids cannot be adopted: public\."user"\.id is integer, public\.item\.id is integer',
    ),
    (
        NEWEST + template.ROWS + f"insert into \"user\" values ('ada@example.com', true, false, null, 'x', '{BEN}')",
        "^E-mails that differ by case only cannot be adopted: (Ada@Example.com and ada|ada@example.com and Ada)@",
    ),
    (
        EARLIEST + f"insert into item (id, title) values ('{BEN}', 'x')",
        f"^Items without an owner or a title cannot be adopted: {BEN}",
    ),
    ('create table "user" (id uuid primary key, email varchar)', r"not the template\'s: .*public\.item\.id is missing"),
]


@pytest.mark.parametrize(("tables", "message"), REFUSED, ids=["integers", "emails", "items", "others"])
def test_what_cannot_be_adopted_is_refused_in_one_sentence_and_left_alone(empty, tables, message):
    empty.execute(tables)

    with pytest.raises(psycopg.Error, match=message) as refused:
        migrations.upgrade()

    assert refused.value.sqlstate == "AR409"
    assert "\n" not in (sentence(refused.value) or "\n")
    assert empty.execute("select to_regclass('archive_table_version'), to_regclass('item_archive')").fetchone() == (
        None,
        None,
    )
    assert empty.execute("select count(*) from pg_attribute where attname = 'tokens_valid_from'").fetchone() == (0,)


def test_an_installation_with_the_usual_version_table_goes_on_under_the_new_name(db):
    db.execute("alter table archive_table_version rename to alembic_version")
    db.execute("alter table alembic_version rename constraint archive_table_version_pkc to alembic_version_pkc")

    migrations.upgrade()

    assert db.execute("select to_regclass('alembic_version'), (table archive_table_version)").fetchone() == (
        None,
        migrations.head(),
    )


def test_rows_with_random_ids_are_listed_beside_new_ones(client, adopted, make_user, make_item, admin):
    """Ids of the template are of version 4: they sort among themselves, not by time."""
    new = str(make_item(make_user()).id)

    items = client.get("/api/v1/items/", headers=admin).json()

    assert [item["id"] for item in items["data"]] == [ITEM, new]
