# Holdfast. `make run` starts everything on a bare machine; the rest is for who changes it.

PYTHON ?= python3
# A Python that was asked for by name is kept; else the installer may know a quicker one.
INSTALL = $(PYTHON) config/runner/install.py $(if $(filter-out file default,$(origin PYTHON)),--this-python)
BIN = .venv/bin
# Where the environment forbids bytecode, each of the dozen processes of a start would compile everything again.
export PYTHONDONTWRITEBYTECODE =
TEMPLATES = $(shell find . -path ./.venv -prune -o -path '*/templates/*' -name '*.html' -print)

.PHONY: run setup setup-dev test coverage check audit bench faults messages clean

run: setup
	@exec $(BIN)/python -m config.runner

setup:
	@$(INSTALL) requirements.lock

setup-dev:
	@$(INSTALL) requirements-dev.lock

test: setup-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

# All tests once more, slower: what of the code they reached, processes that they start included.
coverage: setup-dev
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 --dist worksteal $(ARGS)
	@$(BIN)/python -m tools.covered

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(BIN)/python -m tools.messages check
	$(BIN)/python -m tools.migrations

# Asks the advisory database over the network, so no part of the tests.
audit: setup-dev
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip -q
	$(BIN)/python -m pip install -q pip-audit
	$(BIN)/python -m pip_audit --require-hashes --disable-pip -r requirements.lock

bench: setup-dev
	@$(BIN)/python -m bench

faults: setup-dev
	@$(BIN)/python -m tests.faults

messages: setup-dev
	@$(BIN)/python -m tools.messages update

clean:
	rm -rf .venv staticfiles core/static/core/build test-results .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
