"""The command: arguments, exit codes, and what is shown where."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from certbot_dns_mijnhost.cli.main import main
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from scripts.local_ca import environment
from tests.support.domains import own_domain
from tests.support.waiting import wait_until

from .conftest import Shell

ROOT = Path(__file__).resolve().parents[2]
MIJNHOST = [sys.executable, "-m", "certbot_dns_mijnhost.cli"]
QUICK = [sys.executable, "-m", "tests.support.quick_mijnhost"]
SUBCOMMANDS = [
    ("doctor",),
    ("whoami",),
    ("domains", "list"),
    ("records", "list"),
    ("records", "add"),
    ("records", "set"),
    ("records", "delete"),
    ("zone", "backup"),
    ("zone", "diff"),
    ("zone", "restore"),
    ("challenges", "sweep"),
]


def test_whoami(shell: Shell) -> None:
    assert "address          127.0.0.1" in shell.run("whoami").out
    assert shell.run("whoami", "--json").data == {
        "address": "127.0.0.1",
        "customer_number": "100001",
    }


def test_domains_by_renewal_date(shell: Shell) -> None:
    shell.emulator.account.add_domain("example.com", tags=["web", "mail"])
    shell.emulator.account.domains()[1].renewal_date = "2027-01-01"
    shown = shell.run("domains", "list").out.splitlines()
    assert shown == [
        "2027-01-01  Active  example.com  web mail",
        "2030-01-01  Active  example.nl",
    ]
    tagged = shell.run("domains", "list", "--tag", "mail", "--json").data
    assert [(domain["domain"], domain["renewal_date"]) for domain in tagged] == [
        ("example.com", "2027-01-01")
    ]


def test_an_account_without_domains(shell: Shell) -> None:
    answer = {"status": 200, "status_description": "", "data": {"domains": []}}
    shell.emulator.faults.add(Fault.envelope(answer))
    assert shell.run("domains", "list").out == "No domains found.\n"


@pytest.mark.parametrize("command", SUBCOMMANDS, ids=" ".join)
def test_each_command_explains_itself(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "--json" in shown
    assert "exit codes:" in shown
    assert "MIJNHOST_API_KEY_FILE" in shown


@pytest.mark.parametrize("arguments", [[], ["records"], ["nothing"], ["records", "add", "x"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: mijnhost" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("whoami", "--credentials=--"),
        ("domains", "list", "--tag=--"),
        ("challenges", "sweep", "-d=--"),
        ("records", "list", "example.nl", "--name=--"),
        ("records", "list", "example.nl", "--type=--"),
        ("records", "add", "--", "example.nl", "A", "--", "nonsense"),
        ("zone", "diff", "--", "example.nl", "--"),
        ("zone", "diff", "--", "--", "file"),
        ("challenges", "add", "--", "--", "x"),
    ],
    ids=" ".join,
)
def test_two_dashes_in_place_of_a_value(shell: Shell, arguments: tuple[str, ...]) -> None:
    command = 1 if arguments[0] == "whoami" else 2
    key = ("--credentials", str(shell.credentials))
    failed = shell.run_as_is(*arguments[:command], *key, *arguments[command:])
    if sys.version_info < (3, 12):  # Later ones take it as the value.
        assert (failed.exit_code, shell.methods()) == (2, [])
    assert len(failed.problems.splitlines()) <= 1
    assert set(shell.methods()) <= {"GET"}


def test_a_wrong_key_is_one_message(shell: Shell) -> None:
    shell.write(api_key="a-wrong-key")
    failed = shell.run("whoami")
    assert failed.exit_code == 3
    assert failed.problems.startswith("mijnhost: GET /whoami: the API answered 401")
    assert len(failed.problems.splitlines()) == 1
    assert "a-wrong-key" not in failed.problems


def test_missing_credentials_are_one_message(shell: Shell) -> None:
    shell.credentials.unlink()
    failed = shell.run("whoami")
    assert failed.exit_code == 2
    assert "does not exist" in failed.problems


def test_verbose_shows_the_calls_and_not_the_key(shell: Shell) -> None:
    shown = shell.run("whoami", "--verbose")
    assert "GET /whoami: HTTP 200" in shown.problems
    assert shell.emulator.account.api_key not in shown.problems + shown.out


def test_the_doctor_by_command(shell: Shell) -> None:
    found = shell.run("doctor", "-d", "example.nl", "-d", "*.example.nl", "--no-write")
    assert found.exit_code == 0, found.out
    lines = found.out.splitlines()
    assert lines[0].startswith("ok       credentials")
    assert lines[-1] == "No problems found."
    assert "PATCH" not in shell.methods()


def test_the_doctor_for_machines(shell: Shell) -> None:
    shell.emulator.variants = Variants(whitelist_refused=True)
    found = shell.run("doctor", "-d", "example.nl", "--json")
    assert found.exit_code == 1
    assert found.data["in_order"] is False
    [refused] = [each for each in found.data["findings"] if each["check"] == "whitelist"]
    assert (refused["state"], refused["address"]) == ("failed", "127.0.0.1")
    assert "127.0.0.1" in refused["next_step"]


def test_the_doctor_counts_problems_and_warnings(shell: Shell) -> None:
    shell.credentials.chmod(0o644)
    warned = shell.run("doctor", "-d", "example.nl", "--no-write").out.splitlines()
    assert warned[-1] == "No problems, 1 warning."
    found = shell.run("doctor", "-d", "example.nl", "-d", "exmaple.nl", "--no-write")
    assert found.out.splitlines()[-1] == (
        "1 problem, 2 warnings. Fix the first problem, then run the doctor again."
    )
    assert "                       -> Restrict it: chmod 600" in found.out


def test_a_flag_goes_before_the_file(shell: Shell) -> None:
    shell.write(resolver="not a resolver!")
    by_file = shell.run("doctor", "-d", "example.nl", "--no-write")
    assert by_file.exit_code == 1
    flag = ("--resolver", shell.emulator.resolver)
    assert shell.run("doctor", "-d", "example.nl", "--no-write", *flag).exit_code == 0
    # As Certbot has it, and as messages say it.
    flag = ("--dns-mijnhost-resolver", shell.emulator.resolver)
    assert shell.run("doctor", "-d", "example.nl", "--no-write", *flag).exit_code == 0


def start(
    emulator: Emulator,
    path: Path,
    *arguments: str,
    program: Sequence[str] = MIJNHOST,
    **more: object,
) -> subprocess.Popen[bytes]:
    secret = path / "secret"
    secret.write_text(emulator.account.api_key)
    ini = path / "mijnhost.ini"
    ini.touch(mode=0o600)
    ini.write_text(
        f"dns_mijnhost_api_key_file = {secret}\n"
        f"dns_mijnhost_api_url = {emulator.api_url}\n"
        f"dns_mijnhost_nameservers = {', '.join(emulator.nameservers)}\n"
        f"dns_mijnhost_resolver = {emulator.resolver}\n"
    )
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [*program, *arguments],
        env=environment(
            CREDENTIALS_DIRECTORY=str(path),
            XDG_STATE_HOME=str(path),
            TMPDIR=str(path),
            MIJNHOST_API_KEY="",
        ),
        **more,
    )


def on_a_terminal(process_of: object, answer: bytes) -> tuple[int, str]:
    """Run a command on a terminal, answer once, and return what was shown."""
    assert callable(process_of)
    ours, its = pty.openpty()
    with process_of(stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        shown = b""
        os.write(ours, answer)
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.wait()
    os.close(ours)
    return process.returncode, shown.decode(errors="replace")


@pytest.mark.parametrize(("answer", "is_done"), [(b"y\n", True), (b"\n", False), (b"no\n", False)])
def test_a_change_is_confirmed_on_a_terminal(tmp_path: Path, answer: bytes, is_done: bool) -> None:
    domain = own_domain()
    with Emulator(domains=[domain]) as emulator:
        arguments = ("records", "delete", domain, "TXT", "@")
        code, shown = on_a_terminal(
            lambda **streams: start(emulator, tmp_path, *arguments, **streams), answer
        )
        left = [r for r in emulator.account.records(domain) if r.type == "TXT"]
    assert "Delete? [y/N]" in shown
    assert code == (0 if is_done else 1), shown
    assert (left == []) is is_done


def test_an_answer_that_is_not_text_is_a_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")  # As in most locales.
    domain = own_domain()
    with Emulator(domains=[domain]) as emulator:
        arguments = ("records", "delete", domain, "TXT", "@")
        code, shown = on_a_terminal(
            lambda **streams: start(emulator, tmp_path, *arguments, **streams), b"\xff\n"
        )
        left = [r for r in emulator.account.records(domain) if r.type == "TXT"]
    assert (code, len(left)) == (1, 1), shown
    assert "Nothing was changed: not confirmed." in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours_are_for_terminals(
    tmp_path: Path, no_color: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "70")
    with Emulator() as emulator:
        arguments = ("doctor", "-d", "example.nl", "--no-write", "--config-dir", str(tmp_path))
        code, shown = on_a_terminal(
            lambda **streams: start(emulator, tmp_path, *arguments, **streams), b""
        )
        piped = start(emulator, tmp_path, *arguments, stdout=subprocess.PIPE)
        out, _ = piped.communicate()
    assert code == 0, shown
    assert ("\x1b[32mok" in shown) is (no_color == "")
    assert b"\x1b" not in out
    lines = [line for line in shown.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) < 90, "long lines are wrapped on a terminal, but for a path"


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_doctor_leaves_no_test_record(tmp_path: Path, kind: signal.Signals) -> None:
    domain = own_domain()
    with Emulator(domains=[domain], lags=(3600.0,)) as emulator:
        before = emulator.account.records(domain)
        arguments = ("doctor", "-d", domain, "--propagation-seconds", "86400")
        with start(
            emulator, tmp_path, *arguments, program=QUICK, cwd=ROOT, stderr=subprocess.PIPE
        ) as process:
            wait_until(lambda: emulator.account.records(domain) != before)
            process.send_signal(kind)
            _, problems = process.communicate()
        assert process.returncode == 130
        assert problems.decode().strip() == "Stopped."
        assert emulator.account.records(domain) == before


def test_a_reader_that_stops_early_is_not_an_error(tmp_path: Path) -> None:
    with Emulator() as emulator:
        process = start(
            *(emulator, tmp_path, "records", "list", "example.nl"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        problems = process.stderr.read()
        process.stderr.close()
        process.wait()
    assert b"Traceback" not in problems
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("arguments", "before"),
    [
        (("records", "list", "example.nl"), b""),
        (("records", "list", "example.nl", "--json"), b""),
        (
            ("records", "list", "a/b", "--json"),
            b"mijnhost: 'a/b' is not a domain name: it contains '/'. Correct the name.\n",
        ),
    ],
)
def test_a_full_disk_is_reported(tmp_path: Path, arguments: tuple[str, ...], before: bytes) -> None:
    with Emulator() as emulator, Path("/dev/full").open("w") as full:
        process = start(emulator, tmp_path, *arguments, stdout=full, stderr=subprocess.PIPE)
        _, problems = process.communicate()
    full_disk = (
        b"mijnhost: Cannot write the output: No space left on device. Choose another destination.\n"
    )
    assert problems == before + full_disk
    assert process.returncode == 3


@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_message_that_cannot_be_written_changes_no_exit_code(
    tmp_path: Path, flags: tuple[str, ...], is_closed: bool
) -> None:
    with Emulator() as emulator, Path("/dev/full").open("w") as full:
        process = start(
            emulator,
            tmp_path,
            *("records", "list", "a/b", *flags),
            preexec_fn=(lambda: os.close(1)) if is_closed else None,
            stdout=subprocess.PIPE,
            stderr=full,
        )
        out, _ = process.communicate()
    assert process.returncode == 2
    assert bool(out) is bool(flags and not is_closed)
    if out:
        assert "is not a domain name" in json.loads(out)["error"]


def test_a_record_that_existed_stays_if_the_output_of_challenges_add_fails(tmp_path: Path) -> None:
    domain = own_domain()
    name = f"_acme-challenge.{domain}"
    with Emulator(domains=[domain]) as emulator, Path("/dev/full").open("w") as full:
        emulator.account.add_record(domain, "TXT", f"{name}.", "x" * 43)
        before = emulator.account.records(domain)
        arguments = ("challenges", "add", "--no-wait", name, "x" * 43)
        process = start(emulator, tmp_path, *arguments, stdout=full, stderr=subprocess.PIPE)
        process.communicate()
        assert emulator.account.records(domain) == before
    assert process.returncode == 3


@pytest.mark.parametrize("reader", ["full disk", "closed pipe"])
def test_challenges_add_leaves_no_record_if_its_output_fails(tmp_path: Path, reader: str) -> None:
    domain = own_domain()
    arguments = ("challenges", "add", "--no-wait", f"_acme-challenge.{domain}", "x" * 43)
    with Emulator(domains=[domain]) as emulator:
        before = emulator.account.records(domain)
        if reader == "full disk":
            out = os.open("/dev/full", os.O_WRONLY)
        else:
            reading, out = os.pipe()
            os.close(reading)
        process = start(emulator, tmp_path, *arguments, stdout=out, stderr=subprocess.PIPE)
        os.close(out)
        _, problems = process.communicate()
        assert emulator.account.records(domain) == before
        assert "PATCH" in [request.method for request in emulator.requests]
    assert process.returncode == (3 if reader == "full disk" else 130)
    assert b"Traceback" not in problems


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_closed_stream_is_not_an_error(tmp_path: Path, number: int) -> None:
    domain = own_domain()
    arguments = ("records", "delete", domain, "A", "@")
    with Emulator(domains=[domain]) as emulator:
        process = start(
            *(emulator, tmp_path, *arguments),
            preexec_fn=lambda: os.close(number),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _, problems = process.communicate()
    assert b"Traceback" not in problems
    assert process.returncode == 1, problems


@pytest.mark.parametrize("seconds", ["-5", "1e3", "100000000000000000000"])
def test_a_wait_that_is_too_long_is_refused(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["challenges", "sweep", "--wait", seconds])
    assert ended.value.code == 2
    assert "argument --wait" in capsys.readouterr().err


def test_letters_that_a_terminal_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with Emulator() as emulator:
        emulator.account.add_record("example.nl", "TXT", "x.example.nl.", "caf\u00e9")
        for flag, shown in (([], b"caf?"), (["--json"], b"caf\\u00e9")):
            arguments = ("records", "list", "example.nl", *flag)
            process = start(emulator, tmp_path, *arguments, stdout=subprocess.PIPE)
            out, _ = process.communicate()
            assert shown in out
            assert process.returncode == 0


@pytest.mark.parametrize("module", ["certbot_dns_mijnhost.cli.main", "requests", "argparse"])
def test_an_interrupt_while_modules_are_loaded_is_one_word(module: str) -> None:
    program = f"""
import sys
from importlib.abc import MetaPathFinder

class Interrupted(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupted())
from certbot_dns_mijnhost.cli import run
sys.exit(run())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "whoami"],
        env=environment(PYTHONPATH=str(ROOT)),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")


def test_the_console_script_is_installed() -> None:
    script = Path(sys.executable).parent / "mijnhost"
    shown = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("mijnhost 2.")


def test_tab_completes_if_argcomplete_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("argcomplete")
    line = "mijnhost records "
    out = tmp_path / "completions"
    completed = subprocess.run(
        ["bash", "-c", f'exec 8>"{out}"; exec "{sys.executable}" -m certbot_dns_mijnhost.cli'],
        env=environment(
            _ARGCOMPLETE="1",
            COMP_LINE=line,
            COMP_POINT=str(len(line)),
            _ARGCOMPLETE_IFS="\n",
            _ARGCOMPLETE_SUPPRESS_SPACE="1",
        ),
        capture_output=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    assert set(out.read_text().split("\n")) >= {"list", "add", "set", "delete"}


def test_json_is_json_for_each_command(shell: Shell, tmp_path: Path) -> None:
    path = str(tmp_path / "copy.json")
    for arguments in (
        ("zone", "backup", "example.nl", "-o", path),
        ("zone", "diff", "example.nl", path),
        ("zone", "restore", "example.nl", path, "--yes"),
        ("records", "add", "example.nl", "A", "new", "192.0.2.9"),
        ("records", "delete", "example.nl", "A", "new", "--yes"),
        ("challenges", "sweep"),
    ):
        done = shell.run(*arguments, "--json")
        assert done.exit_code == 0, done.problems
        assert json.loads(done.out) is not None


def test_json_output_without_a_result_is_json(shell: Shell, tmp_path: Path) -> None:
    path = str(tmp_path / "copy.json")
    shell.run("zone", "backup", "example.nl", "-o", path)
    shell.emulator.account.add_record("example.nl", "A", "new.example.nl.", "192.0.2.9")
    for arguments, code, words in (
        (("records", "list", "example.org"), 3, "no access"),
        (("records", "add", "example.nl", "A", "new", "no-address"), 2, "value: must be"),
        (("records", "delete", "example.nl", "A", "@"), 1, "Nothing was changed"),
        (("records", "set", "example.nl", "A", "@", "192.0.2.9"), 1, "Nothing was changed"),
        (("zone", "restore", "example.nl", path, "--exact"), 1, "Nothing was changed"),
        (("zone", "diff", "example.nl", "/nowhere"), 2, "Cannot read the zone copy"),
    ):
        failed = shell.run(*arguments, "--json")
        assert failed.exit_code == code
        assert words in failed.data["error"]
        assert words in failed.problems
    added = shell.run("records", "add", "example.nl", "A", "@", "192.0.2.9", "--json")
    assert (added.exit_code, added.data) == (1, {"added": []})
