# Two commands matter: make serve, make test. Both make .venv when it is missing.
.POSIX:
.SUFFIXES:

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
HOST = 127.0.0.1
PORT = 8000
TEXTS = autoconfig/web/pages/translations

.PHONY: help serve test quick lint bench texts clean

help:
	@echo "make serve   serve the provider database on http://$(HOST):$(PORT) (HOST=, PORT= override)"
	@echo "make test    every test this machine can run"
	@echo "make quick   the tests that start no server: seconds"
	@echo "make lint    ruff and mypy"
	@echo "make bench   measure against others and against what is possible (needs wrk, nginx, PostgreSQL)"
	@echo "make texts   bring the catalogues of the page for people up to date"
	@echo "make clean   remove what the others made"

serve: $(VENV)/serve.stamp
	@exec $(BIN)/autoconfig serve --host $(HOST) --port $(PORT)

# More processes than cores: many tests wait for servers.
test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 4 --dist worksteal

quick: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q -m "not real" --hypothesis-profile=quick -n auto

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench.rates
	$(BIN)/python -m tests.bench.growth
	$(BIN)/python -m tests.bench.connections
	$(BIN)/python -m tests.bench.stores
	$(BIN)/python -m tests.bench.export
	$(BIN)/python -m tests.bench.many
	$(BIN)/python -m tests.bench.far

texts: $(VENV)/test.stamp
	$(BIN)/pybabel -q extract -F autoconfig/web/pages/babel.cfg --no-location -o messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-pot-creation-date -w 110 -i messages.pot -d $(TEXTS)
	$(BIN)/pybabel -q compile -d $(TEXTS)
	@rm messages.pot

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/serve.stamp: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@# Compiled here, from C: where that cannot be, the tests that need it skip.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[ldap]" 2>/dev/null \
	  || echo "python-ldap cannot be built here; its tests will skip (Debian: gcc libldap2-dev libsasl2-dev)."
	@touch $@ $(VENV)/serve.stamp

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
