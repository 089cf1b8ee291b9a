"""What Archive Table costs, measured against what it is to be compared with.

`python -m tests.benchmarks [name …] [--quick]`, or `make bench`. Each benchmark is a module with a `FULL` and a `QUICK`
scale and `run(scale)`, which returns a report. Nothing is compared across runs or machines: each figure is a ratio
between things measured by turns in the same run.
"""
