"""The recipes for containers and appliances say what those read, and their commands run."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from certbot_dns_mijnhost import credentials, defaults, settings
from certbot_dns_mijnhost.api.api_key import variable_with_key
from scripts.local_ca import CERTBOT
from tests.support.commands import write_command
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DOCKER = EXAMPLES / "docker"
SNAP = EXAMPLES / "snap"
NPM = EXAMPLES / "nginx-proxy-manager" / "dns-plugins-entry.json"
SWAG = EXAMPLES / "swag"
HOOK = SNAP / "snap" / "hooks" / "post-refresh"
PYTHON_OF_BASE = {"core20": "python3.8", "core22": "python3.10", "core24": "python3.12"}

Settings = dict[str, Any]


def loaded(path: Path) -> Settings:
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


def authenticators() -> set[str]:
    points = metadata.distribution("certbot-dns-mijnhost").entry_points
    return {point.name for point in points if point.group == "certbot.plugins"}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment that finds the commands of a folder first, and this Python's next."""
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, **more}


def shell(script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script],
        env=env,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


# Docker


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, lines that go on joined."""
    text = re.sub(r"^\s*#.*\n", "", (DOCKER / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]
    words = [line.split(maxsplit=1) for line in lines]
    return [(name, rest) for name, rest in words]


def run_of_dockerfile() -> str:
    [script] = [rest for name, rest in instructions() if name == "RUN"]
    return script


def loop_of_compose() -> str:
    [script] = loaded(DOCKER / "compose.yaml")["services"]["renew"]["command"]
    return str(script).replace("$$", "$")


@pytest.fixture
def image(tmp_path: Path) -> dict[str, str]:
    """Let the Dockerfile's commands run here, where pip says what it would do and does nothing."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel(wheels, "acme", "0.0.1")
    wheel(wheels, "mover", "1.0", "acme==0.0.1")
    wheel(wheels, "addition", "1.0")
    folder, scratch = tmp_path / "bin", tmp_path / "scratch"
    scratch.mkdir()
    pip = f"'{sys.executable}' -m pip"
    write_command(
        folder,
        "pip",
        f'[ "$1" = install ] || exec {pip} "$@"\n'
        f"shift\nexec {pip} install --dry-run --no-index --find-links '{wheels}' \"$@\"",
    )
    write_command(folder, "certbot", f"exec '{sys.executable}' -c '{CERTBOT}' \"$@\"")
    return environment(folder, TMPDIR=str(scratch))


def wheel(folder: Path, name: str, version: str, *needs: str) -> None:
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    requirements = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        "METADATA": head + requirements,
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for file, text in files.items():
            archive.writestr(f"{name}-{version}.dist-info/{file}", text)


def test_the_dockerfile_adds_to_certbots_image() -> None:
    found = instructions()
    assert {name for name, _ in found} == {"ARG", "FROM", "LABEL", "RUN"}
    assert [rest for name, rest in found if name == "FROM"] == ["certbot/certbot:${CERTBOT}"]
    # An ARG ahead of FROM holds for FROM alone, one after it for RUN.
    assert [name for name, _ in found] == ["ARG", "FROM", "ARG", "LABEL", "RUN"]
    assert found[0][1].startswith("CERTBOT=")
    assert found[2][1] == 'PLUGIN="certbot-dns-mijnhost~=2.0"'
    labels = re.findall(r'([a-z.]+)="[^"]+"', found[3][1])
    assert labels
    assert all(label.startswith("org.opencontainers.image.") for label in labels)


def test_the_image_is_built_where_the_plugin_fits(image: dict[str, str]) -> None:
    built = shell(run_of_dockerfile(), {**image, "PLUGIN": "certbot-dns-mijnhost"})
    assert built.returncode == 0, built.stderr
    assert "* dns-mijnhost" in built.stdout
    assert list(Path(image["TMPDIR"]).iterdir()) == []


def test_the_image_may_be_added_to(image: dict[str, str]) -> None:
    built = shell(run_of_dockerfile(), {**image, "PLUGIN": "addition"})
    assert built.returncode == 0, built.stderr
    assert "Would install addition-1.0" in built.stdout


def test_no_image_is_built_where_pip_would_move_what_certbot_needs(image: dict[str, str]) -> None:
    built = shell(run_of_dockerfile(), {**image, "PLUGIN": "mover"})
    assert built.returncode != 0
    installed = metadata.version("acme")
    assert f"(constraint) acme=={installed}" in built.stdout + built.stderr


@pytest.mark.parametrize("name", ["certbot", "renew"])
def test_each_service_has_the_key_as_a_file_and_the_folders_as_volumes(name: str) -> None:
    compose = loaded(DOCKER / "compose.yaml")
    service = compose["services"][name]
    assert variable_with_key(service["environment"]) == "MIJNHOST_API_KEY_FILE"
    [secret] = service["secrets"]
    assert service["environment"]["MIJNHOST_API_KEY_FILE"] == f"/run/secrets/{secret}"
    assert list(compose["secrets"]) == [secret]
    mounted = dict(volume.split(":") for volume in service["volumes"])
    assert set(mounted.values()) == {"/etc/letsencrypt", "/var/lib/letsencrypt"}
    assert set(mounted) == set(compose["volumes"])
    assert service["build"] == "."


def test_only_the_renewal_is_started_by_up() -> None:
    services = loaded(DOCKER / "compose.yaml")["services"]
    assert services["certbot"]["profiles"] == ["by-hand"]
    assert "profiles" not in services["renew"]
    assert services["renew"]["restart"] == "unless-stopped"


def test_the_renewal_goes_on_after_a_failure_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "bin"
    log.touch()
    write_command(folder, "certbot", f'echo "certbot $*" >>"{log}"; exit 1')
    # The third sleep does not end by itself.
    write_command(
        folder,
        "sleep",
        f'echo "sleep $*" >>"{log}"\n[ "$(grep -c sleep "{log}")" -lt 3 ] || exec /bin/sleep 60',
    )
    entrypoint = loaded(DOCKER / "compose.yaml")["services"]["renew"]["entrypoint"]
    with subprocess.Popen(
        [*entrypoint, loop_of_compose()],
        env=environment(folder),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            wait_until(lambda: log.read_text().count("sleep") >= 3)
            process.terminate()
            assert process.wait() == 0
        finally:
            os.killpg(process.pid, signal.SIGKILL)
        assert process.stderr is not None
        assert process.stderr.read().count("The next attempt is in 12 hours") == 3
    assert log.read_text().split("\n")[:2] == ["certbot renew", "sleep 43200"]


# Kubernetes


def kubernetes() -> dict[str, Settings]:
    items = loaded(DOCKER / "kubernetes.yaml")["items"]
    return {item["kind"]: item for item in items}


def pods() -> dict[str, Settings]:
    items = kubernetes()
    job = items["Job"]["spec"]
    cron_job = items["CronJob"]["spec"]["jobTemplate"]["spec"]
    return {"Job": job["template"]["spec"], "CronJob": cron_job["template"]["spec"]}


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_each_pod_has_the_key_as_a_file_of_a_secret(kind: str) -> None:
    pod = pods()[kind]
    [container] = pod["containers"]
    given = {variable["name"]: variable["value"] for variable in container["env"]}
    assert variable_with_key(given) == "MIJNHOST_API_KEY_FILE"
    path = Path(given["MIJNHOST_API_KEY_FILE"])
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    mount = mounts[str(path.parent)]
    assert mount["readOnly"]
    [volume] = [volume for volume in pod["volumes"] if volume["name"] == mount["name"]]
    # The secret's key is the name of the file that `kubectl create secret --from-file` was given.
    made = f"create secret generic {volume['secret']['secretName']} --from-file={path.name}"
    assert made in (DOCKER / "kubernetes.yaml").read_text()
    # Certbot warns of a file that everybody can read.
    assert volume["secret"]["defaultMode"] & 0o007 == 0
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsGroup"]


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_each_pod_may_write_where_certbot_does(kind: str) -> None:
    pod = pods()[kind]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    writable = {m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")}
    assert writable == {"/etc/letsencrypt", "/var/lib/letsencrypt", "/var/log/letsencrypt", "/tmp"}  # noqa: S108
    claimed = {m["mountPath"] for m in container["volumeMounts"] if m["name"] == "letsencrypt"}
    assert claimed == {"/etc/letsencrypt", "/var/lib/letsencrypt"}
    assert {volume["name"] for volume in pod["volumes"]} == {
        mount["name"] for mount in container["volumeMounts"]
    }


def test_the_pods_differ_in_what_they_do_alone() -> None:
    obtain, renew = pods()["Job"], pods()["CronJob"]
    assert obtain["containers"][0].pop("args")[0] == "certonly"
    assert renew["containers"][0].pop("args") == ["renew"]
    assert obtain == renew


def test_kubernetes_repeats_nothing_by_itself() -> None:
    cron_job = kubernetes()["CronJob"]["spec"]
    for job in (kubernetes()["Job"]["spec"], cron_job["jobTemplate"]["spec"]):
        assert job["backoffLimit"] == 0
        assert job["template"]["spec"]["restartPolicy"] == "Never"
    assert cron_job["concurrencyPolicy"] == "Forbid"
    assert re.fullmatch(r"\d+ \d+,\d+ \* \* \*", cron_job["schedule"])


# Nginx Proxy Manager


def test_the_entry_has_what_nginx_proxy_manager_reads() -> None:
    found = json.loads(NPM.read_text())
    [(key, entry)] = found.items()
    # `mijnhost` is the vendor's plugin, by which certificates are renewed already.
    assert key == "mijnhost-next"
    assert set(entry) == {
        *("name", "package_name", "version", "dependencies", "credentials", "full_plugin_name"),
    }
    assert entry["package_name"] == "certbot-dns-mijnhost"
    assert entry["version"] == "~=2.0"
    assert entry["dependencies"] == ""
    assert entry["full_plugin_name"] in authenticators()


def test_the_template_of_nginx_proxy_manager_is_a_credentials_file(tmp_path: Path) -> None:
    path = tmp_path / "credentials-1"
    path.write_text(json.loads(NPM.read_text())["mijnhost-next"]["credentials"])
    assert accepted(path).api_key == "YOUR-KEY"


def accepted(path: Path) -> settings.Settings:
    resolved = settings.resolve_settings(lambda _: None, credentials.read(str(path)), str(path))
    assert resolved.hint == ""
    return resolved


# SWAG


def test_swag_finds_installs_and_configures_the_plugin() -> None:
    given = loaded(SWAG / "compose.yaml")["services"]["swag"]["environment"]
    assert given["DOCKER_MODS"] == "linuxserver/mods:universal-package-install"
    assert "certbot-dns" in given["INSTALL_PIP_PACKAGES"]
    assert metadata.metadata(given["INSTALL_PIP_PACKAGES"])["Name"] == "certbot-dns-mijnhost"
    assert given["VALIDATION"] == "dns"
    assert f"dns-{given['DNSPLUGIN']}" in authenticators()
    assert (SWAG / f"{given['DNSPLUGIN']}.ini").exists()
    assert "PROPAGATION" not in given
    assert all(isinstance(value, str) for value in given.values())


def test_swag_may_ban_whom_its_fail2ban_wants_banned() -> None:
    assert loaded(SWAG / "compose.yaml")["services"]["swag"]["cap_add"] == ["NET_ADMIN"]


def test_the_file_for_swag_is_a_credentials_file(tmp_path: Path) -> None:
    assert accepted(SWAG / "mijnhost.ini").api_key == "YOUR-KEY"
    text = (SWAG / "mijnhost.ini").read_text()
    everything = tmp_path / "mijnhost.ini"
    everything.write_text(re.sub(r"^#(dns_)", r"\1", text, flags=re.MULTILINE))
    assert accepted(everything).propagation_seconds == defaults.PROPAGATION_SECONDS


# Snap


def test_the_snap_offers_what_certbots_snap_looks_for() -> None:
    snap = loaded(SNAP / "snapcraft.yaml")
    assert snap["name"] == "certbot-dns-mijnhost"
    assert snap["confinement"] == "strict"
    [slot] = snap["slots"].values()
    assert (slot["interface"], slot["content"]) == ("content", "certbot-1")
    python = PYTHON_OF_BASE[snap["base"]]
    assert slot["read"] == [f"$SNAP/lib/{python}/site-packages"]
    assert (SNAP / "snapcraft.yaml").read_text().count(python) == 1
    plug = snap["plugs"]["certbot-metadata"]
    assert (plug["interface"], plug["content"]) == ("content", "metadata-1")
    assert plug["target"] == "$SNAP/certbot-shared"


def test_certbots_snap_does_not_take_the_plugin_for_outdated() -> None:
    snap_config = pytest.importorskip("certbot._internal.snap_config")
    expected = getattr(snap_config, "CURRENT_PYTHON_VERSION_STRING", None)
    if expected is None:
        pytest.skip("this Certbot does not compare Python's version")
    slot = loaded(SNAP / "snapcraft.yaml")["slots"]["certbot"]
    assert expected in slot["read"][0]


def parts() -> dict[str, Settings]:
    found = loaded(SNAP / "snapcraft.yaml")["parts"]
    assert isinstance(found, dict)
    return found


def test_the_snap_is_built_as_certbots_own_plugins_are() -> None:
    part = parts()["certbot-dns-mijnhost"]
    assert part["plugin"] == "python"
    assert {"SNAP_BUILD": "True"} in part["build-environment"]


def test_the_snap_has_the_version_of_the_package(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "bin"
    write_command(folder, "craftctl", f'echo "$*" >>"{log}"')
    done = shell(parts()["certbot-dns-mijnhost"]["override-pull"], environment(folder))
    assert done.returncode == 0, done.stderr
    version = re.search(
        r'^__version__ = "(.+)"$',
        (ROOT / "certbot_dns_mijnhost" / "__init__.py").read_text(),
        re.MULTILINE,
    )
    assert version is not None
    assert log.read_text().splitlines() == ["default", f"set version={version.group(1)}"]


@pytest.fixture
def snap(tmp_path: Path) -> Path:
    """Return the folder of an installed snap, as the part for the metadata makes it."""
    built = tmp_path / "snap"
    script = parts()["certbot-metadata"]["override-build"]
    done = shell(script, {**os.environ, "CRAFT_PART_INSTALL": str(built)})
    assert done.returncode == 0, done.stderr
    assert (built / "certbot-shared").is_dir()
    return built


def refresh(snap: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(HOOK)],
        env={**os.environ, "SNAP": str(snap), "SNAP_DATA": str(snap)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_snap_knows_which_certbot_the_package_requires(snap: Path) -> None:
    required = (snap / "certbot-required.txt").read_text().strip()
    needed = metadata.requires("certbot-dns-mijnhost") or []
    assert f"certbot>={required}" in needed


@pytest.mark.parametrize(
    ("certbot", "code"), [("0.40.1", 1), ("1.9.0\n", 1), ("5.8.0\n", 0), ("10.0.0", 0)]
)
def test_the_snap_is_not_refreshed_ahead_of_certbot(snap: Path, certbot: str, code: int) -> None:
    (snap / "certbot-shared" / "certbot-version.txt").write_text(certbot)
    done = refresh(snap)
    assert done.returncode == code
    assert (f"and this is Certbot {certbot.strip()}." in done.stderr) == (code == 1)


def test_without_the_metadata_the_snap_is_refreshed_and_says_so(snap: Path) -> None:
    assert refresh(snap).returncode == 0
    assert "certbot-metadata is not connected" in (snap / "debuglog").read_text()


# The shell in all of them


def shellcheck() -> str:
    found = shutil.which("shellcheck", path=environment(Path(sys.executable).parent)["PATH"])
    assert found is not None, "shellcheck is in the extra `test`: pip install -e '.[test]'"
    return found


def scripts() -> dict[str, str]:
    files = [HOOK, *sorted((EXAMPLES / "moving-over").glob("*.sh"))]
    return {
        **{path.name: path.read_text() for path in files},
        "RUN in the Dockerfile": run_of_dockerfile(),
        "renew in compose.yaml": loop_of_compose(),
        "override-pull in snapcraft.yaml": parts()["certbot-dns-mijnhost"]["override-pull"],
        "override-build in snapcraft.yaml": parts()["certbot-metadata"]["override-build"],
    }


@pytest.mark.parametrize("name", scripts())
def test_the_shell_is_posix_and_sound(name: str) -> None:
    script = scripts()[name]
    parsed = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr
    checked = subprocess.run(
        [shellcheck(), "--shell=sh", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_the_hook_can_be_run() -> None:
    assert os.access(HOOK, os.X_OK)
