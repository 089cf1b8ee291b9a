"""The benchmarks run. What they find is not tested: figures are for reading."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from app.core.resources import REPOSITORY

from tests.benchmarks.__main__ import NAMES
from tests.benchmarks.report import Bars, Report


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_runs_and_writes_its_table(name, tmp_path):
    command = [sys.executable, "-m", "tests.benchmarks", name, "--quick", f"--results={tmp_path}"]

    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "## Against the targets" in (tmp_path / f"{name}.md").read_text()


def test_a_report_shows_its_charts_and_says_them_in_words(tmp_path):
    report = Report("delete", "What a delete costs", "18", "Few rows.")
    bars = {"one worker": {"delete": 400.0, "list": 250}, "two workers": {"delete": 700.0}}
    report.charts.append(Bars("rate", "Requests a second", "1/s, more is better", bars))

    report.save(tmp_path)

    words = "Requests a second (1/s, more is better). delete: one worker 400, two workers 700; list: one worker 250."
    assert f"![{words}](delete-rate.svg)" in (tmp_path / "delete.md").read_text()
    assert ET.parse(tmp_path / "delete-rate.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_a_chart_of_the_same_figures_is_the_same_file(tmp_path):
    for file in ["once.svg", "twice.svg"]:
        Bars("cost", "Cost", "µs, less is better", {"": {"delete": 1.0, "update": 7.9}}).draw(tmp_path / file)

    assert (tmp_path / "once.svg").read_bytes() == (tmp_path / "twice.svg").read_bytes()
