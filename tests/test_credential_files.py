"""Files with the key as people, editors and other systems write them."""

from __future__ import annotations

import codecs
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.api.api_key import api_key_of
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.credentials import Credentials
from certbot_dns_mijnhost.settings import SettingError, Settings, resolve_settings

SECRET = "s3cr3t-s3cr3t"
LINE = f"dns_mijnhost_api_key = {SECRET}"


def loaded(path: Path, content: str | bytes) -> Settings:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = credentials.load(str(path))
    assert SECRET not in repr(found)
    return resolve_settings(lambda _: None, found.settings, found.source, found.hints)


def refusal(path: Path, content: str | bytes) -> str:
    """Return the message, after a look at all that a traceback would show of the error."""
    with pytest.raises(SettingError) as caught:
        loaded(path, content)
    message = str(caught.value)
    shown = "".join(traceback.format_exception_only(type(caught.value), caught.value))
    for secret in (SECRET, SECRET[:6], SECRET[-6:]):
        assert secret not in shown
    assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)
    assert message.endswith((".", "dns_mijnhost_api_key = YOUR-KEY"))
    return message


def shown_of(read: Callable[[], Credentials | None]) -> str:
    """Return what a run shows: the message of a refusal, or else the source and the hints."""
    try:
        found = read()
    except SettingError as error:
        return str(error)
    return "" if found is None else f"{found!r} {found.hints}"


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    return tmp_path / "mijnhost.ini"


@pytest.mark.parametrize(
    "content",
    [
        LINE,
        f"{LINE}\n",
        f"{LINE}\r\n",
        f"# first\r\n\r\n{LINE}\r\ndns_mijnhost_ttl = 60\r\n",
        f"# first\r{LINE}\r",
        codecs.BOM_UTF8 + f"{LINE}\r\n".encode(),
        f"# another file was put in front\n\ufeff{LINE}\n",
        f"  {LINE}  \n",
        f"\u00a0{LINE}\u00a0\n",
        f"dns_mijnhost_api_key={SECRET}",
        f"dns_mijnhost_api_key = '{SECRET}' # comment",
        f'dns_mijnhost_api_key = "{SECRET}"',
        f'dns_mijnhost_api_key = """{SECRET}"""',
        f"dns_mijnhost_api_key = {SECRET}\u200b",
        f"dns_mijnhost_api_key = {SECRET[:4]}\u200b\u00ad{SECRET[4:]}",
        f"dns_mijnhost_api_key = {SECRET} # comment, with a comma",
        f"; of another kind\n{LINE}\n",
        b"# caf\xe9 in another encoding\n" + LINE.encode(),
        f"{LINE}\ndns_cloudflare_api_token = a, b # c\ndns_cloudflare_api_token = again\n",
        f"odd name of another = 'half\n{LINE}\n",
        f"{LINE}\n{LINE}\n",
    ],
)
def test_what_is_read_without_a_word(ini: Path, content: str | bytes) -> None:
    settings = loaded(ini, content)
    assert (settings.api_key, settings.hint) == (SECRET, "")


@pytest.mark.parametrize("key", ["a%(b)s%", "ab=cd==", "a:b", "a\"b'c", "a;b", "a\\nb", "[ab]"])
def test_signs_of_a_key_are_kept(ini: Path, key: str) -> None:
    assert loaded(ini, f"dns_mijnhost_api_key = {key}\n").api_key == key


@pytest.mark.parametrize("key", ["a,b", "a#b", "#ab", "a # b", "a, b"])
def test_in_quotation_marks_a_sign_is_a_part_of_the_key(ini: Path, key: str) -> None:
    if " " in key:
        assert "has spaces" in refusal(ini, f'dns_mijnhost_api_key = "{key}"\n')
    else:
        assert loaded(ini, f'dns_mijnhost_api_key = "{key}"\n').api_key == key


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"dns_mijnhost_api_key = \"'{SECRET}'\"", "Line 1 of|quotation marks around the key"),
        (f"\ndns_mijnhost_api_key = '\"{SECRET}\"'", "Line 2 of|Remove them"),
        (f"dns_mijnhost_api_key = \u201c{SECRET}\u201d", "Line 1 of|quotation marks"),
        (f"dns_mijnhost_api_key = \u2018{SECRET}\u2019", "Line 1 of|quotation marks"),
        (f"dns_mijnhost_api_key = `{SECRET}`", "Line 1 of|quotation marks"),
        (f"[mijnhost]\n\n{LINE}", "Line 3 of|below a [section], in line 1|Remove the line"),
        (f"export MIJNHOST_API_KEY={SECRET}", "Line 1 of|dns_mijnhost_api_key = VALUE"),
        (f"MIJNHOST_API_KEY='{SECRET}'", "Line 1 of|dns_mijnhost_api_key = VALUE"),
        (f"dns_mijnhost_api_key: {SECRET}", "Line 1 of|dns_mijnhost_api_key = VALUE"),
        (f"dns-mijnhost-api-key = {SECRET}", "Line 1 of|dns_mijnhost_api_key = VALUE"),
        (f"DNS_MIJNHOST_API_KEY = {SECRET}", "Line 1 of|dns_mijnhost_api_key = VALUE"),
        (f'"dns_mijnhost_api_key" = {SECRET}', "Line 1 of|dns_mijnhost_api_key = VALUE"),
        (f"{LINE}\nDNS-MIJNHOST-TTL = 60", "Line 2 of|dns_mijnhost_ttl = VALUE"),
    ],
)
def test_what_is_accepted_with_a_hint(ini: Path, content: str, words: str) -> None:
    settings = loaded(ini, content)
    assert settings.api_key == SECRET
    for word in words.split("|"):
        assert word in settings.hint
    assert str(ini) in settings.hint
    assert SECRET not in settings.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"dns_mijnhost_api_key = {SECRET}#more", 'Line 1|number sign (#)|= "YOUR-KEY"'),
        (f"\ndns_mijnhost_api_key = {SECRET},more", "Line 2|comma|in quotation marks"),
        (f"dns_mijnhost_api_key = {SECRET},", "Line 1|comma"),
        (f"{LINE}\n\ndns_mijnhost_api_key = other", "Line 3|again, after line 1|Keep one"),
        (f"{LINE}\ndns-mijnhost-api-key = other", "Line 2|again, after line 1"),
        (f"{LINE}\nMIJNHOST_API_KEY=other", "Line 2|again, after line 1"),
        (f"[a]\n{LINE}\n[b]\ndns_mijnhost_api_key = o", "Line 4|again, after line 2"),
        (f"{LINE}\ndns_mijnhost_ttl = 60\ndns_mijnhost_ttl = 61", "Line 3|dns_mijnhost_ttl again"),
        (SECRET, "Line 1|is not NAME = VALUE|Write the key as"),
        (f"dns_mijnhost_api_key {SECRET}", "Line 1|is not NAME = VALUE"),
        (f"dns_mijnhost_api_key {SECRET}==", "Line 1|is not NAME = VALUE"),
        (f"{SECRET}==", "has no dns_mijnhost_api_key"),
        (f"api_key = {SECRET}", "has no dns_mijnhost_api_key"),
        (f'{{"dns_mijnhost_api_key": "{SECRET}"}}', "is a JSON file"),
        (f"dns_mijnhost_api_key = {SECRET} {SECRET}", "Line 1|spaces"),
        (f"dns_mijnhost_api_key = {SECRET}\u00a0{SECRET}", "Line 1|spaces"),
        (f"dns_mijnhost_api_key = {SECRET}\u2011{SECRET}", "Line 1|U+2011"),
        (f"dns_mijnhost_api_key = {SECRET}\x07{SECRET}", "Line 1|U+0007"),
        (b"dns_mijnhost_api_key = " + SECRET.encode() + b"\xe9", "Line 1|U+DCE9"),
        (f"{LINE}\ndns_mijnhost_zone = ".encode() + b"\xe9.nl", "Line 2|not text in UTF-8"),
        (f"dns_mijnhost_api_key = '{SECRET}", "Line 1|no closing one"),
        (f"dns_mijnhost_api_key = '{SECRET}' more", "Line 1|after the value"),
        (f"dns_mijnhost_api_key = '{SECRET}', 'more'", "Line 1|after the value"),
        (f'dns_mijnhost_api_key = """{SECRET}\n{SECRET}"""', "Line 1|no closing one"),
        (f"dns_mijnhost_api_key = {SECRET}\u201d", "Line 1|at only one end"),
        ("dns_mijnhost_api_key = YOUR-KEY", "placeholder"),
        ("dns_mijnhost_api_key = <your_api_key>", "placeholder"),
        ("dns_mijnhost_api_key = jouw-api-sleutel", "placeholder"),
        ("dns_mijnhost_api_key = xxxxxxxx", "placeholder"),
        ("dns_mijnhost_api_key = ${MIJNHOST_API_KEY}", "variable was not replaced"),
        ("dns_mijnhost_api_key = {{ vault_key }}", "variable was not replaced"),
        ("dns_mijnhost_api_key = ''", "has no value for dns_mijnhost_api_key"),
        (LINE.encode("utf-16"), "UTF-16|Save it as UTF-8"),
        (LINE.encode("utf-16-be"), "UTF-16"),
        (codecs.BOM_UTF16_BE + LINE.encode("utf-16-be"), "UTF-16"),
        (b"\x7fELF\0" + LINE.encode(), "is not a text file"),
        (b"\n" * 1_000_001, "is larger than 1000000 bytes"),
    ],
)
def test_what_is_refused_says_where_and_what_to_do(
    ini: Path, content: str | bytes, words: str
) -> None:
    message = refusal(ini, content)
    assert str(ini) in message
    for word in words.split("|"):
        assert word in message, message


SECRETS: list[tuple[str | bytes, str]] = [
    (SECRET, ""),
    (f"{SECRET}\n", ""),
    (codecs.BOM_UTF8 + f"\r\n{SECRET}\r\n\r\n".encode(), ""),
    (f"# of the control panel\n{SECRET}\n", ""),
    (f"\u200b{SECRET}\u00a0\n", ""),
    (f"'{SECRET}'\n", "quotation marks around the key"),
    (f"\u201c{SECRET}\u201d\n", "quotation marks around the key"),
    (f"MIJNHOST_API_KEY={SECRET}\n", "name in front of the key"),
    (f'export MIJNHOST_API_KEY="{SECRET}"\n', "name in front of the key"),
    (f"dns-mijnhost-api-key: {SECRET}\n", "name in front of the key"),
]


@pytest.mark.parametrize(("content", "hint"), SECRETS)
def test_a_file_with_the_key_alone_is_read_alike_everywhere(
    tmp_path: Path, ini: Path, content: str | bytes, hint: str
) -> None:
    secret = tmp_path / "mijnhost_api_key"
    secret.write_bytes(content if isinstance(content, bytes) else content.encode())
    by_variable = {"MIJNHOST_API_KEY_FILE": f"'{secret}'"}
    found = [
        credentials.find(by_variable),
        credentials.find({"CREDENTIALS_DIRECTORY": str(tmp_path)}),
    ]
    ini.write_text("dns_mijnhost_api_key_file = mijnhost_api_key\n")
    found.append(credentials.load(str(ini)))
    for each in found:
        assert each is not None
        assert each.settings["dns_mijnhost_api_key"] == SECRET
        assert hint in " ".join(each.hints)
        assert bool(each.hints) is bool(hint)
        assert SECRET not in f"{each!r} {each.hints}"
    assert api_key_of(by_variable) == SECRET


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{SECRET}\n{SECRET}x\n", "has 2 lines with text"),
        (f"{LINE}\ndns_mijnhost_ttl = 60\n", "has 2 lines with text"),
        (f'{{"key": "{SECRET}"}}', "is a JSON or INI file"),
        (f"[mijnhost]\n{LINE}\n", "is a JSON or INI file"),
        (f"{SECRET} {SECRET}", "has spaces"),
        (f"'{SECRET}", "at only one end"),
        (SECRET.encode("utf-16"), "UTF-16"),
        (SECRET.encode() + b"\xe9", "is not a text file"),
        ("YOUR-KEY\n", "placeholder"),
        ("", "is empty"),
        (" \n\n", "is empty"),
    ],
)
def test_a_file_that_is_not_the_key_alone_is_refused(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingError) as caught:
        credentials.find({"MIJNHOST_API_KEY_FILE": str(secret)})
    assert words in str(caught.value)
    assert f"{secret}, named by MIJNHOST_API_KEY_FILE," in str(caught.value)
    assert SECRET[:5] not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [(f" {SECRET}\n", ""), (f"'{SECRET}'", "quotation marks"), (f'"{SECRET}"', "quotation marks")],
)
def test_a_variable_as_a_compose_file_gives_it(text: str, hint: str) -> None:
    found = credentials.find({"MIJNHOST_API_KEY": text})
    assert found is not None
    assert found.settings == {"dns_mijnhost_api_key": SECRET}
    assert hint in " ".join(found.hints)
    assert "MIJNHOST_API_KEY" in found.source
    assert api_key_of({"MIJNHOST_API_KEY": text}) == SECRET


@pytest.mark.parametrize("named", ["~/secret", "'~/secret'", ' "~/secret" '])
def test_a_tilde_that_no_shell_expanded(
    tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "mijnhost.ini").write_text("dns_mijnhost_api_key_file = ~/secret\n")
    environment = {"MIJNHOST_API_KEY_FILE": named}
    for found in (credentials.find(environment), credentials.locate("~/mijnhost.ini", {})):
        assert found is not None
        assert found.settings["dns_mijnhost_api_key"] == SECRET
        assert found.paths[-1] == str(tmp_path / "secret")
    assert api_key_of(environment) == SECRET


@pytest.mark.parametrize("text", [f"'{SECRET}", f"{SECRET} x", "$KEY", "YOUR-KEY"])
def test_a_variable_without_a_key_is_named(text: str) -> None:
    with pytest.raises(SettingError, match="The variable MIJNHOST_API_KEY has") as caught:
        credentials.find({"MIJNHOST_API_KEY": text})
    assert SECRET not in str(caught.value)


def test_the_client_refuses_a_file_in_the_same_words(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n{SECRET}\n")
    with pytest.raises(InvalidInputError, match="has 2 lines with text") as caught:
        api_key_of({"MIJNHOST_API_KEY_FILE": str(secret)})
    assert SECRET not in str(caught.value)


@given(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=30),
    st.sampled_from(["", "'", '"', "[a]\n", "export ", "\ufeff"]),
    st.text("#,;:= \t'\"[]\u201c\u00a0\u200bab", max_size=12),
)
def test_no_file_shows_the_key(
    tmp_path_factory: pytest.TempPathFactory, before: str, start: str, after: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "shown.ini"
    variable = {"MIJNHOST_API_KEY_FILE": str(path)}
    for name in ("dns_mijnhost_api_key =", "dns-mijnhost-api-key:", ""):
        path.write_text(f"{before}\n{start}{name}{SECRET}{after}\n", encoding="utf-8")
        assert SECRET not in shown_of(lambda: credentials.load(str(path)))
        assert SECRET not in shown_of(lambda: credentials.find(variable))
