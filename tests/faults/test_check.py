"""The checker of the faults, on a short history made by hand: it finds what is wrong, and nothing else."""

import uuid

import pytest

from tests.conftest import OWNER
from tests.faults.check import check
from tests.faults.model import Model, Operation, State, Table

NOTE = Table("note", ("id", "body"))


@pytest.fixture
def note(db):
    """Make a table that is archived."""
    db.execute("create table note (id uuid primary key, body text not null)")
    db.execute("select archive.enable('note')")


@pytest.fixture
def model(note):
    return Model()


@pytest.fixture
def live(db, model):
    """The key of a live row that the model knows."""
    return insert(db, model)


@pytest.fixture
def deleted(db, model):
    """The key of a deleted row that the model knows."""
    key = insert(db, model)
    delete(db, key)
    model.acknowledge({key: model.state(key).deleted(None, None, OWNER)})
    return key


@pytest.fixture
def restored(db, model, deleted):
    """The key of a row that was deleted and restored, as the model knows."""
    db.execute("set archive.actor = 'Ada'")
    db.execute(
        "select archive.restore('note', array(select archive_id from note_archive where id = %s))", [_id(deleted)]
    )
    db.execute("reset archive.actor")
    model.acknowledge({deleted: model.state(deleted).restored("Ada")})
    return deleted


def insert(db, model):
    key = NOTE.key(str(uuid.uuid4()))
    db.execute("insert into note values (%s, 'a note')", [_id(key)])
    model.acknowledge({key: State(("a note",))})
    return key


def delete(db, key):
    db.execute("delete from note where id = %s", [_id(key)])


def _id(key):
    return key.partition(":")[2]


def found(db, model):
    return [(finding.kind, finding.key) for finding in check(db, [NOTE], model)]


def test_a_history_that_is_true_has_no_finding(db, model, live, restored):
    assert found(db, model) == []


def test_a_row_deleted_while_the_trigger_was_off_is_lost(db, model, live):
    db.execute("alter table note disable trigger zz_archive_before_delete")
    delete(db, live)
    model.acknowledge({live: model.state(live).deleted(None, None, OWNER)})

    assert found(db, model) == [("lost", live)]


def test_an_archived_row_that_was_altered_is_found(db, model, deleted):
    db.execute("update note_archive set body = 'another note'")

    assert found(db, model) == [("altered", deleted)]


def test_a_mark_that_was_removed_is_found(db, model, restored):
    db.execute("update note_archive set restored_at = null, restored_by = null")

    assert found(db, model) == [("mark", restored)]


def test_a_mark_that_was_removed_of_a_row_deleted_again_is_found(db, model, restored):
    delete(db, restored)
    model.acknowledge({restored: model.state(restored).deleted(None, None, OWNER)})
    db.execute("update note_archive set restored_at = null, restored_by = null")

    assert found(db, model) == [("mark", restored)]


def test_a_restore_that_is_undone_is_lost(db, model, restored):
    db.execute("alter table note disable trigger zz_archive_before_delete")
    delete(db, restored)
    db.execute("update note_archive set restored_at = null, restored_by = null")

    assert found(db, model) == [("lost", restored)]


def test_a_row_archived_twice_is_doubled(db, model, deleted):
    columns = "transaction_id, archived_at, session_role, cascaded, id, body"
    again = f"insert into note_archive (archive_id, {columns}) select archive_id + 1, {columns} from note_archive"
    db.execute(again)

    assert found(db, model) == [("doubled", deleted)]


def test_a_row_that_is_live_and_archived_is_a_ghost(db, model, deleted):
    db.execute("insert into note values (%s, 'a note')", [_id(deleted)])

    assert found(db, model) == [("ghost", deleted)]


def test_a_purged_row_that_is_back_is_found(db, model, live):
    model.acknowledge({live: State()})

    assert found(db, model) == [("ghost", live)]


@pytest.mark.parametrize("happened", [True, False])
def test_an_unanswered_delete_happened_or_not(db, model, live, happened):
    after = {live: model.state(live).deleted(None, None, OWNER)}
    model.doubt(Operation(1, "delete", {live: model.state(live)}, (after,)))
    if happened:
        delete(db, live)

    assert found(db, model) == []
    assert bool(model.state(live).live) is not happened
    assert model.is_settled(live)


@pytest.mark.parametrize("happened", [True, False])
def test_an_unanswered_insert_is_known_by_its_values(db, model, note, happened):
    model.doubt(Operation(1, "create", {}, ({"?note": State(("a note",))},)))
    if happened:
        db.execute("insert into note values (gen_random_uuid(), 'a note')")

    assert found(db, model) == []
    assert len(model.states) == happened


def test_half_of_an_unanswered_delete_is_half_done(db, model, live):
    other = insert(db, model)
    before = {key: model.state(key) for key in (live, other)}
    after = {key: state.deleted(None, None, OWNER) for key, state in before.items()}
    model.doubt(Operation(1, "delete", before, (after,)))
    delete(db, live)

    assert found(db, model) == [("half done", f"{live}, {other}")]


def test_a_race_that_somebody_must_have_won_did_not_leave_the_row(db, model, live):
    after = {live: model.state(live).deleted(None, None, OWNER)}
    model.doubt(Operation(1, "race", {live: model.state(live)}, (after,), certain=True))

    assert found(db, model) == [("half done", live)]
