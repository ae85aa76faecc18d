"""A page somebody else chose the address of never leads to this machine or its network."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kangban.adapters.safe_fetch import FetchLimits, SafeFetch, allowed_places, is_public, read_target
from kangban.app import make_fetch
from kangban.kernel.errors import InvalidInput, SettingsRefused, Unavailable
from kangban.ports.web_fetch import Asking
from kangban.settings import read_settings

PUBLIC = "93.184.215.14"
Answer = Callable[[bytes], bytes]


def http(body: bytes, *more: str, status: str = "200 OK", kind: str = "text/plain") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Server:
    """A real server on loopback that writes down what it is asked."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[bytes] = []


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None, *, slowly: float = 0) -> AsyncIterator[Server]:
    server = Server()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            server.heard.append(head)
            for n, piece in enumerate([answer(head)] if not slowly else [bytes([b]) for b in answer(head)]):
                if slowly and n:
                    await asyncio.sleep(slowly)
                writer.write(piece)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def resolves(*ips: str) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolver(_host: str, _port: int) -> list[str]:
        return list(ips)

    return resolver


def fetcher(server: Server | None = None, **more: object) -> SafeFetch:
    allowed = frozenset({f"page.test:{server.port}"}) if server else frozenset[str]()
    return SafeFetch(**{"allowed": allowed, "resolver": resolves("127.0.0.1"), **more})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "javascript:alert(1)", "data:text/plain,hi", "//a.example/", "",
        "http://", "http:///x", "http://user:pw@a.example/", "http://a.example@b.example/", "http://@a.example/", "https://a.example:8443/",
        "http://a.example:22/", "http://a.example:99999/", "http://a.example:x/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://127.1/", "http://0x7f.1/", "http://017700000001/", "http://1.2.3.4.5/", "http://a_b.example/", "http://a.example\\@b.example/",
        "http://a.example\r\nX: y/", "http://a.example /", "http://ａ.example/", "http://①②⑦.⓪.⓪.①/", "http://[::1%25eth0]/", "http://[zz]/",
        "http://" + "a" * 64 + ".example/", "http://a.example/" + "x" * 3000, "http://-a.example/",
    ],
)  # fmt: skip
async def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await fetcher(resolver=resolves(PUBLIC)).get(url)
    assert refused.value.field == "url"
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "192.0.2.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1",
    ],
)  # fmt: skip
async def test_every_address_inside_is_refused(ip: str) -> None:
    assert not is_public(ipaddress.ip_address(ip))
    with pytest.raises(InvalidInput):
        await fetcher(resolver=resolves(ip)).get("http://page.test/")
    shown = f"[{ip}]" if ":" in ip else ip
    with pytest.raises(InvalidInput):
        await fetcher(resolver=resolves(ip)).get(f"http://{shown}/")


@pytest.mark.parametrize(
    "ip", [PUBLIC, "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700:4700::1111", "100.128.0.1"]
)
def test_public_addresses_are_public(ip: str) -> None:
    assert is_public(ipaddress.ip_address(ip))


async def test_one_address_inside_among_public_ones_is_enough() -> None:
    with pytest.raises(InvalidInput):
        await fetcher(resolver=resolves(PUBLIC, "10.0.0.1")).get("http://page.test/")


async def test_loopback_is_refused_although_something_answers_there() -> None:
    async with serving(lambda _: http(b"inside")) as server:
        for host in ("127.0.0.1", "localhost", "page.test"):
            with pytest.raises(InvalidInput):
                await SafeFetch(resolver=resolves("127.0.0.1")).get(f"http://{host}:{server.port}/")
        assert server.heard == []


async def test_the_operators_list_opens_exactly_one_place() -> None:
    async with serving(lambda _: http("好".encode(), kind="text/plain; charset=utf-8")) as server:
        found = await fetcher(server).get(f"http://page.test:{server.port}/a?b=1#c")
        assert (found.body.decode(), found.media_type, found.charset, found.status) == (
            "好",
            "text/plain",
            "utf-8",
            200,
        )
        assert b"GET /a?b=1 HTTP/1.1" in server.heard[0]
        assert f"Host: page.test:{server.port}".encode() in server.heard[0]
        with pytest.raises(InvalidInput):
            await fetcher(server).get(f"http://other.test:{server.port}/")


async def test_rebinding_between_check_and_connection_is_in_vain() -> None:
    """The name is asked for once; what was checked is what is connected to."""
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [f"127.0.0.{len(asked)}"]  # nobody listens on the second one

    async with serving(lambda _: http(b"checked")) as server:
        found = await fetcher(server, resolver=rebinding).get(f"http://page.test:{server.port}/")
        assert found.body == b"checked"
    assert asked == ["page.test"]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "http://a@page.test/",
    ],
)
async def test_every_redirect_is_checked_anew(to: str) -> None:
    async with serving(lambda _: http(b"", f"Location: {to}", status="302 Found")) as server:
        with pytest.raises(InvalidInput):
            await fetcher(server).get(f"http://page.test:{server.port}/")
        assert len(server.heard) == 1


async def test_redirects_end_after_five() -> None:
    async with serving(lambda _: http(b"", "Location: /again", status="302 Found")) as server:
        with pytest.raises(Unavailable):
            await fetcher(server).get(f"http://page.test:{server.port}/")
        assert len(server.heard) == 6


async def test_a_redirect_inside_the_list_is_followed() -> None:
    def answer(head: bytes) -> bytes:
        return http(b"there") if head.startswith(b"GET /to ") else http(b"", "Location: /to", status="301 Moved")

    async with serving(answer) as server:
        assert (await fetcher(server).get(f"http://page.test:{server.port}/from")).body == b"there"


@pytest.mark.parametrize("told", [True, False])
async def test_a_page_too_large_is_left(told: bool) -> None:
    body = b"x" * 5000
    answer = http(body) if told else http(body).replace(b"Content-Length: 5000\r\n", b"")
    async with serving(lambda _: answer) as server:
        with pytest.raises(Unavailable, match="too large"):
            await fetcher(server, limits=FetchLimits(most_bytes=4000)).get(f"http://page.test:{server.port}/")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_does_not_go_off(encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = pack(b"\0" * 200_000_000)
    async with serving(lambda _: http(bomb, f"Content-Encoding: {encoding}")) as server:
        with pytest.raises(Unavailable, match="too large"):
            await fetcher(server, limits=FetchLimits(most_bytes=100_000)).get(f"http://page.test:{server.port}/")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_honest_compression_is_read(encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    async with serving(lambda _: http(pack(b"well " * 100), f"Content-Encoding: {encoding}")) as server:
        assert (await fetcher(server).get(f"http://page.test:{server.port}/")).body == b"well " * 100


@pytest.mark.parametrize(
    "answer",
    [
        http(b"x", kind="image/svg+xml"), http(b"x", kind="application/octet-stream"), http(b"x", kind=""), http(b"x", status="500 No"),
        http(b"x", status="404 No"), http(b"x", "Content-Encoding: br"), http(b"\x1f\x8bno", "Content-Encoding: gzip"), b"no http at all\r\n\r\n",
        http(gzip.compress(b"cut off" * 999)[:-20], "Content-Encoding: gzip"),
    ],
)  # fmt: skip
async def test_what_is_no_page_is_unavailable(answer: bytes) -> None:
    async with serving(lambda _: answer) as server:
        with pytest.raises(Unavailable):
            await fetcher(server).get(f"http://page.test:{server.port}/")


async def test_a_slow_server_does_not_hold_us() -> None:
    async with serving(lambda _: http(b"x" * 1000), slowly=0.05) as server:
        with pytest.raises(Unavailable):
            await fetcher(server, limits=FetchLimits(whole_s=0.4, step_s=5)).get(f"http://page.test:{server.port}/")


async def test_no_name_and_nobody_there_are_unavailable() -> None:
    async def nothing(_host: str, _port: int) -> list[str]:
        raise OSError

    with pytest.raises(Unavailable):
        await SafeFetch(resolver=nothing).get("http://nowhere.test/")
    async with serving(lambda _: b"") as server:
        port = server.port
    with pytest.raises(Unavailable):
        await fetcher(server).get(f"http://page.test:{port}/")


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context and one that trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(path)
    return ours, ssl.create_default_context(cafile=path)


@pytest.mark.parametrize(("name", "good"), [("page.test", True), ("other.test", False)])
async def test_tls_names_the_host_and_not_the_address(tmp_path: Path, name: str, good: bool) -> None:
    ours, trusting = certificate(tmp_path, name)
    async with serving(lambda _: http(b"sealed"), ours) as server:
        fetch = fetcher(server, tls=trusting)
        if good:
            assert (await fetch.get(f"https://page.test:{server.port}/")).body == b"sealed"
        else:
            with pytest.raises(Unavailable):
                await fetch.get(f"https://page.test:{server.port}/")
        with pytest.raises(Unavailable):  # nobody trusts it by default
            await fetcher(server).get(f"https://page.test:{server.port}/")


def test_the_operators_words() -> None:
    assert allowed_places("a.example:80, [::1]:8080\n10.0.0.1:443") == {"a.example:80", "[::1]:8080", "10.0.0.1:443"}
    assert allowed_places("") == frozenset()
    assert read_target("http://A.Example.:80/x#y").url == "http://a.example/x"
    for bad in ("a.example", "a.example:0", "a.example:99999", "http://a:80/", "u@a:80"):
        with pytest.raises(SettingsRefused):
            allowed_places(bad)


async def test_the_operators_list_is_read_from_the_environment(tmp_path: Path) -> None:
    async with serving(lambda _: http(b"inside")) as server:
        place = f"127.0.0.1:{server.port}"
        told = read_settings(data_dir=tmp_path, environ={"KANGBAN_FETCH_ALLOW": place})
        assert (await make_fetch(told).get(f"http://{place}/")).body == b"inside"
        with pytest.raises(InvalidInput):
            await make_fetch(read_settings(data_dir=tmp_path, environ={})).get(f"http://{place}/")
    with pytest.raises(SettingsRefused):
        make_fetch(read_settings(data_dir=tmp_path, environ={"KANGBAN_FETCH_ALLOW": "everything"}))


async def test_a_service_is_asked_with_its_key_and_an_error_is_an_answer() -> None:
    async with serving(lambda _: http(b'{"code": 429}', status="429 Too Many", kind="image/odd")) as server:
        url = f"http://page.test:{server.port}/ask?q=1"
        found = await fetcher(server).send(Asking(url, "POST", {"X-Key": "hidden-value"}, b"{}"))
        assert (found.status, found.body, found.headers["content-type"]) == (429, b'{"code": 429}', "image/odd")
        assert server.heard[0].startswith(b"POST /ask?q=1 ")
        assert b"X-Key: hidden-value" in server.heard[0]
        assert "hidden-value" not in repr(Asking(url + "&key=hidden-value", headers={"X-Key": "hidden-value"}))


async def test_a_key_is_never_carried_to_another_place() -> None:
    async with serving(lambda _: http(b"", "Location: http://other.test/", status="302 Found")) as server:
        with pytest.raises(Unavailable):
            await fetcher(server).send(Asking(f"http://page.test:{server.port}/", headers={"X-Key": "hidden-value"}))
        assert len(server.heard) == 1


async def test_a_service_inside_is_not_asked_either() -> None:
    async with serving(lambda _: http(b"inside")) as server:
        with pytest.raises(InvalidInput):
            await SafeFetch(resolver=resolves("127.0.0.1")).send(Asking(f"http://page.test:{server.port}/"))
        with pytest.raises(InvalidInput):
            await SafeFetch(resolver=resolves("127.0.0.1")).send(Asking("http://page.test/", "POST", body=b"x"))
        assert server.heard == []


@pytest.mark.parametrize("value", ["a\r\nHost: evil", "钥匙"])
async def test_a_header_that_is_none_is_not_sent(value: str) -> None:
    async with serving(lambda _: http(b"{}")) as server:
        with pytest.raises(Unavailable):
            await fetcher(server).send(Asking(f"http://page.test:{server.port}/", headers={"X-Key": value}))
        assert server.heard == []
