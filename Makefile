# Everything a person types at the top of the repository. Needs Python 3.11 or newer, pip and make; `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A `python3` that is too old is passed over; PYTHON=... on the command line wins.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

# Dagster insists on an absolute path.
export DAGSTER_HOME ?= $(CURDIR)/dagster_home

HOST ?= 127.0.0.1
PORT ?= 3000
PYTEST_ARGS ?=
BENCH_ARGS ?=
LOCK_ARGS ?=

# A lock is complete, so pip need not work out dependencies again, and nothing in it needs a compiler. All cores compile the
# modules; pip would use one.
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --no-deps --only-binary :all: --no-compile \
	--require-hashes --requirement
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" --only-binary :all: --no-binary pyspark --quiet $(LOCK_ARGS)
FINISH = $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib; \
	echo "$(VENV) is ready: $$(($$(date +%s) - $$(cat $(VENV)/.started))) seconds, $$(du -sm $(VENV) | cut -f 1) MB."

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make .venv and install Conjoin and the locked packages that it needs

# The environment is made without pip so that no `ensurepip` is needed (Debian splits it off); the pip at hand fetches the
# locked one, which is quicker and shows how far it is. Conjoin is built without isolation, so that what builds it comes
# from the lock as well.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: install it, or name it with PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@date +%s > $(VENV)/.started
	@awk '/^[^ #]/ { wanted = /^pip==/ } wanted' requirements.lock > $(VENV)/pip.lock
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement $(VENV)/pip.lock
	$(INSTALL) requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(FINISH)
	@touch $@

.PHONY: setup-dev
setup-dev: $(READY_DEV) ## Add what the tests, the lints and all extras but Spark need

$(READY_DEV): requirements-dev.lock $(READY)
	@date +%s > $(VENV)/.started
	$(INSTALL) requirements-dev.lock
	@$(FINISH)
	@touch $@

.PHONY: setup-browser
setup-browser: setup-dev ## Install Chromium for the browser tests, where that is possible
	@$(BIN)/python -m tests.browser.chromium

# PySpark is large and few need it, so it has a lock of its own, and setting up again does not take it away. It comes as
# source code only, in Python and Java: building it needs no compiler.
.PHONY: setup-spark
setup-spark: setup ## Install PySpark, and Java where that is possible, to score on Spark
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --require-hashes \
		--requirement requirements-spark.lock
	@$(BIN)/python -m tests.spark

.PHONY: demo
demo: setup ## Link the generated sample systems and publish the result under data/
	$(BIN)/conjoin demo

.PHONY: ui
ui: setup ## Open the Dagster UI on the same data (http://127.0.0.1:3000; PORT=... for another port)
	$(BIN)/conjoin ui --host $(HOST) --port $(PORT)

.PHONY: test
test: setup-dev ## Run the tests (PYTEST_ARGS="-m 'not slow'" for the quick ones)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "not long and not hostile" $(PYTEST_ARGS)

.PHONY: test-long
test-long: setup-dev ## Run the tests that take minutes each: killed nights, full disks, real servers, public sets
	$(BIN)/python -m pytest --numprocesses 2 --dist load -m long $(PYTEST_ARGS)

.PHONY: test-hostile
test-hostile: setup-dev ## Attack a deployment: kills, readers, full disks, ceilings, forged logs, planted values, bombs; an hour or more
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m hostile -rP tests/hostile $(PYTEST_ARGS)

# The quick tests of linking, canonicalising, gaps and publishing: what a Python or a library may do otherwise. Spark is not
# installed there.
OTHERWISE = --numprocesses 2 --dist loadfile -q -m "not slow and not long and not hostile" tests/linkage_models tests/pipelines/canonical \
	tests/pipelines/gaps tests/pipelines/publish tests/pipelines/landing/test_rest_faults.py \
	--ignore tests/linkage_models/nominal/test_spark.py --hypothesis-profile brief $(PYTEST_ARGS)

COVERAGE = --cov linkage_models --cov pipelines.canonical --cov pipelines.gaps --cov pipelines.publish --cov-report term

.PHONY: coverage
coverage: setup-dev ## Measure how much of the linkage, canonicalising, gaps and publishing their quick tests run
	$(BIN)/python -m pytest $(OTHERWISE) $(COVERAGE)

# A pyenv on the path offers no Python but the one that is named.
define test_on
	@if [ "$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = $(1) ]; then \
		echo "make test runs on Python $(1), and more than the quick tests."; \
	elif PYENV_VERSION=$(1) python$(1) -c '' 2>/dev/null; then \
		export PYENV_VERSION=$(1); \
		$(MAKE) --no-print-directory setup-dev PYTHON=python$(1) VENV=build/python$(1) && \
		build/python$(1)/bin/python -m pytest $(OTHERWISE); \
	else echo "Not tested on Python $(1): python$(1) is not on the path."; fi
endef

.PHONY: test-oldest
test-oldest: ## Run quick tests on the oldest Python that Conjoin supports, where it is installed
	$(call test_on,3.11)

.PHONY: test-newest
test-newest: ## Run quick tests on the newest Python that Conjoin supports, where it is installed
	$(call test_on,3.13)

.PHONY: test-lowest
test-lowest: setup-dev ## Run quick tests with the lowest versions that pyproject.toml admits; measures coverage
	@mkdir -p build
	$(BIN)/uv pip compile --resolution lowest-direct --python $(BIN)/python --only-binary :all: --no-binary pyspark --quiet \
		pyproject.toml --all-extras --group setup --group dev --no-emit-package pyspark --no-emit-package py4j \
		--output-file build/lowest.txt
	$(PYTHON) -m venv --without-pip --clear build/lowest
	$(BIN)/uv pip install --python build/lowest/bin/python --no-deps --only-binary :all: --compile-bytecode --quiet \
		--requirement build/lowest.txt
	$(BIN)/uv pip install --python build/lowest/bin/python --no-deps --no-build-isolation --quiet --editable .
	build/lowest/bin/python -m pytest $(OTHERWISE) $(COVERAGE)

.PHONY: lint
lint: setup-dev ## Check style, types, the direction of imports and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 0 pipelines linkage_models
	$(BIN)/python -m tests.house.rules

.PHONY: format
format: setup-dev ## Format the code and mend what ruff and sqlfluff can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --quiet --processes 0 pipelines linkage_models

.PHONY: check-defs
check-defs: setup-dev ## Check that the Dagster code location loads
	$(BIN)/dg check defs

.PHONY: bench
bench: setup-dev ## Measure a night against its budgets (BENCH_ARGS=... for its options)
	$(BIN)/conjoin bench night $(BENCH_ARGS)

.PHONY: lock
lock: setup-dev ## Renew the lock files from pyproject.toml (LOCK_ARGS=--upgrade for newer versions)
	$(COMPILE) pyproject.toml --all-extras --group setup --group dev --no-emit-package pyspark --no-emit-package py4j \
		--output-file requirements-dev.lock
	cp requirements-dev.lock requirements.lock
	$(COMPILE) pyproject.toml --group setup --output-file requirements.lock
	sed -n 's/^spark = \["\(.*\)"\]$$/\1/p' pyproject.toml | $(COMPILE) - --output-file requirements-spark.lock
	@mkdir -p build
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-deps --only-binary :all: --quiet requirements-dev.lock \
		--format pylock.toml --output-file build/pylock.toml
	$(BIN)/python -m tests.house.wheels build/pylock.toml > requirements.wheels

.PHONY: release-check
release-check: setup-dev ## Build the wheel of a version, install it elsewhere and try it
	$(BIN)/python -m tests.house.release

.PHONY: keep-home
keep-home: setup ## Keep a small home of the present format, after a change of what a home holds
	$(BIN)/python -m tests.kept_homes.keep

.PHONY: clean
clean: ## Remove .venv, caches and built files; data/ stays
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
