"""All routes of the API."""

from fastapi import APIRouter

from app.api.routes import archive, items, login, users, utils

api_router = APIRouter()
for module in [login, users, items, archive, utils]:
    api_router.include_router(module.router)
