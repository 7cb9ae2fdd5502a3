"""Joining a Dask cluster: the scheduler is found, workers are awaited and examined; what is amiss is reported with its remedy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import astuple

from grader.batch import cluster_side
from grader.batch.cluster_side import Dask, WorkerFacts
from grader.domain import DatasetInfo, Text
from grader.errors import ClusterUnavailable, GraderError, UsageError
from grader.grading.keys import libraries
from grader.messages import join, plain, safe, say, say_n

CONNECT_SECONDS = 5.0
WORKER_SECONDS = 15.0
MAX_NAMED = 3

Report = Callable[[Text], None]


def connected(address: str) -> Dask:
    """Return a client. TLS is a matter of the address (`tls://…`) and of Dask's own configuration."""
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise UsageError(
            say("Grading on a cluster needs Dask, which is not installed: `pip install 'tme-grader[cluster]'`.")
        ) from None
    _silence_loggers()
    # Parcels belong in the tasks, as said above, however large they are: no warning.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"})
    try:
        asyncio.run(_reach(address))
        client: Dask = Client
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="grade")
    except Exception as problem:  # of the network, of the address or of certificates: each library's own
        raise ClusterUnavailable(
            say(
                "The scheduler at {address} does not answer ({reason}). Does it run there (`dask scheduler`), and can this machine reach it? An address looks like tcp://host:8786; one of tls:// needs the certificates that Dask's configuration names.",
                address=safe(address, 200),
                reason=safe(str(problem) or type(problem).__name__, 200),
            )
        ) from None


def _silence_loggers() -> None:
    """Silence Dask: what matters is said in our words. Each of its loggers has a level of its own."""
    for name in ("distributed", "tornado", *logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


async def _reach(address: str) -> None:
    """Connect once before a client is made, which would go on trying for longer and complain when it is thrown away."""
    from distributed import Security
    from distributed.comm import core

    untyped: Dask = core, Security
    comm = await untyped[0].connect(address, timeout=CONNECT_SECONDS, **untyped[1]().get_connection_args("client"))
    await comm.close()


def await_workers(client: Dask, address: str) -> None:
    """Wait for the first worker. Raises ClusterUnavailable where none comes."""
    from distributed import TimeoutError as NoneCame

    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except NoneCame:
        raise ClusterUnavailable(
            say(
                "The scheduler at {address} has no worker. Start one on each machine that is to grade: `dask worker {address}`.",
                address=safe(address, 200),
            )
        ) from None


# ── Examining ───────────────────────────────────────────────────────────────────────────────────


def examine(client: Dask, backend: str, data: Mapping[str, DatasetInfo], report: Report) -> int:
    """Return how many threads a submission may have, once every worker that is there has been examined.

    Each must have this grader, the data and a sandbox that holds: one that has not would fail submission after submission
    in no time, and so draw all of them. Raises ClusterUnavailable with the reasons.
    """
    wanted = {name: info.sha256 for name, info in data.items()}
    answers = client.run(cluster_side.examined, cluster_side.version(), backend, wanted, on_error="return")
    unfit = [(worker, why) for worker, answer in answers.items() if (why := _unfit(answer))]
    if unfit:
        named = [say("{worker}: {reason}", worker=worker, reason=why) for worker, why in unfit[:MAX_NAMED]]
        raise ClusterUnavailable(
            say_n(
                "{count} worker cannot grade. {reasons} Mend that or stop it, then type the same again.",
                "{count} workers cannot grade. {reasons} Mend that or stop them, then type the same again.",
                len(unfit),
                reasons=join(named, " "),
            )
        )
    facts = {worker: answer for worker, answer in answers.items() if isinstance(answer, WorkerFacts)}
    _report_sandboxes(facts, report)
    _report_libraries(facts, report)
    at_once = client.nthreads()
    hosts: dict[str, int] = {}
    for worker, fact in facts.items():
        hosts[fact.host] = hosts.get(fact.host, 0) + at_once.get(worker, 1)
    return max(1, min((fact.cores // hosts[fact.host] for fact in facts.values()), default=1))


def _unfit(answer: object) -> Text | None:
    if isinstance(answer, GraderError):
        return answer.text
    if isinstance(answer, ImportError | AttributeError):  # what is asked of it is not there by that name
        return say("it has no grader, or another version of it ({reason}).", reason=safe(str(answer), 200))
    if isinstance(answer, Exception) and not isinstance(answer, OSError | TimeoutError):  # who just left is not missed
        return plain(safe(f"{type(answer).__name__}: {answer}", 300))
    return None


def _report_sandboxes(facts: Mapping[str, WorkerFacts], report: Report) -> None:
    """Report as on this machine: which sandboxes, and where stronger ones are out of reach, why."""
    workers = say_n("{count} worker", "{count} workers", len(facts))
    names = ", ".join(sorted({fact.sandbox for fact in facts.values()}))
    report(say("On the cluster: {workers}; isolation: {sandboxes}.", workers=workers, sandboxes=names))
    for warning in sorted({fact.warning for fact in facts.values() if fact.warning}, key=astuple):
        report(warning)


def _report_libraries(facts: Mapping[str, WorkerFacts], report: Report) -> None:
    here = set(libraries())
    other = sorted({name for fact in facts.values() for name in set(fact.libraries) - here})
    if other:
        words = say(
            "Some workers have other libraries than this machine: {libraries}. Marks may differ by a hair; each record says what it ran with.",
            libraries=safe(", ".join(other), 300),
        )
        report(words)
