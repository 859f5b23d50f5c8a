# make demo    a wildcard certificate from a CA on this machine: no account, no network
# make test    everything that has to hold
# Both set up what they need. `make PYTHON=/path/to/python3 ...` chooses another Python.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
SIMULATE ?= --count 10000
export PYTHON

.PHONY: demo test lint types unit simulate clean
.DEFAULT_GOAL := test

$(STAMP): setup.py pyproject.toml scripts/make-venv
	@scripts/make-venv $(VENV) test
	@touch $@

demo: $(STAMP)
	@PEBBLE=$$(scripts/find-pebble) $(BIN)/python -m examples.demo

test: lint types unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/shellcheck scripts/* .ci/run

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP)
	PEBBLE=$$(scripts/find-pebble) $(BIN)/python -m pytest -n auto

# Thousands of histories: SIMULATE='--count 10000 --seed 1' repeats one.
simulate: $(STAMP)
	$(BIN)/python -m tests.simulation $(SIMULATE)

clean:
	rm -rf $(VENV) .pebble build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
