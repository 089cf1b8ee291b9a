"""The configurations of proxies in docs/proxy, run as they are but for ports, names and certificates."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import httpx2
import pytest
import uvicorn
from anyio import to_thread
from app.core.config import settings
from app.core.resources import REPOSITORY
from app.main import app

from tests.admin.browser import Browser
from tests.conftest import PASSWORD, until

pytestmark = pytest.mark.slow

CONFIGURATIONS = REPOSITORY / "docs" / "proxy"
ROOT = "/archive"


CLIENT = "127.0.0.2"
"""The address of this machine that the client calls from, so that it is not the proxy's."""


class Paced:
    """The API, but that the second piece of an answer waits until somebody has read the first."""

    def __init__(self):
        self.is_read = threading.Event()
        self.first = b""

    async def __call__(self, scope, receive, send):
        async def send_paced(message):
            if scope["path"].endswith("/export/csv") and message.get("body"):
                if self.first:
                    assert await to_thread.run_sync(self.is_read.wait, 20), "nobody has read the first piece"
                self.first = self.first or message["body"]
            await send(message)

        await app(scope, receive, send_paced)


@pytest.fixture
def paced():
    return Paced()


@pytest.fixture
def api_port(db, paced):
    """The port of the API as behind such a proxy: below a root path, believing the proxy on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(paced, log_config=None, log_level="warning", root_path=ROOT))
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
            transport = httpx2.HTTPTransport(verify=trust, local_address=CLIENT)
            with httpx2.Client(base_url=f"https://127.0.0.1:{free_port}", transport=transport, timeout=30) as client:
                yield client
        finally:
            proxy.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def fail_to_sign_in(client, address):
    """Fail, as a client that says it has this address."""
    forged = {"X-Forwarded-For": address, "Forwarded": f"for={address}", "X-Real-IP": address}
    form = {"username": "nobody@example.com", "password": "not the password"}
    assert client.post(f"{ROOT}/api/v1/login/access-token", data=form, headers=forged).status_code == 400


def addresses(db):
    return [address for (address,) in db.execute("select distinct address from attempt")]


@pytest.mark.parametrize("forged", ["1.2.3.4", "1.2.3.4, 127.0.0.1", "127.0.0.1"])
def test_limits_count_by_the_address_that_the_proxy_sees(proxied, db, forged):
    fail_to_sign_in(proxied, forged)

    assert addresses(db) == [CLIENT]


def test_who_goes_around_the_proxy_is_not_believed(api_port, db):
    transport = httpx2.HTTPTransport(local_address=CLIENT)
    with httpx2.Client(base_url=f"http://127.0.0.1:{api_port}", transport=transport) as client:
        form = {"username": "nobody@example.com", "password": "not the password"}
        client.post("/api/v1/login/access-token", data=form, headers={"X-Forwarded-For": "1.2.3.4"})

    assert addresses(db) == [CLIENT]


def test_a_request_keeps_its_id_and_redirects_are_relative(proxied):
    answer = proxied.get(f"{ROOT}/api/v1/items", headers={"X-Request-ID": "mine"})

    assert answer.headers["X-Request-ID"] == "mine"
    assert (answer.status_code, answer.headers["Location"]) == (307, f"{ROOT}/api/v1/items/")
    assert proxied.get(f"{ROOT}/").headers["Location"] == f"{ROOT}/docs"


def test_the_documentation_signs_in_below_the_root(proxied, superuser):
    document = proxied.get(f"{ROOT}/api/v1/openapi.json").json()
    (scheme,) = document["components"]["securitySchemes"].values()
    form = {"username": superuser.email, "password": PASSWORD}
    token = proxied.post(scheme["flows"]["password"]["tokenUrl"], data=form).json()["access_token"]

    (server,) = document["servers"]
    me = proxied.get(f"{server['url']}/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == superuser.email
    assert f"{ROOT}/api/v1/openapi.json" in proxied.get(f"{ROOT}/docs").text


@pytest.mark.parametrize("size", [2**20 + 1, 1_900_000, 4 * 2**20])
def test_a_large_body_is_413_every_time(proxied, size):
    """An API that answered before the end of the body would be 502 now and then."""
    for _ in range(10):
        for content in [b" " * size, iter([b" " * 2**16] * (size // 2**16) + [b" " * 2**16])]:
            answer = proxied.post(f"{ROOT}/api/v1/users/signup", content=content)
            assert answer.status_code == 413
            assert size > 2_000_000 or answer.headers["Content-Type"] == "application/json"


def test_headers_are_bounded(proxied):
    check = f"{ROOT}/api/v1/utils/health-check/"
    many = proxied.get(check, headers={f"X-{n}": "x" * 4000 for n in range(50)})
    long = proxied.get(check, params={"q": "x" * 40_000})

    assert many.status_code in {400, 431}
    assert long.status_code in {414, 431}
    assert proxied.get(check, headers={"Authorization": f"Bearer {'x' * 4000}"}).status_code == 200


def test_the_figures_are_not_for_everybody(proxied):
    for path in ["metrics", "/metrics", "./metrics", "%6detrics", "admin/../metrics", "metrics?x", "METRICS"]:
        assert proxied.get(f"{ROOT}/{path}").status_code == 404, path


def test_the_console_works_with_secure_cookies(proxied, superuser, monkeypatch):
    monkeypatch.setattr(settings, "ENVIRONMENT", "production")
    browser = Browser(proxied)
    form = browser.open(f"{ROOT}/admin/")
    assert "needs HTTPS" not in form.text

    answer = browser.submit(form, f"{ROOT}/admin/sign-in", username=superuser.email, password=PASSWORD)

    assert {"Secure", f"Path={ROOT}/admin"} <= set(answer.headers["Set-Cookie"].split("; "))
    assert answer.headers["Location"] == f"{ROOT}/admin/"
    assert browser.open(f"{ROOT}/admin/").status_code == 200


def test_a_download_is_passed_on_piece_by_piece(proxied, paced, db, ada, headers):
    db.execute(
        "insert into item (title, owner_id) select repeat('x', 200), %s from generate_series(1, 20000)", [ada.id]
    )

    with proxied.stream("GET", f"{ROOT}/api/v1/items/export/csv", headers=headers(ada)) as answer:
        pieces, received = answer.iter_raw(), b""
        while not received or len(received) < len(paced.first):
            received += next(pieces)
        paced.is_read.set()
        received += b"".join(pieces)

    assert received.count(b"\n") == 20_001


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_gives_up_idle_connections_before_uvicorn_does(name):
    """Else a POST now and then is 502: it is sent on a connection that is just being closed."""
    (seconds,) = re.findall(r"\bkeepalive(?:_timeout)? (\d+)s", (CONFIGURATIONS / name).read_text())

    assert int(seconds) < uvicorn.Config(app).timeout_keep_alive


def test_the_newest_version_of_tls_is_spoken(proxied):
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    address = (proxied.base_url.host, proxied.base_url.port)

    with socket.create_connection(address) as connection, trust.wrap_socket(connection) as tls:
        assert tls.version() == "TLSv1.3"
