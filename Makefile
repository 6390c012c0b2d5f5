# make run          opens the page
# make test         runs every check and test
# make space        starts the page as a Hugging Face Space does and watches its log
# make constraints  renews constraints.txt: the newest of all that the pins leave open
# make messages     collects what people read, and prints what is not translated
# make screenshots  takes the images of docs/screenshots anew
# make cards        writes docs/cards anew, after it has generated their images
# make overview     writes the overview that ships with the tool anew, after it has generated its images

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
EXACT := $(PIP) --constraint constraints.txt

# A Space installs the Gradio that the README names: requirements-space.txt reads it from here.
export SDK_VERSION := $(shell sed -n 's/^sdk_version: //p' README.md)

MESSAGES := explorer/locale/en/LC_MESSAGES/explorer.po

.PHONY: run test check chromium space constraints messages screenshots cards overview

run: $(VENV)/installed
	$(BIN)/python -m explorer serve --open

test: check chromium
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PIP) --dry-run --quiet --requirement requirements.txt --requirement requirements-space.txt

space: $(VENV)/installed-dev chromium
	$(BIN)/pytest tests/browser/test_space.py

# A build says in its version what it is for (2.13.0+cpu), and a constraint must fit every build.
constraints:
	rm -rf $(VENV)
	$(MAKE) $(BIN)/python
	$(PIP) --upgrade pip
	$(PIP) --requirement requirements-dev.txt --requirement requirements-space.txt
	sed -i.old '/^[^#]/d' constraints.txt && rm constraints.txt.old
	$(BIN)/python -m pip freeze --all | sed 's/+.*//' >> constraints.txt
	touch $(VENV)/installed $(VENV)/installed-dev

# The catalogue of the source language holds every sentence; those of the others follow it.
messages: $(VENV)/installed-dev
	$(BIN)/pybabel --quiet extract --mapping=babel.cfg --keywords=_ --no-wrap --sort-by-file \
	    --no-location --omit-header --output=$(MESSAGES) explorer
	$(BIN)/python -m tests.translating

screenshots: $(VENV)/installed-dev chromium
	$(BIN)/python -m tests.browser.screenshots docs/screenshots

cards: $(VENV)/installed-dev
	$(BIN)/python -m tests.cards .cards

overview: $(VENV)/installed-dev
	$(BIN)/python -m tests.overview.shipping .overview

# The stamps are younger than the lists of what is installed, or it is installed again.
$(VENV)/installed: requirements.txt constraints.txt | $(BIN)/python
	$(EXACT) pip
	$(EXACT) --requirement $<
	touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements-space.txt requirements.txt constraints.txt \
    | $(BIN)/python
	$(EXACT) pip
	$(EXACT) --requirement requirements-dev.txt --requirement requirements-space.txt
	touch $@ $(VENV)/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	    echo "Python 3.11 is needed, $(PYTHON) is another version."; \
	    echo "Name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Where it is neither there nor ours to install, the tests that need it say so and are skipped.
chromium:
	@command -v chromium > /dev/null || .ci/install-chromium
