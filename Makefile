# Everything a person types. Needs Python >= 3.11; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
HOST ?= 127.0.0.1
PORT ?= 8501

.DEFAULT_GOAL := app
.PHONY: app test check format bench lock screenshots clean

app: $(VENV)/.app  ## Start Lendlens and print its address
	$(PY) app.py --host $(HOST) --port $(PORT)

test: $(VENV)/.dev  ## Run every test, on up to four cores
	$(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev  ## Format, lint and types
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

format: $(VENV)/.dev  ## Mend what can be mended
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.dev  ## Measure pages, training, serving, explanations and reading
	$(PY) -m benchmarks pages --json
	$(PY) -m benchmarks training --json
	$(PY) -m benchmarks serving --json
	$(PY) -m benchmarks explanation --json
	$(PY) -m benchmarks figures --json
	$(PY) -m benchmarks applicant --json
	$(PY) -m benchmarks ingest --json

screenshots: $(VENV)/.dev  ## Take the pictures of the README from the running app
	$(PY) -m docs.screenshots

lock: $(VENV)/.dev  ## Pin every package with its hashes, for all platforms
	$(VENV)/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  pyproject.toml --output-file requirements.lock
	$(VENV)/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

clean:  ## Remove what was installed; the workspace in var/ stays
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lendlens needs Python 3.11 or newer; try make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.lock | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.app
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@
