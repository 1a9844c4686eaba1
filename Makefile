# Everything runs in .venv, made here from the lock files; a machine needs Python 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS := $(VENV)/.ready-tests

.PHONY: demo test slow test-all lint docs bench lock clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

$(TESTS): $(READY) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(TESTS)

demo: $(READY) ## plan and apply the example against the embedded simulator, twice
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: $(TESTS) ## everything but the slow campaigns
	$(BIN)/pytest -n 2 -m "not slow"

slow: $(TESTS) ## the slow campaigns alone
	$(BIN)/pytest -n 2 -m slow -s

test-all: test slow

lint: $(TESTS)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/reconciler schema --check --out schemas
	$(BIN)/python docs/reference.py --check

docs: $(TESTS) ## the documentation site, in docs/_build
	$(BIN)/python docs/reference.py
	$(BIN)/python -m sphinx -q -W --keep-going docs docs/_build

bench: $(TESTS)
	$(BIN)/python -m benchmarks

PIN := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

lock: ## pin every dependency, with hashes: what the product needs, and what its tests and pages need beside that
	$(BIN)/python -m pip install --quiet pip-tools
	$(PIN) --extra build --output-file requirements.lock pyproject.toml
	$(PIN) --extra build --extra dev --extra docs --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) .demo .bench build dist docs/_build *.egg-info
