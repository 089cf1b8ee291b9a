"""The files that nothing else reads: `docker-compose.yml` and `.env.example`, held to the settings that exist."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from app.core.config import Settings
from app.core.db import THREADS
from app.core.pool import CONNECTIONS
from app.core.resources import REPOSITORY
from pydantic import ValidationError

from tests.conftest import until

SETTINGS = set(Settings.model_fields)


@pytest.fixture
def services() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("service", ["migrate", "backend"])
def test_compose_sets_only_settings_that_exist(services, service):
    of_uvicorn = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "UVICORN_ROOT_PATH"}

    assert set(services[service]["environment"]) - of_uvicorn <= SETTINGS


def test_compose_passes_every_setting_through(services):
    embedded = {"EMBEDDED_PGDATA"}  # there is a server
    of_the_server = {"POSTGRES_PORT", "POSTGRES_PREPARED_STATEMENTS"}

    assert set(services["migrate"]["environment"]) == SETTINGS - embedded - of_the_server
    assert set(services["backend"]["environment"]) >= {
        name for name in services["migrate"]["environment"] if not name.startswith("MIGRATION_")
    }


def test_compose_maintains_the_archive_daily_as_the_owner(services):
    maintain, migrate = services["maintain"], services["migrate"]

    assert "archive-table maintain" in maintain["command"][2]
    assert maintain["environment"]["PGUSER"] == migrate["environment"]["MIGRATION_USER"]
    assert maintain["environment"]["PGHOST"] == migrate["environment"]["POSTGRES_SERVER"]


def test_compose_ends_the_maintenance_when_told_to(services):
    """A shell that is process 1 ignores the signal; ten seconds later it would be killed."""
    assert services["maintain"]["init"] is True


def test_the_database_of_compose_takes_the_connections_of_all_workers(services):
    (workers,) = re.findall(r":-(\d+)", services["backend"]["environment"]["WEB_CONCURRENCY"])
    (connections,) = re.findall(r"max_connections=.*:-(\d+)", " ".join(services["db"]["command"]))
    reserved, others = 3, 2  # for superusers; migrate and maintain

    assert int(workers) * (THREADS + CONNECTIONS) + reserved + others <= int(connections)


def test_the_health_check_of_compose_asks_whether_the_api_is_ready(services, port, db):
    check = services["backend"]["healthcheck"]["test"].replace("8000", str(port))
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "API_V1_STR": "/api/v1"}

    def run():
        return subprocess.run(["sh", "-c", check], env=environment, capture_output=True, check=False).returncode

    assert run() == 0
    db.execute("alter table item disable trigger zz_archive_before_delete")
    until(lambda: run() == 1)


def test_the_image_is_built_with_the_locked_uv():
    (locked,) = re.findall(r"^uv==(\S+)", (REPOSITORY / "requirements-tools.lock").read_text(), re.MULTILINE)

    assert f" uv=={locked}\n" in (REPOSITORY / "backend" / "Dockerfile").read_text()


def test_compose_migrates_as_the_owner_before_it_serves(services):
    assert services["migrate"]["command"] == ["archive-table", "migrate"]
    assert services["migrate"]["environment"]["MIGRATION_USER"] == services["db"]["environment"]["POSTGRES_USER"]
    assert services["backend"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_keeps_the_owners_login_from_the_backend(services):
    assert not [name for name in services["backend"]["environment"] if name.startswith("MIGRATION_")]


def test_compose_waits_for_a_healthy_database(services):
    assert services["db"]["healthcheck"]["test"]
    assert services["migrate"]["depends_on"]["db"] == {"condition": "service_healthy"}


def test_compose_publishes_on_this_machine_only(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD", "MIGRATION_PASSWORD", "FIRST_SUPERUSER_PASSWORD"])
def test_the_placeholders_of_compose_are_refused_in_production(services, name):
    environment = services["migrate"]["environment"]
    defaults = {key: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", str(value)) for key, value in environment.items()}
    chosen = {key: "chosen for production, long enough" for key, value in defaults.items() if value == "changethis"}
    production = defaults | chosen | {"ENVIRONMENT": "production"}

    Settings(_env_file=None, **production)
    with pytest.raises(ValidationError, match=name):
        Settings(_env_file=None, **production | {name: defaults[name]})


def test_the_example_names_every_setting_with_its_comment():
    example = (REPOSITORY / ".env.example").read_text()

    assert set(re.findall(r"^# .+\n(\w+)=", example, re.MULTILINE)) == SETTINGS


def test_the_example_changes_nothing(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", "a secret key for tests, long enough for HMAC")

    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", "a password for tests")

    assert Settings(_env_file=REPOSITORY / ".env.example") == Settings(_env_file=None)
