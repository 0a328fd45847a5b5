# Two commands need nothing set up before: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One process of tests for each core, which takes over tests of another when it has done its own. Slow
# tests start first, so that no process waits for one, and tests of a file mostly share a process.
PARALLEL := --numprocesses auto --dist worksteal
# Their files are in memory where it has room: each database is synced to its disk after every commit.
SCRATCH = TMPDIR="$$(scripts/scratch.sh)"
# Tests start hundreds of processes; each would compile everything, were that not kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test test-fast test-long lint ends constraints bench faults samples docs reference \
  screenshot clean

help:
	@echo "make demo        make one reader's digest of the sample day, in demo/"
	@echo "make test        run all tests, in parallel"
	@echo "make test-fast   run the unit tests alone, in parallel (some seconds)"
	@echo "make test-long   run all tests with four times as many examples of each property"
	@echo "make lint        ruff and mypy"
	@echo "make ends        test the lowest and the newest libraries that pyproject.toml allows"
	@echo "make constraints pin the newest libraries in constraints.txt, which every install uses"
	@echo "make bench       measure speed and relevance"
	@echo "make faults      kill runs at every step and system call (some minutes; needs strace)"
	@echo "make samples     check the samples for mail servers (needs Debian and root)"
	@echo "make docs        build the documentation as a website, in site/"
	@echo "make reference   write the manual pages and the completions of shells again, in share/"
	@echo "make screenshot  take the README's picture again (needs chromium)"
	@echo "make clean       remove what these made"

demo: $(VENV)/installed
	@echo "Making the digest of the sample day for one reader (some seconds) ..."
	@$(BIN)/digest demo --out demo

test: $(VENV)/developing
	$(SCRATCH) $(BIN)/python -m pytest $(PARALLEL)

# Fewer examples of each property, and no measuring of growth: `make test` does both in full.
test-fast: $(VENV)/developing
	$(SCRATCH) $(BIN)/python -m pytest $(PARALLEL) --hypothesis-profile fast \
	  -k "not time_that_grows" tests/unit

test-long: $(VENV)/developing
	$(SCRATCH) $(BIN)/python -m pytest $(PARALLEL) --hypothesis-profile long

lint: $(VENV)/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ends: $(VENV)/developing
	$(SCRATCH) scripts/ends.sh

# For every Python at once, with the same version for all where one exists.
constraints: $(BIN)/uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 \
	  --no-annotate --custom-compile-command "make constraints" --group dev --group docs pyproject.toml \
	  --output-file constraints.txt

bench: $(VENV)/developing
	$(BIN)/python benchmarks/help_cost.py
	$(BIN)/python benchmarks/setup_cost.py
	$(BIN)/python benchmarks/text.py
	$(BIN)/python benchmarks/ranking.py
	$(BIN)/python benchmarks/topic_examples.py
	$(BIN)/python benchmarks/topic_packs.py
	$(BIN)/python benchmarks/personal.py
	$(BIN)/python benchmarks/semantic.py
	$(BIN)/python benchmarks/votes.py
	$(BIN)/python benchmarks/near_duplicates.py
	$(BIN)/python benchmarks/ranking_scale.py
	$(BIN)/python benchmarks/own_words.py
	$(BIN)/python benchmarks/sources.py
	$(BIN)/python benchmarks/inbound_classes.py
	$(BIN)/python benchmarks/inbound.py
	$(BIN)/python benchmarks/pipeline.py
	$(BIN)/python benchmarks/wire.py
	$(BIN)/python benchmarks/delivery.py
	$(BIN)/python benchmarks/history.py
	$(BIN)/python benchmarks/status_speed.py
	$(BIN)/python benchmarks/admin.py
	$(BIN)/python benchmarks/backup.py
	$(BIN)/python benchmarks/due.py
	$(BIN)/python benchmarks/year.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/signing.py

faults: $(VENV)/developing
	$(BIN)/python scripts/killed_runs.py
	$(BIN)/python scripts/faults.py

# Those for Postfix are checked by the tests.
samples: $(VENV)/developing
	$(BIN)/python scripts/check_samples.py

# Material tells of another program each time that it builds; a warning of ours would be lost in it.
docs: $(VENV)/documenting
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "The website is in site/: open site/index.html"

reference: $(VENV)/developing
	@$(BIN)/python scripts/reference

screenshot: $(VENV)/installed
	$(BIN)/python scripts/screenshot.py docs/images/digest.png

clean:
	rm -rf $(VENV) demo dist site

# Debian packages venv apart from python3: root installs it, others see the package name.
$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) (some seconds) ..."
	@$(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing python3-venv, which Debian keeps apart ..."; \
	    apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else \
	    echo "python3 cannot make virtual environments; install it: apt-get install python3-venv" >&2; \
	    exit 1; \
	  fi; }

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# In an environment of this project, uv takes a tenth of pip's time. Who only uses Digest needs no uv:
# pip knows their mirrors and certificates from its own configuration.
$(BIN)/uv: $(VENV)/bin/python
	@echo "Installing uv ..."
	@$(PIP) --constraint constraints.txt uv

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing Digest and its libraries (about a minute) ..."
	@$(PIP) --constraint constraints.txt --editable .
	@touch $@

$(VENV)/developing: $(BIN)/uv pyproject.toml constraints.txt
	@echo "Installing Digest, its libraries and the tools of the tests (some seconds) ..."
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --constraint constraints.txt --group dev --editable .
	@touch $(VENV)/installed $@

$(VENV)/documenting: $(VENV)/developing
	@echo "Installing the tools of the website (some seconds) ..."
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --constraint constraints.txt --group docs
	@touch $@
