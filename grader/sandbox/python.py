"""Where this Python lives: what any worker in a sandbox must be able to read, and the environment it starts with."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SYSTEM = tuple(Path(p) for p in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32"))
ETC = tuple(Path("/etc") / name for name in ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime"))


@cache
def interpreter_folders() -> tuple[Path, ...]:
    """Return the folders of the interpreter, its virtual environment and the grader itself, outermost only."""
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    wanted |= {Path(sys.executable).resolve().parents[1], PACKAGE}
    wanted |= {Path(p).resolve() for p in sys.path if p.endswith(("site-packages", "dist-packages"))}
    wanted = {p for p in wanted if p.is_dir() and not any(p.is_relative_to(s) for s in SYSTEM)}
    return tuple(sorted(p for p in wanted if not any(p != q and p.is_relative_to(q) for q in wanted)))


def environment(home: Path, threads: int = 2) -> dict[str, str]:
    """Return a clean environment: nothing of the caller's but its Python. Keras on TensorFlow, no GPU, no window."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "USER": "etudiant",
        "LOGNAME": "etudiant",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(home / ".keras"),
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(home / ".matplotlib"),
        "IPYTHONDIR": str(home / ".ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        # Idle threads sleep: several jobs share the cores, and one that spins starves the others.
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
        "GOMP_SPINCOUNT": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "GRPC_VERBOSITY": "NONE",
    }
