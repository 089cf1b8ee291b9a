"""All routes of the API."""

from fastapi import APIRouter

from app.api.routes import archive, items, login, tables, users, utils

# Taken over one by one: a router included in one that is itself included is searched several times for each request.
api_router = APIRouter(
    routes=[
        route
        for router in [items.router, archive.router, tables.router, users.router, login.router, utils.router]
        for route in router.routes
    ]
)
