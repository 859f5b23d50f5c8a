from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.propagation import Endpoint, InvalidEndpointError, parse_endpoint


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("192.0.2.1", Endpoint("192.0.2.1", 53)),
        ("192.0.2.1:5353", Endpoint("192.0.2.1", 5353)),
        (" ns1.example.net ", Endpoint("ns1.example.net", 53)),
        ("ns1.example.net:53", Endpoint("ns1.example.net", 53)),
        ("2001:db8::1", Endpoint("2001:db8::1", 53)),
        ("[2001:db8::1]", Endpoint("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", Endpoint("2001:db8::1", 5353)),
        ("localhost:1", Endpoint("localhost", 1)),
    ],
)
def test_what_can_be_read(text: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":53",
        "host:",
        "host:0",
        "host:65536",
        "host:abc",
        "[::1",
        "[host]:53",
        "a b",
        "-a",
        "a/b",
    ],
)
def test_what_can_not(text: str) -> None:
    with pytest.raises(InvalidEndpointError, match=r"host\[:port\]"):
        parse_endpoint(text)


@given(st.one_of(st.ip_addresses().map(str)), st.integers(1, 65535))
def test_what_is_written_reads_the_same(host: str, port: int) -> None:
    endpoint = Endpoint(host, port)
    assert parse_endpoint(str(endpoint)) == endpoint


@given(st.text(max_size=30))
def test_any_text_gives_an_endpoint_or_our_error(text: str) -> None:
    try:
        endpoint = parse_endpoint(text)
    except InvalidEndpointError:
        return
    assert 1 <= endpoint.port <= 65535
    assert endpoint.host


def test_a_host_name_gets_its_addresses() -> None:
    assert Endpoint("127.0.0.1", 5).addresses() == [Endpoint("127.0.0.1", 5)]
    assert Endpoint("127.0.0.1", 5) in Endpoint("localhost", 5).addresses()
