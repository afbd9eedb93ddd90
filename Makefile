# make demo    every figure from simulated recordings, in minutes
# make paper   every figure of the paper, from the upstream recordings
# make report  the paper, and then results/report.html: its figures, verification and tables in one file to pass on
# make test    lint, then the tests (tests of real data need NER_MIRROR, a copy of the upstream repository)
# make lint    style of Python, rules and notebooks
# make showcase  results/reference, what the README shows (ARGS names the mirror)
# make setup   .venv with the pinned packages; the others do it themselves
# make lock    envs/ anew from what is installed in .venv
#
# PYTHON=/path/to/python3 chooses the interpreter, ARGS adds to the arguments of snakemake or pytest.

SHELL := /bin/bash
READY := .venv/.ready
BIN := .venv/bin
NOTEBOOKS = $(wildcard workflow/notebooks/*.ipynb)
ARGS ?=
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup demo paper report showcase test lint lint-layers lock
.DEFAULT_GOAL := help

help:
	@awk '!/^#/ { exit } { sub(/^# ?/, ""); print }' Makefile

setup: $(READY)

$(READY): envs/requirements.lock pyproject.toml
	@found=; for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "error: no Python 3.11 or later found$(if $(PYTHON), at $(PYTHON)); install one, or name it: make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  "$$found" -m venv --clear .venv || { \
	    echo "error: $$found cannot make a virtual environment; install its venv module (on Debian: python3-venv)" >&2; \
	    rm -rf .venv; exit 1; }; \
	fi
	@echo "Installing the pinned packages into .venv (minutes when they are not cached)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement envs/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	snakemake --configfile workflow/overlays/demo.yaml --cores 2 $(ARGS)
	@echo "Done. Open figures/demo/fig4.html, or any other file of figures/demo"

paper: $(READY)
	snakemake --cores all $(ARGS)
	@echo "Done. Open figures/fig4.html, and results/verification/report.html for how the numbers compare with the published ones"

report: $(READY)
	snakemake --cores all $(ARGS)
	snakemake --report results/report.html $(ARGS)
	@echo "Done. Open results/report.html"

showcase: $(READY)
	snakemake --configfile workflow/overlays/mirrored.yaml --cores all $(ARGS) -- fig4 fig4_strict fig5 verify
	cp figures/{fig4,fig4_strict,fig5}.png figures/reference/
	cp results/benchmarks.csv results/verification/{headlines,losses,retrained_within,retrained_within_medians,retrained_across_means}.csv results/reference/
	cp results/verification/{parity_within,parity_across_summary,parity_averages,verdicts}.csv results/verification/finding*.csv results/reference/
	set -e; for overlay in seeds_of_baselines seeds_of_misses; do \
	  snakemake --configfile workflow/overlays/{mirrored,$$overlay}.yaml --cores all $(ARGS) -- results/verification/retrained_within.csv; \
	  cp results/verification/retrained_within.csv results/reference/$$overlay.csv; \
	  cp results/verification/retrained_within_medians.csv results/reference/$${overlay}_medians.csv; \
	done
	snakemake --configfile workflow/overlays/{mirrored,starts_of_umap}.yaml --cores all $(ARGS) -- results/tables/within.csv
	cp results/tables/within.csv results/reference/starts_of_umap.csv

test: lint
	python -m pytest $(ARGS)

lint: $(READY)
	ruff check .
	ruff format --check .
	snakefmt --check --compact-diff Snakefile workflow/rules
	$(if $(NOTEBOOKS),nbstripout --verify $(NOTEBOOKS))
	$(MAKE) --no-print-directory lint-layers
	mypy
	snakemake --lint

lint-layers: $(READY)
	cd workflow && PYTHONPATH=. lint-imports --no-cache --no-logo ../pyproject.toml

lock: $(READY)
	python envs/lock.py
