"""The floor: this project's routes, each written by hand on psycopg, as quickly as is known and still correct.

Same framework, same checks of the token and the input, same answers. A request takes one connection once, runs as few
statements as will do on the event loop, each a transaction of its own where it can be, and sends lists in the JSON that
PostgreSQL writes. Nothing is shared between routes but that. Each request has an id, a line in the log, and its count
and time in the metrics, by the project's own middleware.
"""

import psycopg
from app.api.middleware import Traced
from app.core import logs
from app.core.config import settings
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware

from tests.benchmarks.floor import archive, items

logs.configure(settings.LOG_FORMAT)

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.all_cors_origins, allow_credentials=True)
app.add_middleware(Traced)
app.router.routes += [*items.router.routes, *archive.router.routes]  # included, they would be searched more slowly


@app.exception_handler(psycopg.Error)
def answer_archive_error(_: Request, error: psycopg.Error) -> JSONResponse:
    if not (state := error.sqlstate or "").startswith("AR"):
        raise error
    return JSONResponse({"detail": error.diag.message_primary}, int(state[2:]))
