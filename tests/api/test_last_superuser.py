"""Two superusers who take each other's power at once: one stays a superuser."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import connect, reply, until

DEMOTE, DEACTIVATE = ("PATCH", {"is_superuser": False}), ("PATCH", {"is_active": False})
DELETE = ("DELETE", None)
NOT_PRIVILEGED = (403, {"detail": "The user doesn't have enough privileges"})


@pytest.mark.parametrize("second", [DEMOTE, DEACTIVATE, DELETE])
@pytest.mark.parametrize("first", [DEMOTE, DEACTIVATE, DELETE])
def test_of_two_superusers_who_end_each_others_power_at_once_one_keeps_it(
    client, db, make_user, superuser, headers, server, first, second
):
    other = make_user(is_superuser=True)
    waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

    def end_power(actor, target, way):
        method, body = way
        return client.request(method, f"/api/v1/users/{target.id}", json=body, headers=headers(actor))

    with connect("test_owner") as holder, ThreadPoolExecutor() as threads:
        with holder.transaction():
            holder.execute('select from "user" for update')  # both requests are past the check of their token
            answers = [
                threads.submit(end_power, superuser, other, first),
                threads.submit(end_power, other, superuser, second),
            ]
            until(lambda: db.execute(waiting).rowcount == 2)
        answers = [reply(answer.result()) for answer in answers]

    assert sorted(status for status, _ in answers) == [200, 403]
    assert NOT_PRIVILEGED in answers
    assert db.execute('select from "user" where is_superuser and is_active').rowcount == 1
