# Run `make` to see what there is. Everything lives in .venv; nothing is installed elsewhere,
# except system packages when started as root on Debian.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.ready: requirements-dev.txt pyproject.toml scripts/setup
	@sh scripts/setup
	@touch $@

.PHONY: run
run: .venv/.ready ## set everything up and start the service at http://localhost:8000
	@$(BIN)/xiaohu demo run

.PHONY: lint
lint: .venv/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m django makemigrations --check --dry-run --settings xiaohu.config.settings

.PHONY: check
check: lint ## format, lint, types, imports, migrations, database-free tests
	$(BIN)/python -m pytest tests/core tests/laws

.PHONY: test
test: lint ## everything, real PostgreSQL and real browser included
	@sh scripts/setup browser
	$(BIN)/python -m pytest tests -m "not nightly" -n 2 --dist loadgroup

.PHONY: nightly
nightly: .venv/.ready ## soak and chaos: the long forms
	@sh scripts/setup browser
	$(BIN)/python -m pytest tests -m nightly

.PHONY: bench
bench: .venv/.ready ## our speed against a floor measured in the same call; FULL=1 imports a million lines
	$(BIN)/python -m tests.bench $(if $(FULL),--full)

.PHONY: shots
shots: .venv/.ready ## screenshots of every screen, as contact sheets under shots/
	@sh scripts/setup browser
	$(BIN)/python -m pytest tests/screens/test_scenes.py -n 2 --dist loadgroup --shots
	$(BIN)/python -m tests.screens.sheets

.PHONY: format
format: .venv/.ready ## format the code and repair what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: clean
clean: ## remove what set-up and tests made (never your data folder)
	rm -rf .venv .bench shots build *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis
