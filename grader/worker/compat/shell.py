"""What only a notebook has: `!pip`, magics, `display`, and `get_ipython()` in a script that was one."""

from __future__ import annotations

import builtins
import re
import shlex
import sys
from collections.abc import Callable
from typing import Any  # IPython ships no types

from grader.messages import say
from grader.worker.compat.notice_writer import NoticeWriter

NETWORK = (
    "pip",
    "pip3",
    "conda",
    "wget",
    "curl",
    "git",
    "apt",
    "apt-get",
    "gdown",
    "kaggle",
    "npm",
    "sudo",
    "nvidia-smi",
)
MAGICS = ("tensorflow_version", "pip", "conda", "tensorboard", "load_ext", "reload_ext", "autoreload")
_SILENT = ("load_ext", "reload_ext", "autoreload")
_BACKENDS = (None, "inline", "agg")


def install(notices: NoticeWriter) -> None:
    shell = _running_shell()
    if shell is None:
        _provide_to_scripts(notices)
    else:
        _adapt(shell, notices)


def _running_shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _skipped(line: str, notices: NoticeWriter) -> None:
    notices.write(
        say(
            "`{line}` was skipped: there is no network here, and the course's libraries are installed.", line=line[:120]
        )
    )


# ── Notebooks ───────────────────────────────────────────────────────────────────────────────────


def _adapt(shell: Any, notices: NoticeWriter) -> None:
    for name in ("system", "getoutput"):
        setattr(shell, name, _commands(getattr(shell, name), notices))
    for magic in MAGICS:
        shell.magics_manager.magics["line"][magic] = _magic(magic, notices)
    original = shell.enable_matplotlib

    def enable_matplotlib(gui: Any = None) -> Any:
        return original(gui if gui in _BACKENDS else "inline")

    shell.enable_matplotlib = enable_matplotlib
    shell.user_ns["open"] = builtins.open  # IPython's own would not know where files of another machine lie


def _commands(original: Callable[[str], Any], notices: NoticeWriter) -> Callable[[str], Any]:
    def run(command: str) -> Any:
        if not needs_network(command):
            return original(command)
        _skipped(f"!{command}", notices)
        return []

    return run


def needs_network(command: str) -> bool:
    """Return whether one of the commands on the line fetches something."""
    for part in re.split(r"&&|\|\||[;|]", command):
        try:
            words = shlex.split(part)
        except ValueError:
            words = part.split()
        if words and (words[0].rpartition("/")[2] in NETWORK or words[:3][1:] == ["-m", "pip"]):
            return True
    return False


def _magic(name: str, notices: NoticeWriter) -> Callable[[str], None]:
    def magic(line: str) -> None:
        if name not in _SILENT:
            _skipped(f"%{name} {line}".strip(), notices)

    return magic


# ── Scripts that were notebooks ─────────────────────────────────────────────────────────────────


class NoShell:
    """What `get_ipython()` gives in a script: `jupyter nbconvert` writes such lines."""

    def __init__(self, notices: NoticeWriter) -> None:
        self._notices = notices

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)

        def ignored(*args: Any, **kwargs: Any) -> None:
            self._notices.write(
                say("`get_ipython().{name}(…)` means something in a notebook only: it was skipped.", name=name[:40])
            )

        return ignored


def _provide_to_scripts(notices: NoticeWriter) -> None:
    def get_ipython() -> NoShell | None:
        return NoShell(notices) if notices.asked_by_student() else None

    def display(*items: Any, **_: Any) -> None:
        notices.write(say("`display(…)` exists in notebooks only; in a script, write `print(…)`."))
        print(*items, sep="\n")  # noqa: T201  # the student's own output

    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]
    builtins.display = display  # type: ignore[attr-defined]
