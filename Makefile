# Two commands do all the set-up on a machine that has Python 3.11 or newer: make demo, make test.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find src -type f -not -name '*.pyc' 2>/dev/null)
export NO_MKDOCS_2_WARNING = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test lint lock messages screenshots browser nginx clean

help:
	@echo "make demo         build the sample agency into site/ and print links that open it"
	@echo "make test         everything CI asks for: ruff, mypy, import-linter, pytest"
	@echo "make screenshots  pictures of every kind of page into build/screenshots"
	@echo "make messages     bring the translations up to date (LANGUAGES=pl makes a new one)"
	@echo "make lock         bring requirements/ up to date with pyproject.toml"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "portalgen wants Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

# For the sample agency alone: whoever reads this can open what it seals. A secret of the environment wins.
DEMO_SECRET := de40de40de40de40de40de40de40de40de40de40de40de40de40de40de40de40

demo: $(VENV)/.run
	@export CI= PORTALGEN_SECRET="$${PORTALGEN_SECRET:-$(DEMO_SECRET)}"; $(BIN)/portalgen build && $(BIN)/python demo.py

# Chromium and nginx come from the system's packages: only where they are missing, and only where we may install.
# chromium-headless-shell is the same browser without windows: most tests take half the time in it. Not every
# system has it, and they pass without.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "The browser tests want Chromium: install the package chromium (or google-chrome)."; exit 1; fi; }
	@command -v chromium-headless-shell >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell; } >/dev/null 2>&1 || true; fi; }

nginx:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq nginx-light >/dev/null; \
	  else echo "The tests of hosting want nginx: install the package nginx-light (or nginx)."; exit 1; fi; }

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.test browser nginx lint
	$(BIN)/python -m pytest -n 2

screenshots: $(VENV)/.test browser
	$(BIN)/python tests/browser/screenshots.py build/screenshots

messages: $(VENV)/.test
	$(BIN)/python -m tests.render.messages $(LANGUAGES)

# hatchling is in the lock because the package is installed without build isolation.
LOCK = $(BIN)/python -m piptools compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header --build-deps-for editable

lock: $(BIN)/python
	$(BIN)/python -m pip install --quiet pip-tools
	$(LOCK) --output-file requirements/run.txt pyproject.toml
	$(LOCK) --extra test --output-file requirements/test.txt pyproject.toml

clean:
	rm -rf build .mypy_cache .ruff_cache .hypothesis .import_linter_cache
