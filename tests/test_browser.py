"""The tests' own browser: that a page which asks other hosts is found out, however it asks."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browser import page_at

FILES = {
    "/quiet": "<title>quiet</title><link rel='icon' href='data:,'>",
    "/picture": "<img src='http://example.org/picture'>",
    "/style": "<style>@import 'https://192.0.2.1/style'</style>",
    "/neighbour": "<script>fetch('http://127.0.0.1:1/neighbour').catch(() => 0)</script>",
    "/socket": "<script>new WebSocket('ws://example.org/socket')</script>",
    "/worker": "<script>new Worker('/worker.js')</script>",
    "/worker.js": "fetch('http://example.org/worker').catch(() => 0)",
    "/service": "<script>navigator.serviceWorker.register('/service.js')</script>",
    "/service.js": "oninstall = e => e.waitUntil(fetch('http://example.org/service').catch(() => 0))",
}


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in FILES else 404)
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
        self.end_headers()
        self.wfile.write(FILES.get(self.path, "").encode())

    def log_message(self, *ignored):
        pass


@pytest.fixture(scope="module")
def origin():
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_that_asks_nobody_passes(browser, origin):
    with page_at(browser, f"{origin}/quiet") as opened:
        assert opened.page.title() == "quiet"
    assert opened.outside == []


@pytest.mark.parametrize("page", [path for path in FILES if path != "/quiet" and not path.endswith(".js")])
def test_who_asks_other_hosts_is_found_out(browser, origin, page, monkeypatch):
    monkeypatch.setattr("browser.picture_failure", lambda opened: None)  # this failure is what is wanted
    with pytest.raises(AssertionError, match="asked other hosts 1 times"):  # noqa: SIM117
        with page_at(browser, f"{origin}{page}") as opened:
            opened.wait_for(lambda: opened.outside, "a request to another host")
    assert opened.outside[0].endswith(page)
