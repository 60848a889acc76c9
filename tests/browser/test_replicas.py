"""Two replicas behind the proxy that is shipped: a visitor stays on one, and goes on at the other when it dies.

The proxy is HAProxy from the system, with the very file that `compose.yaml` gives to its container; Docker's names and
addresses are played by a server of names of our own and by two addresses of this machine.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, free_port, settle, start_app, until_it_answers
from tests.browser.names_server import NamesServer
from tests.browser.photos import noise_photo, upload

pytestmark = pytest.mark.browser

ADDRESSES = ("127.0.0.2", "127.0.0.3")


@dataclass(frozen=True)
class Deployment:
    """What runs: the proxy's address, and each replica's process."""

    proxy: str
    port: int  # of all replicas
    replicas: dict[str, subprocess.Popen]


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """Proxy and replicas; skipped where there is no HAProxy, or failed if it was promised."""
    haproxy = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if not haproxy:
        reason = "no HAProxy found: install the package haproxy"
        if os.environ.get("SEGLIB_REQUIRE_PROXY") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    names, port, proxy_port = NamesServer(ADDRESSES), free_port(), free_port()
    processes = []
    try:
        replicas = {}
        for host in ADDRESSES:
            replicas[host], _ = start_app(ROOT / "tests" / "browser" / "replica_app.py", host=host, port=port)
            processes.append(replicas[host])
        variables = {
            "SEGLIB_BIND": f"127.0.0.1:{proxy_port}",
            "SEGLIB_DNS": f"127.0.0.1:{names.port}",
            "SEGLIB_REPLICAS": f"app:{port}",
        }
        proxy = subprocess.Popen(
            [haproxy, "-f", "haproxy.cfg"],
            cwd=ROOT / "deploy",
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        processes.append(proxy)
        address = f"http://127.0.0.1:{proxy_port}"
        until_it_answers(proxy, address, "haproxy")
        yield Deployment(address, port, replicas)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        names.close()


def connections(host: str, port: int) -> int:
    """How many connections to this address are open now, as Linux lists them."""
    local = "".join(f"{int(byte):02X}" for byte in reversed(host.split("."))) + f":{port:04X}"
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[1] == local and row[3] == "01" for row in rows)


def where_the_websocket_is(port: int, seconds: float = 60) -> str:
    """The replica that holds a visitor's websocket, the one connection that lasts.

    The proxy asks after the health of both every second, and each question is a connection, too, for a moment.
    """
    end = time.monotonic() + seconds
    while len(open_at := [host for host in ADDRESSES if connections(host, port)]) != 1:
        assert time.monotonic() < end, open_at
        time.sleep(0.05)
    return open_at[0]


def status(url: str, method: str = "GET", **headers: str) -> int:
    """The status of an answer."""
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_proxy_tells_strangers_no_figures_and_takes_no_giant(deployment: Deployment) -> None:
    assert status(f"{deployment.proxy}/_stcore/health") == 200
    assert status(f"{deployment.proxy}/_stcore/metrics") == 404
    # Without the proxy the app itself refuses.
    assert status(f"http://{ADDRESSES[0]}:{deployment.port}/_stcore/metrics") == 404
    connection = http.client.HTTPConnection(deployment.proxy.removeprefix("http://"), timeout=20)
    connection.putrequest("PUT", "/_stcore/upload_file/a/b")
    connection.putheader("Content-Length", str(60_000_000))
    connection.endheaders()
    assert connection.getresponse().status == 413  # before a byte of it was sent
    connection.close()


def test_a_visitor_stays_on_one_replica_and_goes_on_at_the_other_when_it_dies(
    page: Page, deployment: Deployment
) -> None:
    page.goto(deployment.proxy)
    settle(page)
    cookie = next(kept for kept in page.context.cookies() if kept["name"] == "replica")
    assert cookie["httpOnly"]
    host = where_the_websocket_is(deployment.port)

    # The websocket says what was uploaded, the upload and the pictures are requests of their own: one replica has all.
    upload(page, "mine.jpg", noise_photo())
    own = page.get_by_role("application", name="fcn8s gives to: Your photo mine.jpg").first
    expect(own).to_be_visible(timeout=120_000)
    settle(page)
    assert [kept for kept in page.context.cookies() if kept["name"] == "replica"] == [cookie]
    assert "own=1" in page.url

    # The page stands as it was until it is touched: nothing is lost that can still be seen.
    # A click in the moment of losing the connection may be lost with it: the next is made once the browser is back.
    with page.expect_websocket(timeout=60_000):
        deployment.replicas[host].kill()
        deployment.replicas[host].wait()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=60_000)
    page.locator("button", has_text="confidence").first.click()
    notice = page.get_by_text("Your own photo and the labels you gave it are no longer here")
    expect(notice).to_be_visible(timeout=120_000)
    settle(page)
    assert next(kept for kept in page.context.cookies() if kept["name"] == "replica") != cookie
    expect(own).to_have_count(0)
    expect(page.get_by_role("button", name="Remove mine.jpg")).to_have_count(0)
    picker = page.get_by_role("combobox", name="Photo").first
    expect(picker).to_have_value("Summer Palace")

    # The next touch opens no other photo, and the visitor goes on.
    page.get_by_text("classes", exact=True).first.click()
    settle(page)
    expect(picker).to_have_value("Summer Palace")
    expect(notice).to_be_visible()
    upload(page, "again.jpg", noise_photo(seed=1))
    expect(page.get_by_role("application", name="fcn8s gives to: Your photo again.jpg").first).to_be_visible(
        timeout=120_000
    )
    settle(page)
    expect(notice).to_have_count(0)
