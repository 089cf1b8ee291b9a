"""Settings, as the environment gives them."""

import pytest
from app.core.config import Settings
from pydantic import ValidationError
from sqlalchemy import create_engine

KEY = "a secret key for tests, long enough for HMAC"
NAMES = ["SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD"]


@pytest.fixture
def make_settings(monkeypatch, tmp_path):
    """Settings made of these variables and nothing else."""

    def make_settings(**variables):
        for name in Settings.model_fields:
            monkeypatch.delenv(name, raising=False)
        safe = {
            "SECRET_KEY": KEY,
            "FIRST_SUPERUSER_PASSWORD": "not the default",
            "EMBEDDED_PGDATA": str(tmp_path / "pg"),
        }
        for name, value in (safe | variables).items():
            monkeypatch.setenv(name, value)
        return Settings(_env_file=None)

    return make_settings


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("name", NAMES)
def test_a_placeholder_is_refused_where_others_can_reach_the_server(make_settings, environment, name):
    with pytest.raises(ValidationError, match=name):
        make_settings(ENVIRONMENT=environment, POSTGRES_SERVER="db", **{name: "changethis"})


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_missing_secret_key_is_refused_where_others_can_reach_the_server(make_settings, environment):
    with pytest.raises(ValidationError, match="SECRET_KEY"):
        make_settings(ENVIRONMENT=environment, POSTGRES_SERVER="db", SECRET_KEY="")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_database_that_is_not_named_is_refused_where_others_can_reach_the_server(make_settings, environment):
    """Or a forgotten variable would serve an empty database of its own."""
    with pytest.raises(ValidationError, match="POSTGRES_SERVER is not set"):
        make_settings(ENVIRONMENT=environment)


@pytest.mark.parametrize("name", NAMES)
def test_a_placeholder_is_warned_of_in_local(make_settings, name):
    with pytest.warns(UserWarning, match=name):
        make_settings(**{name: "changethis"})


def test_a_secret_key_is_made_once_and_kept_beside_the_data(make_settings, tmp_path):
    first, second = make_settings(SECRET_KEY="").SECRET_KEY, make_settings(SECRET_KEY="").SECRET_KEY

    assert first == second
    assert len(first) >= 32
    [kept] = tmp_path.iterdir()
    assert kept.read_text() == first
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "origins", ["https://a.example.com, https://b.example.com/", '["https://a.example.com/", "https://b.example.com"]']
)
def test_origins_are_a_comma_list_or_a_json_list(make_settings, origins):
    settings = make_settings(BACKEND_CORS_ORIGINS=origins, FRONTEND_HOST="https://app.example.com/")

    assert settings.all_cors_origins == ["https://a.example.com", "https://b.example.com", "https://app.example.com"]


@pytest.mark.parametrize("server", ["db", "db.example.com", "127.0.0.1", "::1", "/var/run/postgresql", "/a dir/%40&x"])
@pytest.mark.parametrize("password", ["", "plain", "p@ss:w/rd?#[]%20&=+ ü"])
def test_the_database_uri_leads_where_the_settings_say(make_settings, server, password):
    settings = make_settings(
        POSTGRES_SERVER=server, POSTGRES_PORT="5433", POSTGRES_USER="u@x:y/z", POSTGRES_PASSWORD=password
    )

    engine = create_engine(str(settings.SQLALCHEMY_DATABASE_URI))

    _, options = engine.dialect.create_connect_args(engine.url)
    assert (options["host"], int(options["port"]), options["user"]) == (server, 5433, "u@x:y/z")
    assert options.get("password", "") == password


def test_without_a_server_the_database_is_embedded(make_settings):
    settings = make_settings()

    assert settings.embedded
    assert create_engine(settings.SQLALCHEMY_DATABASE_URI).url.query["host"] == settings.host


@pytest.mark.parametrize(
    ("variables", "enabled"),
    [
        ({}, False),
        ({"SMTP_HOST": "mail"}, False),
        ({"EMAILS_FROM_EMAIL": "a@example.com"}, False),
        ({"SMTP_HOST": "mail", "EMAILS_FROM_EMAIL": "a@example.com"}, True),
    ],
)
def test_mail_is_on_where_a_host_and_a_sender_are_set(make_settings, variables, enabled):
    assert make_settings(**variables).emails_enabled is enabled


def test_the_senders_name_falls_back_to_the_projects(make_settings):
    assert make_settings(PROJECT_NAME="My Archive").EMAILS_FROM_NAME == "My Archive"
    assert make_settings(PROJECT_NAME="My Archive", EMAILS_FROM_NAME="Ann").EMAILS_FROM_NAME == "Ann"
