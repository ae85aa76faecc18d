"""Which addresses may be opened: pure checks of a URL and of the IP it leads to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from kangban.kernel.errors import InvalidInput, SettingsRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_USUAL_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 2_000
# What the standard library calls global and still leads inside: NAT64 (RFC 6052, 8215), 6to4, Teredo, CGNAT, the
# metadata services of clouds, and the documentation and benchmark nets.
_INSIDE = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32", "::/128", "::1/128", "::ffff:0:0/96",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128",
    )
)  # fmt: skip
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


class Target(msgspec.Struct, frozen=True):
    """One address to open. `host` is lower-case ASCII or an IP; `path` has the query, never the fragment."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """host:port, as an operator writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        """The host as the server is told it."""
        usual = _USUAL_PORTS[self.scheme] == self.port
        return self.place.rsplit(":", 1)[0] if usual else self.place

    @property
    def url(self) -> str:
        """The address as opened."""
        return f"{self.scheme}://{self.host_header}{self.path}"


def read_target(url: str, allowed: frozenset[str] = frozenset()) -> Target:
    """Read a URL; raises InvalidInput for anything but plain http(s) to a name or IP on its usual port."""
    if len(url) > _LONGEST_URL or not url.isascii() or any(c <= " " or c in '\x7f\\"<>^`{|}' for c in url):
        raise _refused("signs that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("not an address") from None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower().rstrip(".")
    if scheme not in _USUAL_PORTS:
        raise _refused("not http or https")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise _refused("a name or password in the address")
    if not host or "%" in host or (":" not in host and not _HOST.fullmatch(host)):
        raise _refused("no such host name")
    host = _one_spelling(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(scheme, host, port or _USUAL_PORTS[scheme], path)
    if target.port != _USUAL_PORTS[scheme] and target.place not in allowed:
        raise _refused("another port")
    return target


def _one_spelling(host: str) -> str:
    """An IP in its usual spelling, a name as it is; 2130706433, 0x7f.1 and 0177.0.0.1 are no names."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        if ":" in host or last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
            raise _refused("a number that is no usual address") from None
    return host


def is_public(address: Address) -> bool:
    """Whether an IP belongs to the internet at large, and to nobody inside."""
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return False
    if any(address in net for net in _INSIDE if net.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def check_address(target: Target, ip: str, allowed: frozenset[str]) -> str:
    """The IP, if a connection to it may be made for this target; raises InvalidInput."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise _refused("the name leads to no address") from None
    if is_public(address) or target.place in allowed:
        return str(address)
    raise _refused("the name leads inside")


def leads_inside(ips: Iterable[str], host: str, port: int | None, allowed: frozenset[str]) -> bool:
    """Whether any of a host's addresses is no public one and the operator did not allow it (by any port, if none)."""
    bare = f"[{host}]" if ":" in host else host
    if any(place.rpartition(":")[0] == bare and port in (None, int(place.rpartition(":")[2])) for place in allowed):
        return False
    return any(not is_public(ipaddress.ip_address(ip)) for ip in ips)


def allowed_places(words: str) -> frozenset[str]:
    """KANGBAN_FETCH_ALLOW: host:port, separated by commas or blanks; raises SettingsRefused."""
    return frozenset(map(_place, filter(None, re.split(r"[,\s]+", words))))


def _place(word: str) -> str:
    host, colon, port = word.lower().rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536 or "/" in word or "@" in word:
        raise SettingsRefused("KANGBAN_FETCH_ALLOW holds host:port, separated by commas", field="KANGBAN_FETCH_ALLOW")
    return f"{host}:{int(port)}"


def media_type_allowed(media_type: str, kinds: Iterable[str]) -> bool:
    """text/html matches "text/html" and "text/*"."""
    return any(media_type == kind or (kind.endswith("/*") and media_type.startswith(kind[:-1])) for kind in kinds)


def _refused(why: str) -> InvalidInput:
    return InvalidInput(f"this address may not be opened: {why}", field="url", key="privacy.fetch_refused")
