# Everything starts here. Needed: git, make and python3 (3.9 or later, with venv). The rest is fetched into
# .tools/ (uv) and .venv/ (Python 3.13 and the packages of uv.lock); nothing is installed outside this folder.
#
#   make setup    the tools and packages; every other target does it by itself
#   make demo     the local stack, the twins, and orders going their way   ONCE=1 ends by itself, ORDERS=25,
#                 PACKING=1 InkSoft and ShipStation
#   make test     all tests but the next; the last ones run on the local stack
#   make test-warehouse  orders and stock through Tryton, a real warehouse system: installs it into .tools/
#   make check    what the code looks like: lint, types, the template
#   make bench    the measurements of benchmarks/
#   make deploy   build, and deploy to your AWS account; asks questions    ARGS= to use your samconfig.toml
#   make lock     after pyproject.toml was changed: uv.lock, and the layer's requirements.txt from it
#   make clean    stop the local stack and delete what was built

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),.tools/bin/uv)
BIN := $(CURDIR)/.venv/bin
READY := .venv/.ready
BENCHMARKS ?= $(sort $(wildcard benchmarks/[a-z]*.py))
ARGS ?= --guided

export PATH := $(BIN):$(PATH)
export SAM_CLI_TELEMETRY := 0
# Hundreds of processes are started by the tests and the local stack: each would compile what the others have.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test test-warehouse check bench deploy lock clean
help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

$(READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet
	@touch $@

.tools/bin/uv:
	@python3 -m venv .tools || { echo "python3 cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

demo: setup
	@platen demo $(if $(filter-out 0,$(ONCE)),--once) $(if $(ORDERS),--orders $(ORDERS)) $(if $(filter-out 0,$(PACKING)),--packing)

test: setup
	@pytest -n 2 -m "not stack and not warehouse"
	@pytest -m stack

test-warehouse: setup $(UV)
	@UV=$(UV) pytest -m warehouse tests/warehouse

check: setup
	@ruff check
	@ruff format --check --quiet
	@mypy --no-error-summary
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint >/dev/null
	@cfn-lint
	@pytest tests/template

bench: setup
	@set -e; for each in $(BENCHMARKS); do python $$each; done

deploy: setup
	sam build
	sam deploy $(ARGS)

lock: $(UV)
	$(UV) lock
	$(UV) export --quiet --frozen --no-dev --no-emit-project --no-header --no-annotate --format requirements-txt \
	  --output-file layers/runtime/requirements.txt

clean:
	@if [ -e $(READY) ] && [ -e .platen/local.json ]; then platen local down; fi
	rm -rf .aws-sam .platen .hypothesis .mypy_cache .pytest_cache .ruff_cache
