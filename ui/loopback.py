"""Keeps the door shut: without sign-in, only this machine may connect.

Three checks, because there are three ways to start: the addresses the server is told to use
are looked at before it starts; each connection must have reached a loopback address; and its
Host header must name this machine, so that a foreign web page cannot reach us through a name
of its own that points here (DNS rebinding). A request that names its host in the target itself
("GET http://name/ …") means that one, whatever its header says.
"""

import functools
import gc
import ipaddress
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^][:]*)(?::\d*)?")
"""A name or an address, IPv6 in brackets, perhaps with a port."""


@functools.lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the address.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refusal(host: str) -> str:
    """Say why the server does not start."""
    return (
        f"Lendlens will not listen on {host or 'every address'!r}: there is no sign-in yet, and "
        "sign-in comes first. Whoever reaches it could read and decide applications. "
        "Use --host 127.0.0.1 (--server.address with streamlit run)."
    )


def open_address() -> str | None:
    """Return an address beyond this machine that the server is about to use, or None.

    Streamlit's own start-up binds before the app is loaded, uvicorn's after it; so both the
    sockets that listen already and the settings of the running uvicorn are looked at.
    """
    return next((host for host in _addresses() if not is_loopback(host)), None)


def listening() -> list[socket.socket]:
    """Return the TCP sockets of this process that accept connections."""
    # By type: isinstance also asks each object for its class, which lazy proxies answer by raising.
    found = (thing for thing in gc.get_objects() if issubclass(type(thing), socket.socket))
    return [each for each in found if _listens(each)]


class LoopbackOnly:
    """ASGI middleware that refuses to start on, and connections to, any other address."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] == "lifespan":
            if (host := open_address()) is not None:
                await receive()
                await send({"type": "lifespan.startup.failed", "message": refusal(host)})
                return
            _heed_targets()
        elif not (_reached_loopback(scope) and is_loopback(_host_name(scope))):
            await _refuse(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _addresses() -> Iterator[str]:
    for each in listening():
        yield str(each.getsockname()[0])
    servers = _servers()
    for server in servers:
        if server.config.uds is None and server.config.fd is None:
            yield server.config.host
    if not servers:
        yield config.get_option("server.address") or ""


def _servers() -> list[uvicorn.Server]:
    """Return the running servers: only their configurations count, and they are not garbage."""
    return [thing for thing in gc.get_objects() if type(thing) is uvicorn.Server]


def _heed_targets() -> None:
    """Have the servers, which have not bound yet, tell which host a request's target names.

    Uvicorn's faster protocol keeps the path of the target and drops the rest.
    """
    for server in _servers():
        protocol = server.config.http_protocol_class
        if issubclass(protocol, HttpToolsProtocol) and protocol is not HeedsTarget:
            server.config.http_protocol_class = HeedsTarget


class HeedsTarget(HttpToolsProtocol):
    """Uvicorn's HTTP, in which a host in the target takes the place of the Host header."""

    def on_headers_complete(self) -> None:
        """Pass the headers on."""
        if not self.url.startswith((b"/", b"*")):
            host = urlsplit(self.url).netloc
            others = [(name, value) for name, value in self.headers if name != b"host"]
            self.headers[:] = [*others, (b"host", host)]  # the scope has this very list
        super().on_headers_complete()


def _listens(each: socket.socket) -> bool:
    if each.fileno() < 0 or each.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    return bool(each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _reached_loopback(scope: Scope) -> bool:
    """Look at the address the connection came in on; a Unix socket has none and is local."""
    server = scope.get("server")
    return server is None or server[1] is None or is_loopback(str(server[0]))


def _host_name(scope: Scope) -> str:
    """Return the Host header without its port; nothing unless there is one, and a well-formed one.

    What else could be read out of it is left to nobody's guess.
    """
    hosts = [str(value.decode("latin-1")) for name, value in scope["headers"] if name == b"host"]
    found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    return found[1] if found else ""


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    answer = PlainTextResponse(
        "Lendlens answers only under a loopback address such as 127.0.0.1.", status_code=421
    )
    await answer(scope, receive, send)
