"""The sandbox as an ordinary user builds it, with nobody's rights but one's own. Tried by root only, who can become one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
NOBODY = 65534
PROGRAM = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from grader.domain import Limits
from grader.sandbox import BACKENDS, Job, WorkerHandle
JOB = '''
import os, resource
print(os.getuid(), resource.getrlimit(resource.RLIMIT_NPROC)[0] != resource.RLIM_INFINITY)
os.mkdir(folder + "/closed")
open(folder + "/closed/file", "w").close()
os.chmod(folder + "/closed", 0)
os.chmod(os.path.dirname(folder), 0)
'''
found = {"uid": os.getuid()}
for name, make in BACKENDS.items():
    sandbox = make()
    test = sandbox.self_test()
    found[name] = {"works": test.works, "held": test.held, "why": test.why.en, "said": []}
    if test.works:
        with WorkerHandle(sandbox, (Path(sys.argv[1], "tests", "sandbox"),), ("tests.sandbox.light",)) as handle:
            for _ in range(2):
                folder = handle.new_folder()
                job = Job("tests.sandbox.light", {"code": JOB, "folder": str(folder)}, Limits(wall=20), folder)
                found[name]["said"].append(handle.run(job, lambda line: None).printed.text)
        found[name]["left"] = handle.folder.exists()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Any]]:
    """What an ordinary user finds: a Python of theirs, with the libraries of this one."""
    python = shutil.which("python3", path="/usr/bin")
    if os.getuid() != 0:
        pytest.skip("every other test runs as an ordinary user already")
    if python is None or _version(python) != f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("no Python of the same version that an ordinary user could run")
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    home = Path(tempfile.mkdtemp(dir="/var/tmp"))
    try:
        home.chmod(0o755)
        subprocess.run([python, "-m", "venv", "--without-pip", home / "venv"], check=True, capture_output=True)
        next(home.glob("venv/lib/*/site-packages")).joinpath("more.pth").write_text(libraries, encoding="utf-8")
        own = home / "venv" / "bin" / "python"
        if _as_nobody(own, f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); import grader, psutil").returncode:
            pytest.skip("the repository or its libraries are not readable for an ordinary user")
        run = _as_nobody(own, PROGRAM, REPOSITORY)
        assert run.returncode == 0, run.stderr
        yield json.loads(run.stdout)
    finally:
        shutil.rmtree(home)


def _as_nobody(python: Path, program: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-c", program, *arguments],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"},
        cwd="/",
    )


def _version(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", ["bubblewrap", "landlock", "process"])
def test_every_backend_works_for_an_ordinary_user(found: dict[str, Any], name: str) -> None:
    assert found["uid"] == NOBODY
    if not found[name]["works"]:
        pytest.skip(found[name]["why"])
    # The second job finds the folder that the first one closed open again.
    assert found[name]["said"] == [f"{NOBODY} True\n"] * 2
    assert found[name]["left"] is False


@pytest.mark.parametrize("name", ["bubblewrap", "landlock"])
def test_an_ordinary_users_sandbox_holds(found: dict[str, Any], name: str) -> None:
    if not found[name]["works"]:
        pytest.skip(found[name]["why"])
    assert {"host files", "read-only system", "network", "system calls"} <= set(found[name]["held"])
