# Set-up and everyday commands. On a machine without make, README.md has the same with pip.

PYTHON ?= python3
CONSTRAINTS ?= .ci/constraints.txt
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c $(CONSTRAINTS)

.DEFAULT_GOAL := help
.PHONY: help learn teach demo site serve test verify lint clean python

help:
	@echo "make learn    set up, and check the exercises: begin here"
	@echo "make teach    set up what instructors need: nbgrader and grading"
	@echo "make demo     see how a sample student's half-finished work is graded"
	@echo "make site     build the course site into build/site"
	@echo "make serve    build the course site, serve it here and open it"
	@echo "make test     set up everything, and run the project's own tests"
	@echo "make verify   prove that every unit is sound"
	@echo "make lint     check style and format"
	@echo "make clean    remove the set-up and everything that was built"

python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Chainrule needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Install a newer one and name it, for example: make learn PYTHON=python3.12" % (v[0], v[1]))'

$(BIN)/python: | python
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/learn.done: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo "Installing what students need (about a minute) …"
	@$(PIP) -e ".[plot]"
	@touch $@

$(VENV)/site.done: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo "Installing what the course site is built with (about a minute) …"
	@$(PIP) -e ".[site]"
	@touch $@

$(VENV)/teach.done: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo "Installing what instructors need (a few minutes) …"
	@$(PIP) -e ".[jupyter,dask]"
	@touch $@ $(VENV)/learn.done

$(VENV)/dev.done: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo "Installing everything (a few minutes) …"
	@$(PIP) torch
	@$(PIP) -e ".[dev]"
	@touch $@ $(VENV)/learn.done $(VENV)/site.done $(VENV)/teach.done

# Exit status 1 says that work remains, which is no error of make's.
learn: $(VENV)/learn.done
	@$(BIN)/pytest exercises/ || test $$? -eq 1

teach: $(VENV)/teach.done

demo: $(VENV)/learn.done
	@$(BIN)/python tests/sample_student/demo.py

site: $(VENV)/site.done
	@$(BIN)/python course_site/make.py

serve: $(VENV)/site.done
	@$(BIN)/python course_site/make.py --serve

# There is a process for each core: what computes in threads of its own would get in the others' way.
test: export OPENBLAS_NUM_THREADS := 1
test: export OMP_NUM_THREADS := 1
test: lint verify
	@$(BIN)/pytest -n auto --dist worksteal # files stay together: what a file sets up is set up once

verify: $(VENV)/dev.done
	@$(BIN)/chainrule verify

lint: $(VENV)/dev.done
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

clean:
	rm -rf $(VENV) build course_site/node_modules *.egg-info .pytest_cache .ruff_cache .hypothesis exercises/*/answers.zip
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
