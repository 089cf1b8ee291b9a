"""Random sequences of requests: a model in Python predicts each answer."""

import asyncio

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, multiple, rule, run_state_machine_as_test

from tests.fuzz import http_inputs as inputs
from tests.fuzz.http_machine import ROUTES, Client, Machine
from tests.fuzz.http_model import Faults, Refused
from tests.fuzz.runs import SHARDS, examples, seed_of

settings.register_profile(
    "http",
    max_examples=examples(),
    stateful_step_count=20,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

roots, tokens, people, things, archived = (
    Machine.roots,
    Machine.tokens,
    Machine.people,
    Machine.things,
    Machine.archived,
)


def mostly(usual, other):
    return st.sampled_from([usual] * 5 + [other]).flatmap(lambda bundle: bundle)


callers, superusers = mostly(tokens, roots), mostly(roots, tokens)
filters = st.fixed_dictionaries(
    {"state": st.sampled_from(["archived", "restored", "any", "any"])},
    optional={"q": st.sampled_from(["", "b", "BLUE", "%", "_", "\\", "0%", "y\\", "example", "nothing like it"])},
)
columns = {
    "item": ["owner_id", "item_id", "archived_by", "transaction_id", "archived_after", "archived_before"],
    "user": ["user_id", "archived_by", "transaction_id", "archived_after", "archived_before"],
}
times = ["archived_after", "archived_before"]


class Requests(Machine):
    """Every route of users, items and the archive, in any order, by anybody."""

    # Signing in

    @rule(target=people, email=inputs.emails, password=inputs.passwords, full_name=inputs.names)
    def sign_up(self, email, password, full_name):
        body = {"email": email, "password": password, "full_name": full_name}
        answer = self.ask("POST", "/users/signup", None, self.model.sign_up, body, json=body)
        return self.add_user(answer, password) if answer else multiple()

    @rule(target=tokens, user=people, in_capitals=st.booleans(), password=st.none() | inputs.passwords)
    def sign_in(self, user, in_capitals, password):
        """No password stands for the right one."""
        email = self.model.users[user]["email"] if user in self.model.users else "nobody@example.com"
        email = email.upper() if in_capitals else email
        password = password or self.model.passwords[user] or inputs.PASSWORDS[0]
        form = {"data": {"username": email, "password": password}, "headers": inputs.FORM}
        answer = self.ask("POST", "/login/access-token", None, self.model.sign_in, email, password, **form)
        return self.add_token(user, answer["access_token"]) if answer else multiple()

    @rule(token=callers, current=st.none() | inputs.passwords, new=inputs.passwords)
    def change_password(self, token, current, new):
        """No password stands for the right one."""
        current = current or self.model.passwords[token.holder] or inputs.PASSWORDS[0]
        body = {"current_password": current, "new_password": new}
        self.ask("PATCH", "/users/me/password", token, self.model.change_password, current, new, json=body)

    # Users

    @rule(token=callers, user=people, skip=inputs.skips, limit=inputs.limits)
    def read_users(self, token, user, skip, limit):
        params = {"skip": skip, "limit": limit}
        self.ask("GET", "/users/me", token, self.model.caller)
        self.ask("GET", f"/users/{user}", token, self.model.read_user, user)
        self.ask("GET", "/users/", token, self.model.list_users, skip, limit, params=params)

    @rule(token=callers, body=inputs.my_changes)
    def update_me(self, token, body):
        self.ask("PATCH", "/users/me", token, self.model.update_me, body, json=body)

    @rule(token=superusers, user=people, body=inputs.user_changes | inputs.activations)
    def update_user(self, token, user, body):
        if user == token.holder:
            return  # whether superusers may demote or deactivate themselves is not decided
        self.ask("PATCH", f"/users/{user}", token, self.model.update_user, user, body, json=body)

    @rule(target=archived, token=callers)
    def delete_me(self, token):
        return self.ask_to_delete("DELETE", "/users/me", token, self.model.delete_me)

    @rule(target=archived, token=superusers, user=people)
    def delete_user(self, token, user):
        return self.ask_to_delete("DELETE", f"/users/{user}", token, self.model.delete_user, user)

    # Items

    @rule(target=things, token=callers, body=inputs.item_bodies)
    def create_item(self, token, body):
        return self.create(token, body)

    @rule(token=callers, item=things, skip=inputs.skips, limit=inputs.limits)
    def read_items(self, token, item, skip, limit):
        params = {"skip": skip, "limit": limit}
        self.ask("GET", f"/items/{item}", token, self.model.read_item, item)
        self.ask("GET", "/items/", token, self.model.list_items, skip, limit, params=params)

    @rule(token=callers, item=things, body=inputs.item_changes)
    def update_item(self, token, item, body):
        self.ask("PUT", f"/items/{item}", token, self.model.update_item, item, body, json=body)

    @rule(target=archived, token=callers, item=things, reason=inputs.reasons)
    def delete_item(self, token, item, reason):
        params = {} if reason is None else {"reason": reason}
        return self.ask_to_delete(
            "DELETE", f"/items/{item}", token, self.model.delete_item, item, reason, params=params
        )

    # The archive

    @rule(
        token=superusers,
        table=st.sampled_from(["item", "item", "user"]),
        filters=filters,
        names=st.sets(st.sampled_from(sorted({*columns["item"], *columns["user"]})), max_size=2),
        row=archived,
        limit=inputs.limits,
        before=st.none() | archived,
    )
    def browse(self, token, table, filters, names, row, limit, before):
        of_row = row | {"item_id": row["id"], "user_id": row["id"]} | dict.fromkeys(times, row["archived_at"])
        filters |= {name: of_row.get(name, inputs.NOBODY) for name in names & {*columns[table]}}
        before = before and before["archive_id"]
        params = filters | {"limit": limit} | ({"before": before} if before else {})
        path, archive_id = f"/archive/{ROUTES[table]}/", row["archive_id"]
        self.ask("GET", f"{path}{archive_id}", token, self.model.read_archived, table, archive_id)
        self.ask("GET", path, token, self.model.browse, table, filters, limit, before, params=params)

    @rule(token=superusers, limit=st.sampled_from([1, 2, 1000]))
    def list_every_deletion(self, token, limit):
        self.list_deletions(token, limit)

    @rule(
        token=superusers,
        row=archived,
        new_owner=st.none() | people | st.just(inputs.NOBODY),
        wrong_table=st.sampled_from([*[False] * 7, True]),
    )
    def restore(self, token, row, new_owner, wrong_table):
        """An archive id names one row of one table."""
        archive_id, is_user = row["archive_id"], ("email" in row) is not wrong_table
        if is_user:
            path = f"/archive/users/{archive_id}/restore"
            self.ask_to_restore("POST", path, token, self.model.restore, "user", archive_id)
        else:
            path, request, body = f"/archive/items/{archive_id}", (archive_id, new_owner), {"owner_id": new_owner}
            self.ask("POST", f"{path}/restore-preview", token, self.model.preview, *request, json=body)
            self.ask_to_restore("POST", f"{path}/restore", token, self.model.restore, "item", *request, json=body)

    @rule(token=superusers, row=archived, zeros=inputs.zeros, other=st.none() | archived)
    def undo(self, token, row, zeros, other):
        """The time of the other row, if any, is sent as the deletion's: most often it is not."""
        path, time = f"/archive/transactions/{zeros}{row['transaction_id']}", other and other["archived_at"]
        request = row["transaction_id"], time
        params = {"archived_at": time} if time else {}
        self.ask("POST", f"{path}/restore-preview", token, self.model.preview_undo, *request, params=params)
        self.ask_to_restore("POST", f"{path}/restore", token, self.model.undo, *request, params=params)

    # Odd requests

    @rule(token=st.none() | superusers, refused=st.sampled_from(inputs.REFUSED))
    def ask_for_nonsense(self, token, refused):
        method, path, options = refused

        def predict(token=None):
            """The refusal of a caller comes before the refusal of the input."""
            if token is None:
                raise Refused(401, "Not authenticated")
            self.model.superuser(token) if refused in inputs.REFUSED_TO_SUPERUSERS else self.model.caller(token)
            raise Refused(422, Faults())

        self.ask(method, path, token, predict, **options)

    # After each request

    @invariant()
    def everything_is_as_predicted(self):
        """Each live row and each archived row is there once, and newest first."""
        self.ask("GET", "/users/?limit=1000", self.root, self.model.list_users, 0, 1000)
        self.ask("GET", "/items/?limit=1000", self.root, self.model.list_items, 0, 1000)
        for table, route in ROUTES.items():
            path = f"/archive/{route}/?state=any&limit=1000"
            self.ask("GET", path, self.root, self.model.browse, table, {"state": "any"}, 1000, None)

    @invariant()
    def each_token_shows_the_live_items_of_its_user_or_nothing(self):
        for token in self.model.tokens[1:]:  # but for the superuser's
            self.ask("GET", "/items/?limit=1000", token, self.model.list_items, 0, 1000)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_answer_is_the_one_that_a_model_predicts(db, shard):
    with asyncio.Runner() as runner:
        client = Client(runner)
        machine = seed(seed_of(shard))(lambda: Requests(db, client))
        run_state_machine_as_test(machine, settings=settings.get_profile("http"))
