"""Where a machine refuses the sandbox: what is told, what is fallen back to, and at which level."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from grader.sandbox import BACKENDS, Level, WorkerHandle, bubblewrap, choose, userns
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.landlock import Landlock
from tests.sandbox.test_contract import HERE, LIGHT, job

APPARMOR = "bwrap: setting up uid map: Permission denied"  # what bubblewrap says on Ubuntu 24.04


@pytest.fixture
def refusing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bubblewrap that fails as the real one does; returns the folder that stands for /proc/sys."""
    double = tmp_path / "bwrap"
    double.write_text(f"#!/bin/sh\necho '{APPARMOR}' >&2\nexit 1\n", encoding="utf-8")
    double.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "_bwrap", lambda: str(double))
    monkeypatch.setattr(bubblewrap, "_options", lambda: frozenset({"--size", "--disable-userns"}))
    monkeypatch.setattr(userns, "SETTINGS", tmp_path / "sys")
    monkeypatch.setattr(userns, "CONTAINER_MARKS", (tmp_path / ".dockerenv",))
    return tmp_path / "sys"


def setting(folder: Path, name: str, value: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(value + "\n", encoding="ascii")


def test_apparmors_refusal_is_told_with_a_profile_for_bubblewrap_alone(refusing: Path) -> None:
    setting(refusing, "kernel/apparmor_restrict_unprivileged_userns", "1")
    test = Bubblewrap().self_test()
    assert not test.works
    for told in (test.why.fr, test.why.en):
        assert APPARMOR in told and "/etc/apparmor.d/bwrap" in told and "{ userns, }" in told
        assert "kernel.apparmor_restrict_unprivileged_userns=0" in told


def test_a_machine_that_forbids_namespaces_is_told_how_to_allow_them(refusing: Path) -> None:
    setting(refusing, "kernel/unprivileged_userns_clone", "0")
    assert "kernel.unprivileged_userns_clone=1" in Bubblewrap().self_test().why.fr
    setting(refusing, "kernel/unprivileged_userns_clone", "1")
    setting(refusing, "user/max_user_namespaces", "0")
    assert "user.max_user_namespaces=10000" in Bubblewrap().self_test().why.fr


def test_in_a_container_the_options_that_start_it_are_told(refusing: Path) -> None:
    (refusing.parent / ".dockerenv").touch()
    assert "--security-opt seccomp=unconfined" in Bubblewrap().self_test().why.fr


def test_elsewhere_what_bubblewrap_said_is_passed_on(refusing: Path) -> None:
    assert APPARMOR in Bubblewrap().self_test().why.fr


def test_the_next_strongest_is_taken_with_a_warning_that_says_why(refusing: Path) -> None:
    if not Landlock().self_test().works:
        pytest.skip(Landlock().self_test().why.en)
    sandbox, test = choose("auto")
    assert sandbox.name == "landlock" and sandbox.level is Level.REDUCED and test.works
    assert APPARMOR in test.warning.fr and APPARMOR in test.warning.en


def test_a_class_is_not_graded_in_a_lesser_sandbox_without_a_visible_warning(refusing: Path) -> None:
    from rich.console import Console

    from grader.batch.events import SandboxChosen
    from grader.cli.session_display import SessionDisplay
    from grader.sandbox.lazy import LazySandbox

    if not Landlock().self_test().works:
        pytest.skip(Landlock().self_test().why.en)
    told = io.StringIO()
    chosen, test = LazySandbox("auto").chosen()
    assert chosen.name == "landlock"
    display = SessionDisplay("fr")
    display.console = Console(file=told, width=2000)
    display.notify(SandboxChosen(chosen, test))
    assert APPARMOR in told.getvalue() and "landlock" in told.getvalue()


def test_an_option_that_this_machine_cannot_fulfil_is_left_to_the_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bubblewrap fails on --disable-userns where /proc/sys cannot be written."""
    if not Bubblewrap().self_test().works:
        pytest.skip(Bubblewrap().self_test().why.en)
    double = tmp_path / "bwrap"
    real = bubblewrap._bwrap()
    double.write_text(
        f'#!/bin/sh\ncase "$*" in *--disable-userns*) echo "no" >&2; exit 1;; esac\nexec {real} "$@"\n',
        encoding="utf-8",
    )
    double.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "_bwrap", lambda: str(double))
    monkeypatch.setattr(bubblewrap, "_options", lambda: frozenset({"--size", "--disable-userns"}))
    sandbox = Bubblewrap()
    assert sandbox.self_test().works and sandbox.level is Level.FULL
    with WorkerHandle(sandbox, (HERE,), LIGHT) as handle:
        code = "import subprocess\nprint(subprocess.run(['unshare', '-Ur', 'true'], stderr=-3).returncode != 0)"
        assert handle.run(job(code, handle.new_folder()), lambda line: None).printed.text == "True\n"


@pytest.mark.parametrize("name", ["bubblewrap", "landlock"])
def test_without_libseccomp_the_level_is_honest_and_the_way_to_it_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not BACKENDS[name]().self_test().works:
        pytest.skip(BACKENDS[name]().self_test().why.en)
    module = __import__(f"grader.sandbox.{name}", fromlist=["PROBE"])
    monkeypatch.setattr(module, "PROBE", module.PROBE.replace("system_calls.available()", "False"))
    sandbox = BACKENDS[name]()
    test = sandbox.self_test()
    assert test.works and sandbox.level is Level.REDUCED and "system calls" not in test.held
    assert "libseccomp" in test.warning.fr and "apt install libseccomp2" in test.warning.en
