"""What the constraints and triggers of a DBA refuse is a conflict, with the database's reason."""

import pytest

from tests.conftest import reply

CANCELLED = (409, {"detail": "A trigger or rule of the database cancelled this"})


@pytest.fixture
def add_trigger(db):
    """Add a trigger with this body to a table."""

    def add_trigger(table, event, body, timing="before"):
        db.execute(f"create function refuse() returns trigger language plpgsql as $$ begin {body} end $$")
        db.execute(f'create trigger refuse {timing} {event} on "{table}" for each row execute function refuse()')

    return add_trigger


@pytest.fixture
def call(client, admin, make_user, make_item):
    """Send one of the requests that change a user or an item, as a superuser."""
    user = make_user()
    item = make_item(user)
    user_path, item_path = f"/api/v1/users/{user.id}", f"/api/v1/items/{item.id}"
    requests = {
        ("user", "insert"): ("POST", "/api/v1/users/", {"email": "new@example.com", "password": "a long password"}),
        ("user", "update"): ("PATCH", user_path, {"full_name": "Ann"}),
        ("user", "delete"): ("DELETE", user_path, None),
        ("item", "insert"): ("POST", "/api/v1/items/", {"title": "new"}),
        ("item", "update"): ("PUT", item_path, {"title": "other"}),
        ("item", "delete"): ("DELETE", item_path, None),
    }

    def call(table, event):
        method, path, body = requests[table, event]
        return reply(client.request(method, path, json=body, headers=admin))

    return call


each_change = pytest.mark.parametrize("event", ["insert", "update", "delete"])
each_table = pytest.mark.parametrize("table", ["user", "item"])


@each_table
@each_change
def test_what_a_trigger_raises_is_a_conflict_with_its_message(call, add_trigger, table, event):
    add_trigger(table, event, "raise 'not on Sundays'; return null;")

    assert call(table, event) == (409, {"detail": "not on Sundays"})


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ("raise 'no' using errcode = 'XY123'", "no"),
        ("raise 'no' using errcode = '55000'", "no"),
        ("perform 1 / 0", "division by zero"),
        ("perform (select 1 union select 2)", "more than one row returned by a subquery used as an expression"),
        ("assert false", "assertion failed"),
    ],
)
def test_whatever_sqlstate_a_trigger_raises_is_a_conflict(call, add_trigger, raised, message):
    add_trigger("item", "delete", f"{raised}; return null;")

    assert call("item", "delete") == (409, {"detail": message})


@each_table
@each_change
def test_a_change_that_a_trigger_cancels_is_a_conflict(call, db, add_trigger, table, event):
    before = db.execute(f'select array_agg(t order by id) from "{table}" t').fetchone()
    add_trigger(table, event, "return null;")

    assert call(table, event) == CANCELLED
    assert db.execute(f'select array_agg(t order by id) from "{table}" t').fetchone() == before


@each_table
@each_change
def test_what_a_constraint_trigger_raises_at_the_commit_is_a_conflict(call, db, table, event):
    db.execute("create function refuse() returns trigger language plpgsql as $$ begin raise 'too late'; end $$")
    db.execute(
        f'create constraint trigger refuse after {event} on "{table}" deferrable initially deferred'
        " for each row execute function refuse()"
    )

    assert call(table, event) == (409, {"detail": "too late"})


def test_a_user_to_whom_a_row_without_cascade_refers_is_not_deleted(client, db, admin, make_user):
    user = make_user()
    db.execute('create table invoice (owner_id uuid not null references "user")')
    db.execute("insert into invoice values (%s)", [user.id])

    status, body = reply(client.delete(f"/api/v1/users/{user.id}", headers=admin))

    assert status == 409
    assert 'on table "invoice"' in body["detail"]


@pytest.mark.parametrize(
    "constraint", ["check (title <> 'new')", "exclude (title with =)", "foreign key (title) references word"]
)
def test_an_item_that_a_constraint_of_the_dba_refuses_is_a_conflict(client, db, admin, superuser, constraint):
    db.execute("create table word (word text primary key)")
    db.execute("alter table item alter title type text, add constraint of_the_dba " + constraint)
    if constraint.startswith("exclude"):
        db.execute("insert into item (title, owner_id) values ('new', %s)", [superuser.id])

    status, body = reply(client.post("/api/v1/items/", json={"title": "new"}, headers=admin))

    assert status == 409
    assert "of_the_dba" in body["detail"]


def test_an_item_that_a_policy_refuses_is_a_conflict(client, db, admin):
    db.execute("create policy nothing on item for select using (true)")
    db.execute("alter table item enable row level security")

    status, body = reply(client.post("/api/v1/items/", json={"title": "new"}, headers=admin))

    assert status == 409
    assert "row-level security policy" in body["detail"]


def test_a_trigger_that_needs_a_right_which_the_api_lacks_is_a_conflict(call, db, add_trigger):
    db.execute("create table ledger (id int)")
    add_trigger("item", "delete", "insert into ledger values (1); return old;")

    assert call("item", "delete") == (409, {"detail": "permission denied for table ledger"})


@each_table
def test_a_rule_that_does_nothing_instead_is_a_conflict(call, db, table):
    db.execute(f'create rule keep as on delete to "{table}" do instead nothing')

    assert call(table, "delete") == CANCELLED


def test_a_user_who_deletes_themselves_is_told_of_the_trigger(client, add_trigger, make_user, token_of):
    headers = token_of(make_user())
    add_trigger("user", "delete", "raise 'not on Sundays'; return null;")

    assert reply(client.delete("/api/v1/users/me", headers=headers)) == (409, {"detail": "not on Sundays"})
