# `make demo` and `make test` need Linux, git and Python 3.11 or newer; they set up everything else in .venv by themselves.
#
#   make demo                    a commit on the prod branch reaches three regions, under real traffic
#   make demo COMMIT=slow_tail   one of: good slow_tail errors leak half_capacity does_not_start
#   make demo FLOW=weekly        one of: patch weekly test release; weekly waits for your click in Airflow
#   make demo ONCE=1             ends when the push does: 0 for success only, instead of staying up until Ctrl-C
#   make test                    every test
#   make lint                    style
#   make lock                    requirements.txt anew, from requirements.in
#   make clean                   removes .venv and what demos left in .demo
#
# PYTHON=/path/to/python3.12 chooses the interpreter of a new .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint lock clean

BEGAN := $(shell date +%s)
READY := .venv/ready
PYTHON ?=
COMMIT ?= good
FLOW ?= patch
ONCE ?=

# Bytecode is kept: without it every start of Airflow takes three seconds longer.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

$(READY): requirements.txt .ci/set_up
	@PYTHON="$(PYTHON)" .ci/set_up && touch $@

demo: $(READY)
	@exec .venv/bin/python -m include.demo --commit "$(COMMIT)" --flow "$(FLOW)" --began $(BEGAN) $(if $(filter-out 0 no false,$(ONCE)),--once)

# The fast layers share the cores, and three of them at once: some wait for real sockets. End to end, a push has the
# machine for itself.
test: $(READY)
	@.venv/bin/python -m pytest -n 3 --ignore tests/end_to_end
	@exec .venv/bin/python -m pytest tests/end_to_end

lint: $(READY)
	@exec .venv/bin/ruff check

lock: $(READY)
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" requirements.in -o requirements.txt

clean:
	@rm -rf .venv .demo
