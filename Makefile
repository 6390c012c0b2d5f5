# make run          opens the page
# make test         runs every check and test
# make screenshots  takes the images of docs/screenshots anew

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check chromium screenshots

run: $(VENV)/installed
	$(BIN)/python -m explorer serve --open

test: check chromium
	$(BIN)/pytest

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: $(VENV)/installed-dev chromium
	$(BIN)/python -m tests.browser.screenshots docs/screenshots

# The stamps are younger than the lists of what is installed, or it is installed again.
$(VENV)/installed: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --requirement $<
	touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --requirement $<
	touch $@ $(VENV)/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	    echo "Python 3.11 is needed, $(PYTHON) is another version."; \
	    echo "Name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Where it is neither there nor ours to install, the tests that need it say so and are skipped.
chromium:
	@command -v chromium > /dev/null || .ci/install-chromium
