"""One client's connection to the API, which tells an answer from none."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

from tests.faults.client import Refused, Unanswered, Wrong

ANSWER_TIMEOUT = 60
"""Seconds to wait for an answer: more than any fault lasts."""


class HttpConnection:
    """A connection that is kept, and made anew where it broke."""

    def __init__(self, port: int, token: str = "") -> None:
        self.token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_TIMEOUT)

    def close(self) -> None:
        """Close it; the next request opens another."""
        self._connection.close()

    def sign_in(self, email: str, password: str) -> None:
        """Get a token for all requests that follow."""
        form = f"username={email}&password={password.replace(' ', '+')}"
        answer = self._send("POST", "/login/access-token", form, "application/x-www-form-urlencoded", {200})
        self.token = answer[1]["access_token"]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request and return what a 200 says."""
        return self.answer(method, path, body, {200})[1]

    def answer(self, method: str, path: str, body: object, expected: set[int]) -> tuple[int, Any]:
        """Send a request and return status and content of an answer that may be true.

        Raises:
            Refused: nobody listens.
            Unanswered: no answer, or one that does not tell what was done.
            Wrong: any other answer.

        """
        return self._send(method, path, None if body is None else json.dumps(body), "application/json", expected)

    def _send(self, method: str, path: str, body: str | None, kind: str, expected: set[int]) -> tuple[int, Any]:
        headers: Mapping[str, str] = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        try:
            if self._connection.sock is None:
                self._connection.connect()
        except OSError as error:
            raise Refused(type(error).__name__) from error
        try:
            self._connection.request(method, f"/api/v1{path}", body, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unanswered(f"HTTP {type(error).__name__}") from error
        if response.status == 500:
            raise Wrong("HTTP 500")
        if response.status > 500:
            raise Unanswered(f"HTTP {response.status}")
        if response.status not in expected:
            raise Wrong(f"HTTP {response.status} {content.decode()}")
        return response.status, json.loads(content)
