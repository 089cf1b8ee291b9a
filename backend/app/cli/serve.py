"""`archive-table dev`: migrate, then serve."""

import os
import socket
import sys

import uvicorn

from app.cli.heads import BoundedHeads
from app.core import migrations
from app.core.config import settings
from app.core.db import engine
from app.main import app


def serve(listener: socket.socket) -> None:
    """Bring the database up to date and serve on this socket until interrupted."""
    try:
        migrations.upgrade()
        # From here on, a client that connects before the server runs waits instead of being refused.
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        default = type(settings).model_fields["FIRST_SUPERUSER_PASSWORD"].default
        hint = f" ({default})" if default == settings.FIRST_SUPERUSER_PASSWORD else ""
        print(
            f"\nArchive Table serves on {url} until Ctrl-C.\n\n"
            f"  console  {url}/admin/\n"
            f"  docs     {url}{app.docs_url}\n"
            f"  sign in  {settings.FIRST_SUPERUSER}, with FIRST_SUPERUSER_PASSWORD{hint} as of the first start\n"
            f"  psql     {sys.argv[0]} psql\n",
            flush=True,
        )
        config = uvicorn.Config(
            app,
            http=BoundedHeads,
            timeout_graceful_shutdown=5,  # a download still open must not keep the server from ending
            forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", ""),  # or uvicorn believes any local client
        )
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        engine.dispose()
