"""The alert rules in docs/: that Prometheus reads them, and when they fire."""

import re
import shutil
import subprocess

import pytest
from app.core.resources import REPOSITORY

DOCS = REPOSITORY / "docs"
PROMTOOL = shutil.which("promtool")

checked = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed (Debian: the package prometheus)")


def promtool(*arguments):
    run = subprocess.run([PROMTOOL, *arguments], cwd=DOCS, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@checked
def test_prometheus_accepts_the_rules():
    promtool("check", "rules", "--lint-fatal", "alerts.yml")


@checked
def test_each_alert_fires_when_it_should_and_only_then():
    promtool("test", "rules", "alerts_test.yml")


def test_the_rules_are_about_metrics_that_exist(client):
    client.post("/api/v1/login/access-token", data={"username": "nobody@example.com", "password": "wrong one"})
    told = client.get("/metrics").text
    rules = (DOCS / "alerts.yml").read_text()

    for name in set(re.findall(r"\b(?:http|database|sign|archive|limit)_[a-z_]+\b", rules)):
        assert f"# TYPE {name.removesuffix('_total')}" in told or f"# TYPE {name}" in told, name


def test_the_page_says_what_to_do_about_each():
    alerts = re.findall("alert: (.*)", (DOCS / "alerts.yml").read_text())

    assert len(alerts) == 5
    assert all(f"`{alert}`" in (DOCS / "monitoring.md").read_text() for alert in alerts)
