"""Figures for Prometheus, of one process or of several."""

import multiprocessing
import os
import signal

import pytest

SPAWN = multiprocessing.get_context("spawn")


def work(queue, then_stay):
    """What a worker process does: import the application once it runs, count, and hold a connection."""
    from app.core import metrics

    metrics.count_refusal("test")
    metrics.connections_in_use.labels("statements").inc()
    queue.put(os.getpid())
    if then_stay:
        signal.pause()


def read(queue):
    from app.core import metrics

    queue.put(metrics.exposition([]).decode().splitlines())


@pytest.fixture
def queue():
    queue = SPAWN.Queue()
    yield queue
    queue.close()
    queue.join_thread()


def run(target, *arguments):
    process = SPAWN.Process(target=target, args=arguments)
    process.start()
    return process


def test_worker_processes_add_up_what_they_counted_and_forget_what_a_dead_one_held(queue, tmp_path, monkeypatch):
    """As under uvicorn, whose workers are children of one process, too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    workers = [run(work, queue, True), run(work, queue, False)]
    for _ in workers:
        queue.get(timeout=60)
    workers[1].join()

    reader = run(read, queue)
    lines = queue.get(timeout=60)

    reader.join()
    workers[0].kill()
    workers[0].join()
    assert 'limit_refusals_total{kind="test"} 2.0' in lines
    assert 'database_connections_in_use{pool="statements"} 1.0' in lines
