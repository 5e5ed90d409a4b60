# Everything a person types at the top of the repository. Needs Python 3.11 or newer, pip and make; `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A `python3` that is too old is passed over; PYTHON=... on the command line wins.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Dagster insists on an absolute path.
export DAGSTER_HOME ?= $(CURDIR)/dagster_home

HOST ?= 127.0.0.1
PORT ?= 3000
PYTEST_ARGS ?=
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet $(LOCK_ARGS)
BENCH_ARGS ?=
LOCK_ARGS ?=

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make .venv and install the locked packages and Conjoin itself

# The environment is made without pip so that no `ensurepip` is needed (Debian splits it off); the pip at hand fills it.
# The lock is complete, so pip need not work out dependencies again; Conjoin is built without isolation, so that what
# builds it comes from the lock as well.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: install it, or name it with PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: setup-browser
setup-browser: setup ## Install Chromium for the browser tests, where that is possible
	@$(BIN)/python -m tests.browser.chromium

# PySpark is large and few need it, so it has a lock of its own, and setting up again does not take it away.
.PHONY: setup-spark
setup-spark: setup ## Install PySpark, and Java where that is possible, to score on Spark
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --no-build-isolation --require-hashes \
		--requirement requirements-spark.lock
	@$(BIN)/python -m tests.spark

.PHONY: demo
demo: setup ## Link the generated sample systems and publish the result under data/
	$(BIN)/conjoin demo

.PHONY: ui
ui: setup ## Open the Dagster UI on the same data (http://127.0.0.1:3000; PORT=... for another port)
	$(BIN)/dg dev --host $(HOST) --port $(PORT)

.PHONY: test
test: setup ## Run the tests (PYTEST_ARGS="-m 'not slow'" for the quick ones)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "not long" $(PYTEST_ARGS)

.PHONY: test-long
test-long: setup ## Run the tests that take minutes each: nights killed, starved of disk and served, public sets
	$(BIN)/python -m pytest --numprocesses 2 --dist load -m long $(PYTEST_ARGS)

.PHONY: lint
lint: setup ## Check style, types, the direction of imports and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house.rules

.PHONY: format
format: setup ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: check-defs
check-defs: setup ## Check that the Dagster code location loads
	$(BIN)/dg check defs

.PHONY: bench
bench: setup ## Measure a night against its budgets (BENCH_ARGS=... for its options)
	$(BIN)/conjoin bench night $(BENCH_ARGS)

.PHONY: lock
lock: setup ## Renew the lock files from pyproject.toml (LOCK_ARGS=--upgrade for newer versions)
	$(COMPILE) pyproject.toml --all-extras --no-emit-package pyspark --no-emit-package py4j --output-file requirements.lock
	sed -n 's/^spark = \["\(.*\)"\]$$/\1/p' pyproject.toml | $(COMPILE) - --output-file requirements-spark.lock

.PHONY: keep-home
keep-home: setup ## Keep a small home of the present format, after a change of what a home holds
	$(BIN)/python -m tests.kept_homes.keep

.PHONY: clean
clean: ## Remove .venv, caches and built files; data/ stays
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
