"""The benchmarks run. What they find is not tested: figures are for reading."""

import subprocess
import sys

from app.core.config import REPOSITORY


def test_every_benchmark_runs_and_writes_its_table(tmp_path):
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", f"--results={tmp_path}"]

    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "## Against the targets" in (tmp_path / "archive.md").read_text()
