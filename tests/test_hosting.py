"""Portals on a real host: nginx with the configuration that portalgen prints, and a browser that opens one."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from os import geteuid
from pathlib import Path
from pwd import getpwuid
from shutil import which

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect, sync_playwright

import portalgen
from portalgen.cli import main
from portalgen.render.headers import ASSETS, BLOBS, EVERYWHERE, PAGES, POLICY, SERVERS, headers
from portalgen.seal import Keys, link_text
from tests.browser.sealing import page_of, sealed, shared
from tests.project import SETTINGS, Project, chromium

PLAIN = "a" * 26
"""A portal on the same host that is not sealed."""
HOST = "b" * 26
"""Another, for which the host asks for a password."""
HOSTING = Path(__file__).parents[1] / "docs/hosting.md"


@dataclass(frozen=True)
class Running:
    """nginx over a folder with portals."""

    port: int
    folder: Path
    keys: Keys

    def ask(self, path: str) -> HTTPResponse:
        """What it answers, read."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def log(self) -> str:
        """What it wrote down of requests."""
        return (self.folder / "access.log").read_text()


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    program = which("nginx") or "/usr/sbin/nginx"
    assert Path(program).is_file(), "no nginx: install the package nginx-light"
    folder = tmp_path_factory.mktemp("host")
    files, keys = sealed({"index.html": page_of("Spring launch", "<p>Two of three.</p>")})
    icon = '<link rel="icon" href="../assets/icon.svg">'
    plain = {
        f"{PLAIN}/index.html": page_of("Open", "x", head=icon),
        f"{PLAIN}/timeline/index.html": page_of("Time", "x"),
        f"{HOST}/index.html": page_of("Asked for", "x"),
        f"{HOST}/files/plan.png": b"x",
    }
    for path, data in {**shared(), **files, **plain}.items():
        (folder / "portals" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "portals" / path).write_bytes(data)
    (folder / "users").touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "portals.conf").write_text(headers("nginx", "clients.example.org"))
    user = getpwuid(geteuid()).pw_name
    asks = (
        section(HOSTING, "access: host")
        .replace("<address>", HOST)
        .replace("/etc/nginx/portal.users", f"{folder}/users")
    )
    (folder / "asks.conf").write_text(asks)
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, user=user))
    running = subprocess.Popen(
        [program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    )
    try:
        for _ in range(100):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Running(port, folder, keys)
    finally:
        running.terminate()
        running.wait(10)


CONFIGURATION = """\
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
events {{ }}
http {{
    types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; application/json json; }}
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/portals;
        include {folder}/portals.conf;
        include {folder}/asks.conf;
        location ~ \\.(html|png|pdf)$ {{ root {folder}/portals; }}
    }}
}}
"""


def section(page: Path, title: str) -> str:
    """The configuration that a page of the docs shows under a title."""
    return page.read_text().partition(title)[2].partition("```nginx\n")[2].partition("```")[0]


def blob(nginx: Running) -> str:
    return next(p.name for p in (nginx.folder / "portals" / nginx.keys.address / "blobs").iterdir())


def test_each_file_may_be_kept_as_long_as_it_holds(nginx: Running) -> None:
    address = nginx.keys.address
    kept = {
        f"/{address}/": PAGES,
        f"/{address}/index.html": PAGES,
        f"/{address}/keys.json": PAGES,
        f"/{address}/manifest.bin": PAGES,
        f"/{address}/blobs/{blob(nginx)}": BLOBS,
        f"/{PLAIN}/timeline/": PAGES,
        "/assets/reader.js": ASSETS,
    }
    for path, wanted in kept.items():
        answer = nginx.ask(path)
        assert answer.status == 200, path
        assert answer.headers.get_all("Cache-Control") == [wanted], path


@pytest.mark.parametrize(
    "path", ["/", "/assets/", "/assets/style.css", "/{address}/", "/{address}/blobs/", "/x"]
)
def test_every_answer_says_all_of_it_once(nginx: Running, path: str) -> None:
    answer = nginx.ask(path.format(address=nginx.keys.address))
    for name, value in EVERYWHERE.items():
        assert answer.headers.get_all(name) == [value], (path, name)


@pytest.mark.parametrize("path", ["/", "/assets/", "/{address}/blobs/"])
def test_no_folder_is_listed(nginx: Running, path: str) -> None:
    assert nginx.ask(path.format(address=nginx.keys.address)).status in (403, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/{host}/", "/{host}/index.html", "/{host}/files/plan.png", "//{host}/files/plan.png",
        "/{host}%2ffiles/plan.png", "/x/../{host}/files/plan.png", "/{host}/none.png",
    ],
)  # fmt: skip
def test_a_portal_that_the_host_guards_is_shown_to_nobody_without_the_password(
    nginx: Running, path: str
) -> None:
    answer = nginx.ask(path.format(host=HOST))
    assert answer.status == 401
    for name, value in {**EVERYWHERE, "Cache-Control": PAGES}.items():
        assert answer.headers.get_all(name) == [value]


def test_a_blob_that_is_not_there_yet_may_come_later(nginx: Running) -> None:
    answer = nginx.ask(f"/{nginx.keys.address}/blobs/{HOST}")
    assert answer.status == 404
    assert answer.headers.get_all("Cache-Control") is None


def test_no_type_is_guessed_of_what_is_sealed(nginx: Running) -> None:
    answer = nginx.ask(f"/{nginx.keys.address}/blobs/{blob(nginx)}")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_a_portal_opens_there_and_the_log_does_not_know_the_key(nginx: Running) -> None:
    key = link_text(nginx.keys.link(""))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        said = list[str]()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"http://127.0.0.1:{nginx.port}/{nginx.keys.address}/#k={key}")
        expect(page).to_have_title("Spring launch")
        page.goto(f"http://127.0.0.1:{nginx.port}/{PLAIN}/")
        assert page.title() == "Open"
        assert said == []
        browser.close()
    assert f"/{nginx.keys.address}/keys.json" in nginx.log()
    assert key not in nginx.log()
    assert "#" not in nginx.log()


@pytest.mark.parametrize("server", SERVERS)
def test_the_command_prints_it_for_the_host_of_the_settings(tmp_path: Path, server: str) -> None:
    project = Project(tmp_path, f"{SETTINGS}      portals_url: https://clients.example.org/portals\n")
    done = CliRunner().invoke(main, ["headers", server, "-f", str(project.root / "mkdocs.yml")])
    assert done.exit_code == 0
    assert "clients.example.org" in done.stdout
    for name, value in EVERYWHERE.items():
        assert f"{name} " in done.stdout.replace(":", " ")
        assert value in done.stdout


def test_without_the_portals_address_it_says_what_to_write(tmp_path: Path) -> None:
    project = Project(tmp_path)
    done = CliRunner().invoke(main, ["headers", "nginx", "-f", str(project.root / "mkdocs.yml")])
    assert done.exit_code == 2
    assert "portals_url: https://clients.example.org/" in done.stderr


def test_what_the_host_asks_of_every_page_is_what_plain_portals_ask_of_theirs() -> None:
    page = (Path(portalgen.__file__).parent / "render/templates/base.html").read_text()
    own = POLICY.removesuffix("; frame-ancestors 'none'")
    assert f'content="{own}"' in page


def test_no_two_rules_of_netlify_set_one_header_for_one_path() -> None:
    rules: dict[str, list[str]] = {}
    for line in headers("netlify", "clients.example.org").splitlines():
        if line.startswith("/"):
            rules[line] = []
        elif line.startswith("  "):
            rules[list(rules)[-1]].append(line.strip().partition(":")[0])
    assert [path for path, names in rules.items() if "Cache-Control" in names] == [
        "/:address/", "/:address/index.html", "/:address/keys.json", "/:address/manifest.bin",
        "/assets/*", "/:address/blobs/*",
    ]  # fmt: skip
    assert "Cache-Control" not in rules["/*"]


def test_caddy_sets_each_header_once_for_each_path() -> None:
    lines = [line.split() for line in headers("caddy", "clients.example.org").splitlines()]
    kept = [line[1] for line in lines if line[:1] == ["header"] and "Cache-Control" in line]
    assert kept == ["@assets", "@blobs", "@pages", "Cache-Control"]  # the last for errors alone
    assert not any(word.startswith("-") for line in lines for word in line), "that would come last and win"
