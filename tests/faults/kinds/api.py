"""Faults of the API's processes."""

import os
import signal
import time

from tests.faults.kinds.registry import Site, fault
from tests.faults.supervisor import is_running


@fault(short=True)
def worker_killed(site: Site) -> float:
    """kill -9 of one of the API's workers; uvicorn starts another."""
    pid = site.random.choice(site.service.workers())
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        time.sleep(0.005)
    return killed


@fault(short=True)
def worker_paused(site: Site) -> None:
    """SIGSTOP for one of the API's workers, SIGCONT after 2 to 4 seconds."""
    pid = site.random.choice(site.service.workers())
    os.kill(pid, signal.SIGSTOP)
    time.sleep(site.random.uniform(2, 4))
    os.kill(pid, signal.SIGCONT)


@fault(restarts=True, short=True)
def api_killed(site: Site) -> float:
    """kill -9 of all processes of the API."""
    return site.service.process.kill_all(group=True)


@fault(restarts=True)
def api_main_process_killed(site: Site) -> float:
    """kill -9 of the API's main process; its supervisor clears away the workers."""
    return site.service.process.kill_all()


@fault(restarts=True, short=True)
def api_terminated(site: Site) -> float:
    """SIGTERM for the API under load: it answers what it has accepted, ends, and is started anew."""
    return site.service.process.kill_all(signal.SIGTERM)
