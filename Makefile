# The whole interface: demo, test, check, judges, sweep, bench. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export OMP_NUM_THREADS ?= 1

.PHONY: demo test check judges sweep bench setup clean

setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadscope

check: $(READY)
	$(BIN)/ruff check src tests designs examples
	$(BIN)/mypy
	$(BIN)/lint-imports

judges: $(READY)
	tests/judges/install
	$(BIN)/python -m pytest -m judge tests

sweep: $(READY)
	$(BIN)/python -m pytest -n 2 -m sweep

bench: $(READY)
	tests/judges/install prusa-slicer
	$(BIN)/python tests/bench/stages.py
	$(BIN)/python tests/bench/slicers.py

clean:
	rm -rf out build dist .judges .pytest_cache .mypy_cache .ruff_cache
