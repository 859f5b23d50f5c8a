# make demo    a wildcard certificate from a CA on this machine: no account, no network
# make test    everything that has to hold
# Both set up what they need. `make PYTHON=/path/to/python3 ...` chooses another Python.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
SIMULATE ?= --count 10000
# More than there are cores: most tests wait rather than reckon.
WORKERS ?= 6
export PYTHON

.PHONY: demo test lint types unit simulate matrix benchmark recording dist clean
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
	$(BIN)/shellcheck scripts/make-venv scripts/make-sibling-venv scripts/find-pebble scripts/find-machine \
		scripts/common.sh .ci/run
	find examples -name '*.sh' -o -path 'examples/*/hooks/*' -type f | xargs $(BIN)/shellcheck
	$(BIN)/bandit --quiet --recursive certbot_dns_mijnhost

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP)
	PEBBLE=$$(scripts/find-pebble) MACHINE=$$(scripts/find-machine) $(BIN)/python -m pytest -n $(WORKERS)

# Thousands of histories: SIMULATE='--count 10000 --seed 1' repeats one.
simulate: $(STAMP)
	$(BIN)/python -m tests.simulation $(SIMULATE)

# The wheel beside each Certbot that a supported system ships; the table goes into docs/matrix.md.
matrix: $(STAMP)
	PEBBLE=$$(scripts/find-pebble) $(BIN)/python -m tests.matrix --write docs/matrix.md

# This plugin and the vendor's, side by side; seven minutes.
benchmark: $(STAMP)
	@scripts/make-sibling-venv .venvs/vendor $(BIN) certbot-dns-mijn-host
	@scripts/make-sibling-venv .venvs/bare $(BIN)
	PEBBLE=$$(scripts/find-pebble) $(BIN)/python -m benchmarks \
		--vendor .venvs/vendor/bin/python --bare .venvs/bare/bin/python \
		--write docs/benchmarks.md

# docs/demo.svg, from a real run of the demo.
recording: $(STAMP)
	PEBBLE=$$(scripts/find-pebble) $(BIN)/python scripts/record_demo.py

# The sdist and the wheel of the last commit, with their hashes, in dist/.
dist: $(STAMP)
	$(BIN)/python scripts/build_dist.py

clean:
	rm -rf $(VENV) .venvs .pebble .machine build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
