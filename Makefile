# Set-up, tests and the demonstration. Needs Python 3.11, 3.12 or 3.13 and make; everything else is installed here.
# `make PYTHON=python3.12 …` chooses among several.
# Each step leaves a stamp in .make/, so that nothing is done twice.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-warn-script-location

# What the tests use beyond Python: the optional engine, and the fonts that sample cards are drawn with.
SYSTEM_PACKAGES := tesseract-ocr tesseract-ocr-chi-sim fonts-noto-cjk fonts-noto-cjk-extra fonts-ocr-b \
	fonts-wqy-zenhei fonts-wqy-microhei fonts-arphic-gbsn00lp fonts-arphic-gkai00mp fonts-arphic-uming \
	fonts-arphic-ukai fonts-lxgw-wenkai fonts-noto-mono fonts-dejavu-core

DEMO_FACTS := --valid-until 2035-01-01 --accounts 0 --violation no --on 2026-11-22
DEMO_CLEAR := samples/photos/clear.jpg --name 戴晓 --id-number 500103198303190008 $(DEMO_FACTS)
DEMO_COVERED := samples/photos/card_occluded.jpg --name 付琦 --id-number 440305198505220006 $(DEMO_FACTS)

PYTEST_ARGS ?= -n 2

.PHONY: help
help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .make/core .make/weights ## Check two sample photos and draw what was found
	@mkdir -p out
	@echo '$$ idcheck check $(DEMO_CLEAR) --overlay out/clear.png'
	@$(VENV)/bin/idcheck check $(DEMO_CLEAR) --overlay out/clear.png
	@echo
	@echo '$$ idcheck check $(DEMO_COVERED) --overlay out/covered.png'
	@$(VENV)/bin/idcheck check $(DEMO_COVERED) --overlay out/covered.png || [ $$? -eq 10 ] # resubmit, as it should
	@echo
	@echo 'Approved one, and asked for another photo of the other. What was found is drawn in out/clear.png and out/covered.png'

.PHONY: test
test: .make/dev .make/weights ## Run the linters and all tests
	@scripts/install-system-packages $(SYSTEM_PACKAGES)
	@$(MAKE) lint
	OMP_NUM_THREADS=1 $(PY) -m pytest $(PYTEST_ARGS)

.PHONY: lint
lint: .make/dev ## Run the linters alone
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

.PHONY: wheel
wheel: .make/dev .make/weights ## Build the wheel and the sdist into dist/
	@rm -rf dist
	$(PY) -m hatchling build -d dist

# `uv pip compile` writes no index address into its output, unlike `uv lock`.
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header
UPGRADE := --upgrade

.PHONY: lock
lock: ## Pin the newest admissible versions (needs uv); with UPGRADE= keep what is pinned
	$(LOCK) $(UPGRADE) --extra heif --group dev --output-file requirements/dev.lock
	$(LOCK) $(UPGRADE) --group build --constraints requirements/dev.lock --output-file requirements/core.lock
	$(LOCK) $(UPGRADE) --group train --constraints requirements/dev.lock --output-file requirements/train.lock

.PHONY: clean
clean: ## Remove what was built, and the caches; keep .venv and the weights
	rm -rf build dist out .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

.make/venv:
	@scripts/make-venv $(VENV)
	@mkdir -p .make && touch $@

# What runs idcheck, and idcheck itself from this folder.
.make/core: requirements/core.lock pyproject.toml hatch_build.py | .make/venv
	@echo 'Installing idcheck'
	@$(PIP_INSTALL) --require-hashes --requirement requirements/core.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# What tests, lints and draws samples.
.make/dev: requirements/dev.lock .make/core
	@echo 'Installing the development tools'
	@$(PIP_INSTALL) --require-hashes --requirement requirements/dev.lock
	@touch $@

.make/weights: models/manifest.toml models/fetch.py .make/core
	@$(PY) -m models.fetch
	@touch $@
