# make demo    every figure from simulated recordings, in minutes
# make paper   every figure of the paper, from the upstream recordings
# make report  the paper, and then results/report.html: its figures, verification and tables in one file to pass on
# make archive  results/run.tar.gz: code, config, tables and figures of the paper's run in one file to hand over
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
# The one place that says which Python the project needs.
LOWEST := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)
# The last one that every pin has a wheel for, or needs none.
HIGHEST := 3.13
# Whether .venv was made in a folder of another name, where its programs do not work.
ELSEWHERE := $(shell made=$$(sed -n 's/^command = .* -m venv \(--[a-z-]* \)*//p' .venv/pyvenv.cfg 2>/dev/null); \
  [ -z "$$made" ] || [ "$$made" = "$$(pwd -P)/.venv" ] || echo elsewhere)
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help elsewhere setup demo paper report archive showcase test lint lint-layers lock
.DEFAULT_GOAL := help

help:
	@awk '!/^#/ { exit } { sub(/^# ?/, ""); print }' Makefile

setup: $(READY)

$(READY): envs/requirements.lock pyproject.toml $(ELSEWHERE)
	@found=; for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3); do \
	  if "$$python" -c 'import sys; least, last = (tuple(map(int, v.split("."))) for v in ("$(LOWEST)", "$(HIGHEST)")); \
	    sys.exit(not least <= sys.version_info[:2] <= last)' 2>/dev/null; then \
	    found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "error: no Python $(LOWEST) to $(HIGHEST) found$(if $(PYTHON), at $(PYTHON)); install one, or name it: make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi; \
	if [ -n "$(ELSEWHERE)" ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  "$$found" -m venv --clear .venv || { \
	    echo "error: $$found cannot make a virtual environment; install its venv module (on Debian: python3-venv)" >&2; \
	    rm -rf .venv; exit 1; }; \
	fi
	@echo "Installing the pinned packages into .venv (minutes when they are not cached)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement envs/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	python -m snakemake --configfile workflow/overlays/demo.yaml --cores 2 $(ARGS)
	@echo "Done. Open results/demo/index.html: the figures, and what ran"

paper: $(READY)
	python -m snakemake --cores all $(ARGS)
	@echo "Done. Open results/index.html: the figures, and how the numbers compare with the published ones"

report: $(READY)
	python -m snakemake --cores all $(ARGS)
	python -m snakemake --report results/report.html $(ARGS)
	@echo "Done. Open results/report.html"

archive: $(READY)
	python -m snakemake --cores all $(ARGS) -- archive
	@echo "Done. results/run.tar.gz; its page to open is results/index.html"

showcase: $(READY)
	python -m snakemake --configfile workflow/overlays/mirrored.yaml --cores all $(ARGS) -- fig4 fig4_strict fig5 latents verify
	cp figures/{fig4,fig4_strict,fig5,latents}.png figures/reference/
	cp results/benchmarks.csv results/verification/{headlines,losses,retrained_within,retrained_within_medians,retrained_across_means}.csv results/reference/
	cp results/verification/{parity_within,parity_across_summary,parity_averages,parity_curved,verdicts}.csv results/verification/finding*.csv results/reference/
	grep -E '^figure|,differs$$' results/verification/retrained_across.csv > results/reference/retrained_across_differs.csv
	python -m snakemake --configfile workflow/overlays/{mirrored,controls}.yaml --cores all $(ARGS) -- controls consistency
	cp figures/controls.png figures/reference/ && cp figures/controls_sessions.csv results/reference/controls.csv
	cp figures/consistency.png figures/reference/ && cp figures/consistency_pairs.csv results/reference/consistency.csv
	python -m snakemake --configfile workflow/overlays/{mirrored,alignments}.yaml --cores all $(ARGS) -- alignments few_trials
	cp figures/{alignments,few_trials}.png figures/reference/
	grep -E '^(metric|velocity_r2|position_r2),' figures/alignments_comparisons.csv > results/reference/alignments_comparisons.csv
	cp figures/alignments_methods.csv results/reference/alignments.csv && cp figures/few_trials_trials.csv results/reference/few_trials.csv
	python -m snakemake --configfile workflow/overlays/{mirrored,directions}.yaml --cores all $(ARGS) -- controls
	cp figures/directions/controls.png figures/reference/directions.png && cp figures/directions/controls_sessions.csv results/reference/directions.csv
	python -m snakemake --configfile workflow/overlays/{mirrored,turned_labels}.yaml --cores all $(ARGS) -- results/verification/finding10_turned_labels.csv
	cp results/verification/finding10_turned_labels.csv results/reference/
	set -e; for overlay in starts_of_umap steps_of_cebra seeds_of_pivae; do \
	  python -m snakemake --configfile workflow/overlays/{mirrored,$$overlay}.yaml --cores all $(ARGS) -- results/tables/within.csv; \
	  cp results/tables/within.csv results/reference/$$overlay.csv; \
	done
	PYTHONPATH=tests:workflow python -m claims

# A worker more than cores, as tests of SLURM and of pages wait.
test: lint
	python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(READY)
	ruff check .
	ruff format --check .
	snakefmt --check --compact-diff Snakefile workflow/rules
	$(if $(NOTEBOOKS),nbstripout --verify $(NOTEBOOKS))
	$(MAKE) --no-print-directory lint-layers
	mypy
	python -m snakemake --lint

lint-layers: $(READY)
	cd workflow && PYTHONPATH=. lint-imports --no-cache --no-logo ../pyproject.toml

lock: $(READY)
	python envs/lock.py
