"""A reverse proxy that publishes another server under a path, as web servers do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# They belong to one connection, and here there are two.
_OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


@contextmanager
def published(server: str, prefix: str, *, strips: bool) -> Iterator[str]:
    """Publish a server under a path and yield its public address.

    Args:
        server: the address of the server.
        prefix: the path, "/bias" for instance; everything outside it is not found.
        strips: whether the server is asked without the prefix.
    """
    facts = {"origin": urlsplit(server).netloc, "prefix": prefix, "strips": strips}
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), facts))
    proxy.daemon_threads = True
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}{prefix}"
    finally:
        proxy.shutdown()
        proxy.server_close()


class _Handler(BaseHTTPRequestHandler):
    origin: str
    prefix: str
    strips: bool

    def do_GET(self) -> None:
        self._pass_on()

    do_HEAD = do_POST = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _pass_on(self) -> None:
        path = self.path.partition("?")[0]
        if path != self.prefix and not path.startswith(f"{self.prefix}/"):
            self.send_error(404)
            return
        target = self.path.removeprefix(self.prefix) if self.strips else self.path
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: text for name, text in self.headers.items() if name != "Connection"}
        connection = HTTPConnection(self.origin)
        # Who no longer waits for an answer has hung up.
        with suppress(ConnectionError):
            connection.request(self.command, f"/{target.lstrip('/')}", body, headers)
            self._answer(connection)
        connection.close()

    def _answer(self, connection: HTTPConnection) -> None:
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name, text in answer.getheaders():
            if name.lower() not in _OF_A_CONNECTION:
                self.send_header(name, text)
        self.end_headers()
        # Events are passed on as they come.
        while piece := answer.read1():
            self.wfile.write(piece)
