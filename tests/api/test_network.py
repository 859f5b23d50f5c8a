"""Proxies, certificates and DNS between this machine and the API: each error has its next step."""

from __future__ import annotations

import importlib.util
import re
import socket
import ssl
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certbot_dns_mijnhost.api import (
    DNSRecord,
    InvalidInputError,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
    TransportError,
)

from .conftest import KEY
from .listener import listening, saying

ONCE = RetryPolicy(tries=1)
RECORD = DNSRecord("TXT", "x.example.nl.", "value", 60)
BODY = b'{"status": 200, "status_description": "OK", "data": {"domains": []}}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
PASSWORD = "hunter%232"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def failure(url: str, kind: type[MijnHostError] = TransportError) -> MijnHostError:
    """Return the error of a write, which is shown nowhere with the key or a password."""
    client = MijnHostClient(KEY, base_url=url, timeout=5.0, retry=ONCE)
    with client, pytest.raises(kind) as caught:
        client.dns_records.update("example.nl", RECORD)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    for secret in (KEY, "hunter", "somebody"):
        assert secret not in shown
    return caught.value


# --- Certificates ---


def certificate(
    directory: Path,
    *,
    days: tuple[int, int] = (-1, 1),
    name: str | None = None,
    address: str = "127.0.0.1",
) -> tuple[ssl.SSLContext, Path]:
    """Return a server's context with a self-signed certificate, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(timezone.utc)
    names: list[x509.GeneralName] = (
        [x509.DNSName(name)] if name else [x509.IPAddress(IPv4Address(address))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "server.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (directory / "server.key").write_bytes(private)
    path.write_bytes(made.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, directory / "server.key")
    return context, path


@pytest.mark.parametrize(
    ("days", "name", "address", "words"),
    [
        ((1, 2), None, "127.0.0.1", r"certificate is not valid yet. Check this machine's clock"),
        ((-2, -1), None, "127.0.0.1", r"certificate is expired. Check this machine's clock"),
        ((-1, 1), "other.nl", "", r"certificate is for another host. Check the API's URL"),
        ((-1, 1), None, "127.0.0.2", r"certificate is for another host. Check the API's URL"),
    ],
)
def test_a_certificate_that_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: tuple[int, int],
    name: str | None,
    address: str,
    words: str,
) -> None:
    context, path = certificate(tmp_path, days=days, name=name, address=address)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with listening(saying(OK), tls=context) as listener:
        error = failure(listener.url.replace("http:", "https:"))
        assert not any(listener.heard)
    assert words.replace(r"\.", ".") in str(error)
    assert "connection to the internet" not in str(error)
    assert not error.may_have_taken_effect


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    with listening(saying(OK), tls=context) as listener:
        error = failure(listener.url.replace("http:", "https:"))
        assert not any(listener.heard)
    assert "certificate is not trusted" in str(error)
    assert "set REQUESTS_CA_BUNDLE" in str(error)
    assert "connection to the internet" not in str(error)
    assert not error.may_have_taken_effect


def missing(directory: Path) -> Path:
    return directory / "gone.pem"


def not_pem(directory: Path) -> Path:
    path = directory / "odd.pem"
    path.write_text("no certificate")
    return path


@pytest.mark.parametrize(
    ("make", "words"), [(missing, "it does not exist"), (not_pem, "has no certificates")]
)
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ca_certificates_that_cannot_be_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    make: Callable[[Path], Path],
    words: str,
) -> None:
    path = make(tmp_path)
    monkeypatch.setenv(variable, str(path))
    error = failure("https://localhost:1/", InvalidInputError)
    assert f"nothing was sent: cannot use the CA certificates in {path}: " in str(error)
    assert words in str(error)
    assert "or unset the variable" in str(error)
    assert not error.may_have_taken_effect


def test_a_log_of_tls_keys_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nowhere" / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(path))
    error = failure("https://localhost:1/", InvalidInputError)
    assert f"nothing was sent: cannot write to the file {path}, " in str(error)
    assert "No such file or directory. Unset the variable." in str(error)


def test_a_server_without_tls_is_named() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as listener:
        error = failure(listener.url.replace("http:", "https:"))
    assert "it does not speak TLS. Check the API's URL and port" in str(error)
    assert not error.may_have_taken_effect


# --- Proxies ---


def proxied(monkeypatch: pytest.MonkeyPatch, address: str, scheme: str = "http") -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://somebody:{PASSWORD}@{address}")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", r"requires a user name and a password (407). Add"),
        ("403 Forbidden", "the proxy refused to connect (403 Forbidden). Allow this machine"),
        ("502 Bad Gateway", "the proxy refused to connect (502 Bad Gateway). Allow this machine"),
    ],
)
def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch, status: str, words: str) -> None:
    with listening(saying(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())) as proxy:
        proxied(monkeypatch, proxy.url.removeprefix("http://"))
        error = failure("https://api.example/")
        assert [heard.split(b" ")[0] for heard in proxy.heard] == [b"CONNECT"]
        assert not any(KEY.encode() in heard for heard in proxy.heard)
    assert words in str(error)
    assert "connection to the internet" not in str(error)
    assert not error.may_have_taken_effect


def test_a_proxy_that_is_not_running(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        proxied(monkeypatch, f"127.0.0.1:{closed.getsockname()[1]}")
        error = failure("https://api.example/")
    assert "cannot use the proxy: " in str(error)
    assert "Connection refused" in str(error)
    assert "HTTPS_PROXY" in str(error)
    assert not error.may_have_taken_effect


@pytest.mark.parametrize(("user", "password"), [("u", "e"), ("proxy", "n"), ("c", "refused")])
def test_a_message_stays_readable_if_a_proxys_user_has_an_ordinary_name(
    monkeypatch: pytest.MonkeyPatch, user: str, password: str
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{user}:{password}@{address}")
        error = failure("https://api.example/")
    end = re.escape("***") if password == "refused" else "refused"
    assert re.search(rf"cannot use the proxy: .*Connection {end}\. Check the proxy's", str(error))


@pytest.mark.parametrize("password", ["hunter\u20ac", "hunter\udce9", "hunter%E2%82%AC"])
def test_a_proxys_password_that_cannot_be_sent(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:{password}@127.0.0.1:1")
    error = failure("https://api.example/", InvalidInputError)
    assert "nothing was sent" in str(error)
    assert "has characters that HTTP cannot send" in str(error)


def test_a_proxy_whose_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    proxied(monkeypatch, "proxy.invalid:3128")
    error = failure("https://api.example/")
    assert "cannot resolve the name of the proxy" in str(error)
    assert "DNS" in str(error)
    assert not error.may_have_taken_effect


def test_a_socks_proxy_without_pysocks(monkeypatch: pytest.MonkeyPatch) -> None:
    # The test's environment may have it.
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    for scheme in ("socks5", "socks5h", "socks4", "SOCKS5"):
        proxied(monkeypatch, "127.0.0.1:1", scheme)
        error = failure("https://api.example/", InvalidInputError)
        assert "nothing was sent" in str(error)
        assert "PySocks is missing. Install it" in str(error)
        assert not error.may_have_taken_effect


@pytest.mark.parametrize("scheme", ["ftp", "gopher", "x"])
def test_a_proxy_of_another_kind(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    proxied(monkeypatch, "127.0.0.1:1", scheme)
    assert "HTTPS_PROXY" in str(failure("https://api.example/", InvalidInputError))


def test_a_proxy_that_says_nonsense_after_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that lets the request through, and an API whose answer gets lost."""
    context, path = certificate(tmp_path, name="localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    heard: list[bytes] = []

    def tunnel(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as wrapped:
            while b'"value"' not in b"".join(heard):
                heard.append(wrapped.recv(65536))

    with listening(tunnel) as proxy:
        proxied(monkeypatch, proxy.url.removeprefix("http://"))
        error = failure("https://localhost/")
    assert heard
    assert error.may_have_taken_effect
    assert "Connection" in str(error) or "EOF" in str(error) or "closed" in str(error)


# --- Names and ports ---


def test_a_name_that_is_unknown() -> None:
    error = failure("https://api.invalid/")
    assert "no answer from api.invalid: cannot resolve its name. Check this machine's DNS" in str(
        error
    )
    assert not error.may_have_taken_effect


def test_a_connection_that_breaks_is_not_one_of_these() -> None:
    with listening(lambda connection: connection.close()) as listener:
        error = failure(listener.url)
    assert "Check the connection to the internet" in str(error)
    assert error.may_have_taken_effect
