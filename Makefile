# make demo          a release of the bundled simulated round, beside its truth
# make test          lint, layers, types, tests; no network, no compiler
# make test-browser  open the report in Chromium
# make lint          ruff, import-linter and mypy alone
# make format        let ruff rewrite
# make lock          resolve pyproject.toml into requirements.lock
# make docs          write the generated pages
# make evidence      truth recovery by simulation, into docs/evidence; an hour of two cores
# make clean         remove everything that was made

.DELETE_ON_ERROR:

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Stamps carry the content they stand for: a changed lock makes a new environment, a
# changed pyproject.toml only installs the package again.
LOCKED := .venv/locked-$(firstword $(shell cksum < requirements.lock))
READY := .venv/ready-$(firstword $(shell cat requirements.lock pyproject.toml | cksum))

.PHONY: demo test test-browser lint format lock docs evidence clean

demo: $(READY)
	$(BIN)/dtoscore simulate demo
	$(BIN)/dtoscore run demo || test $$? -eq 3
	$(BIN)/dtoscore simulate demo --compare demo/release

test: lint
	$(BIN)/python -m pytest -m "not browser" --numprocesses=auto --maxprocesses=4 --dist=loadfile \
		--no-loadscope-reorder

test-browser: $(READY)
	chromium=$$(.ci/find-chromium) && DTOSCORE_CHROMIUM=$$chromium $(BIN)/python -m pytest -m browser

lint: $(READY)
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	@$(BIN)/lint-imports --no-cache > .venv/layers.txt 2>&1 || { cat .venv/layers.txt; exit 1; }
	$(BIN)/mypy --no-error-summary

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.12 \
		--generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

docs: $(READY)
	$(BIN)/python docs/reference.py

evidence: $(READY)
	$(BIN)/python -m dtoscore.studies.recovery --rounds 60 --out docs/evidence \
		--commit $$(git rev-parse --short HEAD)

clean:
	rm -rf .venv build dist demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOCKED):
	@python=$$(.ci/find-python) && \
	echo "Making .venv from requirements.lock with $$($$python --version) ..." >&2 && \
	rm -rf .venv && \
	$$python -m venv .venv && \
	$(PIP) install --require-hashes -r requirements.lock && \
	touch $@

$(READY): $(LOCKED)
	@$(PIP) install --no-deps --no-build-isolation -e .
	@rm -f .venv/ready-*
	@touch $@
