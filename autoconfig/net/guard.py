"""Which addresses may be connected to: none that a stranger's DNS could aim at our own network.

RFC 6890 and the registries of special-purpose addresses. Checked on the address a connection goes to, after
resolution, so that neither a redirect nor a second answer of the DNS gets around it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "cloud metadata"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "special-purpose"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "special-purpose"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("100::/64", "discard-only"),
    ("2001::/23", "special-purpose"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "special-purpose"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
    # Whatever else is not global unicast, which is 2000::/3 (RFC 4291 §2.4).
    ("::/3", "reserved"),
    ("4000::/2", "reserved"),
    ("8000::/1", "reserved"),
)
_NETWORKS = tuple((ipaddress.ip_network(network), kind) for network, kind in _REFUSED)

# Forms of IPv6 that carry an IPv4 address, which is where the packets end up.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True, slots=True)
class Guard:
    """The rule of one resolver: public addresses, and what its operator allows besides."""

    allow_private: bool = False
    allowed: tuple[Network, ...] = ()

    def refusal(self, text: str) -> str:
        """Why the address must not be connected to, in a word or two; empty where it may."""
        if self.allow_private:
            return ""
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return "not an address"
        if any(address in network for network in self.allowed):
            return ""
        inner = _carried(address)
        if inner is not None:
            return self.refusal(str(inner)) or ("" if _is_nat64(address) else "an IPv4 address in disguise")
        return next((kind for network, kind in _NETWORKS if address in network), "")


def is_address(text: str) -> bool:
    """Whether the text is an IP address, IPv6 without brackets."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_nat64(address: Address) -> bool:
    return address in _NAT64


def _carried(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, compatible, 6to4, Teredo's client, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or address in _NAT64_LOCAL or (address in _COMPATIBLE and low > 1):
        return ipaddress.IPv4Address(low)
    return None
