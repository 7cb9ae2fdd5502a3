"""What only a notebook has: `!pip`, magics, `display`, and `get_ipython()` in a script that was one."""

from __future__ import annotations

import builtins
import re
import shlex
import sys
from collections.abc import Callable
from typing import Any

from grader.messages import say
from grader.worker.compat.told import Told

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


def install(told: Told) -> None:
    shell = _running_shell()
    if shell is None:
        _lend_to_scripts(told)
    else:
        _tame(shell, told)


def _running_shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _skipped(line: str, told: Told) -> None:
    told.tell(
        say(
            "`{line}` was skipped: there is no network here, and the course's libraries are installed.", line=line[:120]
        )
    )


# ── Notebooks ───────────────────────────────────────────────────────────────────────────────────


def _tame(shell: Any, told: Told) -> None:
    for name in ("system", "getoutput"):
        setattr(shell, name, _commands(getattr(shell, name), told))
    for magic in MAGICS:
        shell.magics_manager.magics["line"][magic] = _magic(magic, told)
    original = shell.enable_matplotlib

    def enable_matplotlib(gui: Any = None) -> Any:
        return original(gui if gui in _BACKENDS else "inline")

    shell.enable_matplotlib = enable_matplotlib
    shell.user_ns["open"] = builtins.open  # IPython's own would not know where files of another machine lie


def _commands(original: Callable[[str], Any], told: Told) -> Callable[[str], Any]:
    def run(command: str) -> Any:
        if not needs_network(command):
            return original(command)
        _skipped(f"!{command}", told)
        return []

    return run


def needs_network(command: str) -> bool:
    """True where one of the commands on the line fetches something."""
    for part in re.split(r"&&|\|\||[;|]", command):
        try:
            words = shlex.split(part)
        except ValueError:
            words = part.split()
        if words and (words[0].rpartition("/")[2] in NETWORK or words[:3][1:] == ["-m", "pip"]):
            return True
    return False


def _magic(name: str, told: Told) -> Callable[[str], None]:
    def magic(line: str) -> None:
        if name not in _SILENT:
            _skipped(f"%{name} {line}".strip(), told)

    return magic


# ── Scripts that were notebooks ─────────────────────────────────────────────────────────────────


class NoShell:
    """What `get_ipython()` gives in a script: `jupyter nbconvert` writes such lines."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)

        def ignored(*args: Any, **kwargs: Any) -> None:
            self._told.tell(
                say("`get_ipython().{name}(…)` means something in a notebook only: it was skipped.", name=name[:40])
            )

        return ignored


def _lend_to_scripts(told: Told) -> None:
    def get_ipython() -> NoShell | None:
        return NoShell(told) if told.asked() else None

    def display(*items: Any, **_: Any) -> None:
        told.tell(say("`display(…)` exists in notebooks only; in a script, write `print(…)`."))
        print(*items, sep="\n")  # noqa: T201  # the student's own output

    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]
    builtins.display = display  # type: ignore[attr-defined]
