# Two commands on a fresh machine: `make demo` and `make test`. Both set up everything they need.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
FILE ?=

.PHONY: demo test check lint clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --constraint constraints.txt torch
	$(RUN)/pip install --quiet --constraint constraints.txt --editable '.[dev,serve]'
	touch $(READY)

demo: $(READY)
	$(RUN)/ai4er demo $(FILE)

lint: $(READY)
	$(RUN)/ruff check src tests benchmarks
	$(RUN)/ruff format --check src tests benchmarks
	$(RUN)/mypy
	$(RUN)/lint-imports

test: lint
	OMP_NUM_THREADS=1 $(RUN)/pytest -n 2 --dist loadfile

clean:
	rm -rf $(VENV) demo build dist
