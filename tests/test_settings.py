from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost import settings as settings_module
from certbot_dns_mijnhost.settings import SettingError, Settings, resolve_settings

FILE = "/etc/mijnhost.ini"


def resolved(file: dict[str, str], **flags: object) -> Settings:
    named = {name.replace("_", "-"): value for name, value in flags.items()}
    return resolve_settings(named.get, {"dns_mijnhost_api_key": "k", **file}, FILE)


def test_defaults() -> None:
    settings = resolved({})
    assert settings.api_url == "https://mijn.host/api/v2"
    assert settings.ttl == 60
    assert settings.propagation_seconds == 300
    assert settings.follow_cname
    assert settings.allow_zone_rewrite
    assert settings.zones == settings.nameservers == settings.resolvers == ()


def test_a_flag_goes_before_the_file_and_the_file_before_the_default() -> None:
    file = {"dns_mijnhost_propagation_seconds": "20"}
    assert resolved(file).propagation_seconds == 20
    assert resolved(file, propagation_seconds=0).propagation_seconds == 0


def test_every_setting_can_stand_in_the_file() -> None:
    settings = resolved(
        {
            "dns_mijnhost_api_url": "http://127.0.0.1:8080/api/v2",
            "dns_mijnhost_ttl": "300",
            "dns_mijnhost_timeout": "2.5",
            "dns_mijnhost_propagation_seconds": "0",
            "dns_mijnhost_nameservers": "192.0.2.1, [2001:db8::1]:5353",
            "dns_mijnhost_resolver": "192.0.2.53",
            "dns_mijnhost_follow_cname": "no",
            "dns_mijnhost_zone": "example.nl example.com",
            "dns_mijnhost_allow_zone_rewrite": "False",
        }
    )
    assert settings == Settings(
        api_key="k",
        api_url="http://127.0.0.1:8080/api/v2",
        ttl=300,
        timeout=2.5,
        propagation_seconds=0,
        nameservers=("192.0.2.1", "[2001:db8::1]:5353"),
        resolvers=("192.0.2.53",),
        follow_cname=False,
        zones=("example.nl", "example.com"),
        allow_zone_rewrite=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ttl", "0"),
        ("ttl", "2147483648"),
        ("ttl", "sixty"),
        ("ttl", "1" * 5000),
        ("timeout", "0"),
        ("timeout", "nan"),
        ("timeout", "601"),
        ("propagation_seconds", "-1"),
        ("propagation_seconds", "86401"),
        ("follow_cname", "perhaps"),
        ("allow_zone_rewrite", "2"),
    ],
)
def test_a_broken_rule_names_the_setting_the_file_and_the_rule(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        resolved({f"dns_mijnhost_{name}": value})
    assert f"dns_mijnhost_{name} in {FILE}" in str(caught.value)


def test_a_broken_flag_is_named_as_a_flag() -> None:
    with pytest.raises(SettingError, match="--dns-mijnhost-propagation-seconds"):
        resolved({}, propagation_seconds=-5)


def test_the_key_does_not_show() -> None:
    assert "secret" not in repr(
        resolve_settings(lambda _: None, {"dns_mijnhost_api_key": "secret"}, FILE)
    )


@given(st.text(max_size=60), st.sampled_from(["ttl", "timeout", "propagation_seconds"]))
def test_any_text_gives_a_number_or_our_error(text: str, name: str) -> None:
    try:
        settings = resolved({f"dns_mijnhost_{name}": text})
    except SettingError:
        return
    assert 0 <= getattr(settings, name) <= 2**31


@given(st.binary(max_size=120))
def test_any_file_gives_settings_or_our_error_without_its_content(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ini"
    path.write_bytes(b"SECRET " + content + b" SECRET")
    message = ""
    found: dict[str, str] = {}
    try:
        found = credentials.read(str(path))
    except SettingError as error:
        message = f"{error} {error.__cause__ or ''}"
    assert "SECRET" not in message
    assert all(isinstance(value, str) for value in found.values())


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.1, [2001:db8::1]:5353",
        "192.0.2.1,[2001:db8::1]:5353,",
        "192.0.2.1;[2001:db8::1]:5353",
        " 192.0.2.1 | [2001:db8::1]:5353 ",
        "192.0.2.1\t2001:db8::1#5353",
        "192.0.2.1 [2001:db8::1]#5353",
        "192.0.2.1 2001:db8::1@5353",
        '["192.0.2.1", "[2001:db8::1]:5353"]',
        "'192.0.2.1', '[2001:db8::1]:5353'",
        "[192.0.2.1, 2001:db8::1#5353]",
        ",, 192.0.2.1 ,, [2001:db8::1]:5353",
        "[192.0.2.1, [2001:db8::1]:5353]",
    ],
)
@pytest.mark.parametrize("name", ["nameservers", "resolver"])
def test_servers_with_any_separator(name: str, text: str, tmp_path: Path) -> None:
    wanted = ("192.0.2.1", "[2001:db8::1]:5353")
    assert getattr(resolved({}, **{name: text}), name.replace("resolver", "resolvers")) == wanted
    path = tmp_path / "mijnhost.ini"
    path.write_text(f"dns_mijnhost_api_key = k\ndns_mijnhost_{name} = {text}  # comment\n")
    found = resolve_settings(lambda _: None, credentials.read(str(path)), str(path))
    assert getattr(found, name.replace("resolver", "resolvers")) == wanted


def test_an_address_in_brackets_alone_is_no_list() -> None:
    assert resolved({"dns_mijnhost_resolver": "[2001:db8::1]"}).resolvers == ("[2001:db8::1]",)
    two = resolved({"dns_mijnhost_resolver": "[2001:db8::1],[2001:db8::2]"}).resolvers
    assert two == ("[2001:db8::1]", "[2001:db8::2]")
    assert resolved({"dns_mijnhost_resolver": " , "}).resolvers == ()


def test_zones_are_cleaned() -> None:
    zones = resolved({"dns_mijnhost_zone": "Example.NL., example.com.. ;'example.org'"}).zones
    assert zones == ("example.nl", "example.com", "example.org")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("example..nl", "two dots in a row"),
        (".example.nl", "begins with a dot"),
        ("..", "it is empty"),
        ("x" * 64 + ".nl", "longer than 63 characters"),
        (".".join(["x" * 60] * 5), "longer than 253 characters"),
        ("https://example.nl", "is a URL"),
    ],
)
def test_a_zone_that_is_no_domain_names_the_setting_and_the_reason(zone: str, words: str) -> None:
    with pytest.raises(SettingError, match=words) as caught:
        resolved({"dns_mijnhost_zone": f"example.com {zone}"})
    assert f"dns_mijnhost_zone in {FILE}" in str(caught.value)


def test_every_setting_is_in_the_readme() -> None:
    root = Path(__file__).resolve().parent.parent
    source = inspect.getsource(settings_module)
    names = {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    assert {"ttl", "follow-cname", "propagation-seconds"} <= names
    readme = (root / "README.md").read_text()
    for name in names:
        assert f"`dns_mijnhost_{str(name).replace('-', '_')}`" in readme
