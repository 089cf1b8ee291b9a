"""The configurations of proxies in docs/proxy, run as they are but for ports, names and certificates."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import httpx2
import pytest
import uvicorn
from app.core.config import settings
from app.core.resources import REPOSITORY
from app.main import app

from tests.admin.browser import Browser
from tests.conftest import PASSWORD, until

pytestmark = pytest.mark.slow

CONFIGURATIONS = REPOSITORY / "docs" / "proxy"
ROOT = "/archive"


@pytest.fixture
def api_port(db):
    """The port of the API as behind such a proxy: below a root path, believing the proxy on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning", root_path=ROOT))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def nginx(folder: Path, certificate: Path, port: int, api_port: int) -> list[object]:
    text = (CONFIGURATIONS / "nginx.conf").read_text()
    user = "user root;" if os.geteuid() == 0 else ""  # its workers write to the folder
    for old, new in {
        "events {}": f"{user} daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}",
        "http {": "http {" + "".join(f" {kind}_temp_path {folder}/{kind};" for kind in TEMPORARY) + " access_log off;",
        "127.0.0.1:8000": f"127.0.0.1:{api_port}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/archive.example.com.crt": f"{certificate}/cert.pem",
        "/etc/ssl/archive.example.com.key": f"{certificate}/key.pem",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text)
    return ["-e", folder / "log", "-c", folder / "nginx.conf"]


TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]


def caddy(folder: Path, certificate: Path, port: int, api_port: int) -> list[object]:
    text = (CONFIGURATIONS / "Caddyfile").read_text()
    for old, new in {
        "{\n\tservers": "{\n\tadmin off\n\tauto_https off\n\tservers",
        "\narchive.example.com {": f"\nhttps://127.0.0.1:{port} {{\n\ttls {certificate}/cert.pem {certificate}/key.pem",
        "reverse_proxy 127.0.0.1:8000": f"reverse_proxy 127.0.0.1:{api_port}",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text(text)
    return ["run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(request, tmp_path, certificate, free_port, api_port):
    """A client of the API through a proxy that ends TLS."""
    name = request.param.__name__
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not program:
        pytest.skip(f"{name} is not installed")
    command = [program, *request.param(tmp_path, certificate, free_port, api_port)]
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    with subprocess.Popen(list(map(str, command)), env=environment, stderr=subprocess.PIPE) as proxy:
        try:
            until(lambda: _listens(free_port) or proxy.poll() is not None)
            assert proxy.poll() is None, proxy.stderr.read()
            trust = ssl.create_default_context(cafile=certificate / "cert.pem")
            with httpx2.Client(base_url=f"https://127.0.0.1:{free_port}", verify=trust, timeout=30) as client:
                yield client
        finally:
            proxy.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_nobody_forges_the_address_that_limits_count_by(proxied, db):
    for forged in ["1.2.3.4", "1.2.3.4, 127.0.0.1"]:
        sent = {"X-Forwarded-For": forged, "Forwarded": f"for={forged}", "X-Real-IP": forged}
        form = {"username": "nobody@example.com", "password": "not the password"}
        assert proxied.post(f"{ROOT}/api/v1/login/access-token", data=form, headers=sent).status_code == 400

    assert db.execute("select distinct address from attempt").fetchall() == [("127.0.0.1",)]


def test_a_request_keeps_its_name_and_redirects_stay_below_the_root(proxied):
    answer = proxied.get(f"{ROOT}/api/v1/items", headers={"X-Request-ID": "mine"})

    assert answer.headers["X-Request-ID"] == "mine"
    assert answer.status_code == 307
    assert proxied.get(answer.headers["Location"]).status_code == 401
    assert answer.headers["Location"].startswith((f"{ROOT}/", f"{proxied.base_url}{ROOT}/"))
    assert proxied.get(f"{ROOT}/", follow_redirects=True).url.path == f"{ROOT}/docs"


def test_the_documentation_knows_its_root(proxied):
    document = proxied.get(f"{ROOT}/api/v1/openapi.json").json()

    assert document["servers"] == [{"url": ROOT}]
    assert f"{ROOT}/api/v1/openapi.json" in proxied.get(f"{ROOT}/docs").text


def test_bodies_and_headers_are_bounded(proxied):
    large = proxied.post(f"{ROOT}/api/v1/users/signup", content=b" " * (2**20 + 1))
    many = proxied.get(f"{ROOT}/api/v1/utils/health-check/", headers={f"X-{n}": "x" * 4000 for n in range(50)})

    assert (large.status_code, large.headers["Content-Type"]) == (413, "application/json")
    assert many.status_code in {400, 431}


def test_the_figures_are_not_for_everybody(proxied):
    assert proxied.get(f"{ROOT}/metrics").status_code == 404


def test_the_console_works_with_secure_cookies(proxied, superuser, monkeypatch):
    monkeypatch.setattr(settings, "ENVIRONMENT", "production")
    browser = Browser(proxied)
    form = browser.open(f"{ROOT}/admin/")
    assert "needs HTTPS" not in form.text

    answer = browser.submit(form, f"{ROOT}/admin/sign-in", username=superuser.email, password=PASSWORD)

    assert {"Secure", f"Path={ROOT}/admin"} <= set(answer.headers["Set-Cookie"].split("; "))
    assert answer.headers["Location"] == f"{ROOT}/admin/"
    assert browser.open(f"{ROOT}/admin/").status_code == 200


def test_a_download_comes_whole(proxied, db, ada, headers):
    db.execute(
        "insert into item (title, owner_id) select repeat('x', 200), %s from generate_series(1, 20000)", [ada.id]
    )

    with proxied.stream("GET", f"{ROOT}/api/v1/items/export/csv", headers=headers(ada)) as answer:
        assert sum(chunk.count(b"\n") for chunk in answer.iter_bytes()) == 20_001
