"""Runs a notebook through nbclient, with a kernel that is a fork of the warm worker.

The process that `run` is called in drives the notebook; its child is the kernel, where the recorder sits.
They speak over `ipc` sockets in the job's own folder, so no network is needed. A cell that fails does not
stop the rest: what a later cell shows is judged too, and only the first failure is the program's.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty
from typing import Any  # nbclient and nbformat ship no types

import nbformat
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from grader.worker.recorder import Recorder
from grader.worker.runners.student_job import StudentJob

PROVISIONER = "grader-fork"
OUTPUT_BYTES = 1 << 20
KEEP_SECONDS = 1.0
POLL_SECONDS = 0.01
SHUTDOWN_SECONDS = 3600.0  # the last look may take its time; the job's own limit bounds it


def run(job: StudentJob, make_recorder: Callable[[], Recorder]) -> int:
    """Run all cells in a kernel of its own, under a recorder; return 0 where none failed."""
    notebook: Any = nbformat.read(job.work / job.main, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    numbers = [n for n, cell in enumerate(code, 1) if cell.source.strip()]  # code cells, as students count them
    files = job.out.parent / "ipc"
    files.mkdir(exist_ok=True)
    ended = files / "ended"

    def kernel(connection_file: str) -> None:
        run_kernel(connection_file, numbers, make_recorder(), ended)

    manager = _manager(files, kernel)
    client = BoundedClient(
        notebook, km=manager, timeout=None, allow_errors=True, resources={"metadata": {"path": str(job.work)}}
    )
    client.on_cell_executed = _keeper(notebook, job.out / "executed.ipynb")
    client.owns_km = True  # so that it ends the kernel, and waits for the recorder's last look
    died = False
    try:
        client.execute()
    except DeadKernelError:
        make_recorder().writer.write("failure", type="DeadKernel", message="the notebook's kernel died", frames=[])
        died = True
    finally:
        (job.out / "executed.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    if died:
        end_as(manager.kernel)
    return 0 if ended.exists() else 1


def end_as(kernel: ForkedKernel | None) -> None:
    """End the driver as a limit or a kill ended its kernel, so that the watch sees which it was."""
    code = kernel.poll() if kernel is not None else None
    if code in (-signal.SIGXFSZ, -signal.SIGXCPU, -signal.SIGKILL):
        os.kill(os.getpid(), -code)


def _keeper(notebook: Any, path: Path) -> Callable[..., None]:
    """Writes the notebook as far as it came, at most once a second, so that a time-out leaves something to show."""
    last = [time.monotonic()]

    def keep(**cell: Any) -> None:
        if time.monotonic() - last[0] >= KEEP_SECONDS:
            path.write_text(json.dumps(notebook), encoding="utf-8")
            last[0] = time.monotonic()

    return keep


# ── The side that drives ────────────────────────────────────────────────────────────────────────


class BoundedClient(NotebookClient):
    """Keeps a bounded amount of output: an endless print must not fill the driver's memory."""

    _left = OUTPUT_BYTES

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error", "update_display_data"):
            self._left -= len(str(msg["content"]))
            if self._left < 0:
                return None
        return super().process_message(msg, cell, cell_index)


class ForkedKernel:
    """The kernel process, with the few methods of `Popen` that jupyter_client calls."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.02)
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkProvisioner(LocalProvisioner):
    """Provides a kernel by forking this process instead of starting a Python."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        manager: Any = self.parent
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                manager.kernel_main(manager.connection_file)
                code = 0
            except BaseException:  # nobody else is left to tell it
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(code)
        manager.kernel = ForkedKernel(pid)
        self.process = manager.kernel
        self.pid = pid
        self.pgid = None
        return self.connection_info


class PromptClient(AsyncKernelClient):
    """A client that begins as soon as the kernel has answered. The library's own client then listens a fifth of a second longer, so
    that no message of before is left; nbclient tells those by their parent."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        until = time.monotonic() + (timeout or float("inf"))
        while not await self._has_answered():
            if not await self.is_alive():
                raise RuntimeError("the kernel died before it answered")
            if time.monotonic() > until:
                raise RuntimeError(f"the kernel did not answer within {timeout} s")

    async def _has_answered(self) -> bool:
        """Return whether the kernel answered on both channels: output that comes before the second one is connected would be lost."""
        self.kernel_info()
        try:
            reply = await self.get_shell_msg(timeout=1)
            if reply["msg_type"] != "kernel_info_reply":
                return False
            await self.get_iopub_msg(timeout=0.2)
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


class ForkManager(AsyncKernelManager):
    kernel_main: Callable[[str], None]
    kernel: ForkedKernel | None = None

    async def _async_finish_shutdown(
        self, waittime: float | None = None, pollinterval: float = POLL_SECONDS, restart: bool = False
    ) -> None:
        await super()._async_finish_shutdown(waittime, pollinterval, restart)


def _manager(files: Path, kernel: Callable[[str], None]) -> ForkManager:
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[PROVISIONER] = EntryPoint(PROVISIONER, f"{__name__}:ForkProvisioner", factory.GROUP_NAME)
    manager = ForkManager(
        transport="ipc",
        connection_file=str(files / "k.json"),
        shutdown_wait_time=SHUTDOWN_SECONDS,
        client_factory=PromptClient,
    )
    manager.kernel_main = kernel
    manager._kernel_spec = KernelSpec(
        argv=["fork"],
        display_name="fork",
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}},
    )
    return manager


# ── The kernel's side ───────────────────────────────────────────────────────────────────────────


class QuietKernelApp(IPKernelApp):
    """Echoes what is printed to the job's own output, but not how to connect to it."""

    def log_connection_info(self) -> None:
        pass


def run_kernel(connection_file: str, numbers: list[int], recorder: Recorder, ended: Path) -> None:
    """Serve cells until the driver says that it was the last one; then the recorder's last look."""
    asyncio.events._set_running_loop(None)  # the driver's loop ran when this process was forked
    asyncio.set_event_loop(asyncio.new_event_loop())
    from traitlets.config import Config

    # Output of subprocesses would come over TCP, which the sandbox refuses; it is on the job's own output all the same.
    warnings.filterwarnings("ignore", message="Couldn't bind IOPub Pipe")
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    application = QuietKernelApp.instance(
        connection_file=connection_file, transport="ipc", quiet=False, capture_fd_output=False, config=config
    )
    application.initialize([])  # type: ignore[no-untyped-call]
    shell: Any = application.shell
    if not _has_terminals():
        shell.system = shell.system_raw  # `!ls` without a terminal of its own
    shell.enable_matplotlib("inline")  # as Jupyter does by itself: figures appear under their cells
    recorder.install()
    failures = _follow_cells(shell, numbers, recorder)
    sys.path.insert(0, str(recorder.work))
    application.start()  # type: ignore[no-untyped-call]
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    recorder.finish(shell.user_ns, ended=not failures)
    if not failures:
        ended.touch()


def _has_terminals() -> bool:
    """Return whether there are terminal devices; a sandbox may show none."""
    try:
        os.close(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _follow_cells(shell: Any, numbers: list[int], recorder: Recorder) -> list[int]:
    """Cells are named `<cell 3>` as the student counts them; what fails in one is recorded with that name."""
    order = iter(numbers)
    current = [0]
    failures: list[int] = []

    def before(info: Any) -> None:
        current[0] = next(order, 0)

    def after(result: Any) -> None:
        problem = result.error_before_exec or result.error_in_exec
        if isinstance(problem, SystemExit) and not problem.code:
            return
        if problem is not None:
            failures.append(current[0])
            recorder.failed(problem)

    shell.compile.get_code_name = lambda raw, transformed, number: f"<cell {current[0]}>"
    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    return failures
