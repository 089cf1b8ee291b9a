"""Requests that schemathesis makes up from the OpenAPI document, alone and in sequences, as each kind of caller.

It looks for faults of the server, and for answers that the document does not announce: another status, type or body.
"""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SECONDS = 10
"""The time for one kind of caller, with requests that stand alone, and again with sequences."""

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.parametrize("phases", ["coverage,fuzzing", "stateful"])
@pytest.mark.parametrize("caller", ["nobody", "user", "superuser"])
def test_every_answer_is_one_that_the_document_announces(
    port, client, caller, phases, make_user, superuser, make_item, headers, delete
):
    user = {"nobody": None, "user": make_user(), "superuser": superuser}[caller]
    credentials = [f"--header=Authorization:{headers(user)['Authorization']}"] if user else []
    delete(make_item(superuser), superuser)

    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{port}/api/v1/openapi.json"),
            *(
                f"--phases={phases}",
                f"--max-time={SECONDS}",
                "--continue-on-failure",
                "--no-color",
                "--generation-database=none",
            ),
            *(f"--checks={CHECKS}", "--request-timeout=60", "--warnings=off"),
            "--exclude-operation-id=users-delete_user_me",  # it would end the caller
            *credentials,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
