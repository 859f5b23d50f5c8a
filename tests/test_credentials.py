"""Where the key may be kept: in a file, in the environment, among systemd's credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.credentials import Credentials
from certbot_dns_mijnhost.settings import SettingError, resolve_settings


def key_of(found: Credentials | None) -> str:
    assert found is not None
    return resolve_settings(lambda _: None, found.settings, found.source).api_key


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, content in {
        "mijnhost.ini": "dns_mijnhost_api_key = of-systemd-ini\n",
        "mijnhost_api_key": "of-systemd-key\n",
        "secret": "of-a-secret\n",
    }.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def test_each_place_is_looked_in_after_the_one_before(directory: Path) -> None:
    environment = {
        "MIJNHOST_API_KEY": "of-a-variable",
        "MIJNHOST_API_KEY_FILE": str(directory / "secret"),
        "CREDENTIALS_DIRECTORY": str(directory),
    }
    assert key_of(credentials.find(environment)) == "of-a-variable"
    del environment["MIJNHOST_API_KEY"]
    assert key_of(credentials.find(environment)) == "of-a-secret"
    del environment["MIJNHOST_API_KEY_FILE"]
    assert key_of(credentials.find(environment)) == "of-systemd-ini"
    (directory / "mijnhost.ini").unlink()
    assert key_of(credentials.find(environment)) == "of-systemd-key"
    (directory / "mijnhost_api_key").unlink()
    assert credentials.find(environment) is None
    assert credentials.find({}) is None


def test_a_folder_that_can_not_be_looked_into_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # A closed folder would not stop the tests' user where that is root; too long a name does.
    closed = "/" + "x" * 300
    with pytest.raises(SettingError, match="Cannot read the credentials file"):
        credentials.find({"CREDENTIALS_DIRECTORY": closed})
    monkeypatch.setattr(credentials, "DEFAULT_PATH", f"{closed}/mijnhost.ini")
    with pytest.raises(SettingError, match="Cannot read the credentials file"):
        credentials.locate(None, {})


@pytest.mark.parametrize("blank", ["", " "])
def test_an_empty_path_is_not_called_a_directory(blank: str) -> None:
    with pytest.raises(SettingError, match="path of the credentials file is empty"):
        credentials.locate(blank, {"MIJNHOST_API_KEY": "of-a-variable"})


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_an_empty_variable_is_none(directory: Path, blank: str) -> None:
    environment = {"MIJNHOST_API_KEY": blank, "MIJN_HOST_API_KEY_FILE": str(directory / "secret")}
    assert key_of(credentials.find(environment)) == "of-a-secret"


def test_only_a_file_has_a_path_and_nothing_shows_the_key(directory: Path) -> None:
    of_variable = credentials.find({"MIJNHOST_API_KEY": "of-a-variable"})
    of_file = credentials.find({"MIJNHOST_API_KEY_FILE": str(directory / "secret")})
    assert of_variable is not None
    assert of_file is not None
    assert of_variable.paths == ()
    assert of_file.paths == (str(directory / "secret"),)
    assert "of-a-variable" not in f"{of_variable!r} {of_variable.source}"


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", None])
def test_a_secret_that_can_not_be_read_names_the_file_and_the_variable(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        credentials.find({"MIJNHOST_API_KEY_FILE": str(path)})
    assert f"{path}, named by MIJNHOST_API_KEY_FILE," in str(caught.value)
    is_empty = content is not None and not content.strip()
    step = "Write the API key to it" if is_empty else "It must contain the API key and nothing else"
    assert step in str(caught.value)


@pytest.mark.parametrize("named", ["secret", "{directory}/secret"])
def test_the_file_may_name_a_file_with_the_key(
    directory: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    path = directory / "options.ini"
    path.write_text(
        f"dns_mijnhost_api_key_file = {named.format(directory=directory)}\ndns_mijnhost_ttl = 120\n"
    )
    found = credentials.load(str(path))
    settings = resolve_settings(lambda _: None, found.settings, found.source)
    assert settings.api_key == "of-a-secret"
    assert settings.ttl == 120
    assert found.paths == (str(path), str(directory / "secret")), "both are checked"


def test_a_key_and_a_file_with_the_key_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "mijnhost.ini"
    path.write_text("dns_mijnhost_api_key = a\ndns_mijnhost_api_key_file = b\n")
    with pytest.raises(SettingError, match="has both dns_mijnhost_api_key and"):
        credentials.read(str(path))


def test_a_file_with_the_key_that_is_missing_names_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "mijnhost.ini"
    path.write_text("dns_mijnhost_api_key_file = nowhere\n")
    with pytest.raises(SettingError, match=r"nowhere, named by dns_mijnhost_api_key_file in .*ini"):
        credentials.read(str(path))


def test_the_vendors_name_of_the_key_is_read_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "mijn-host.ini"
    path.write_text("dns_mijn_host_api_key = of-the-vendor\n")
    settings = resolve_settings(lambda _: None, credentials.read(str(path)), str(path))
    assert settings.api_key == "of-the-vendor"
    assert str(path) in settings.hint
    assert "rename it to dns_mijnhost_api_key" in settings.hint
    assert "of-the-vendor" not in settings.hint


def test_our_own_name_of_the_key_goes_before_the_vendors() -> None:
    file = {"dns_mijn_host_api_key": "theirs", "dns_mijnhost_api_key": "ours"}
    settings = resolve_settings(lambda _: None, file, "both.ini")
    assert (settings.api_key, settings.hint) == ("ours", "")
