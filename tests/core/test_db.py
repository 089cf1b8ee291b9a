"""Connections of sessions."""

import select

from app.core.db import engine
from sqlalchemy import text


def test_a_session_keeps_a_connection_with_a_message_too(db):
    with engine.connect() as connection:
        connection.execute(text("listen news"))
        connection.commit()
        before = connection.connection.driver_connection

    db.execute("notify news")
    assert select.select([before], [], [], 10)[0]

    with engine.connect() as connection:
        assert connection.connection.driver_connection is before
