# MLRun 1.12 runs on Python 3.11 only
PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
IN_VENV = "$(VENV)/bin/python"
# the rendered project runs in the same virtual environment: one installation for all
PROJECT_REQUIREMENTS = '<<cookiecutter.project_slug>>/requirements.txt'
RENDER = $(IN_VENV) -P -m cookiecutter --default-config --no-input .
NO_SERVER = unset MLRUN_DBPATH; export MLRUN_IGNORE_ENV_FILE=true

help:  ## show this
	@sed -n 's/^\([a-z-]*\):.*##/make \1:/p' Makefile

demo: setup  ## render a project with its defaults into a new temporary folder, and make its first images
	@$(NO_SERVER); folder=$$(mktemp -d) && venv=$$(cd "$(VENV)" && pwd) && $(RENDER) -o "$$folder" >/dev/null && \
		cd "$$folder/image-project" && $(MAKE) --no-print-directory VENV="$$venv" run && \
		"$$venv/bin/python" main.py run --returns "gradient : file[format=png]" && \
		$(MAKE) --no-print-directory VENV="$$venv" gallery && \
		printf '\nThe image, its page, and the page of all images:\n' && \
		find "$$PWD/artifacts" "$$PWD/gallery.html" -name 'gradient.*' -o -name gallery.html

test: setup  ## run all tests
	@$(IN_VENV) -m pytest

test-oldest:  ## run all tests with the oldest versions that are supported
	@cmp -s oldest.txt .venv-oldest/oldest.txt || { rm -rf .venv-oldest && PIP_CONSTRAINT=oldest.txt \
		$(MAKE) --no-print-directory setup VENV=.venv-oldest && cp oldest.txt .venv-oldest; }
	@$(MAKE) --no-print-directory test VENV=.venv-oldest

lint: setup  ## check style and types, here and in a rendered project
	@$(IN_VENV) -m ruff check --config pyproject.toml .
	@$(IN_VENV) -m ruff format --config pyproject.toml --check .
	@$(IN_VENV) -m mypy .
	@folder=$$(mktemp -d) && venv=$$(cd "$(VENV)" && pwd) && $(RENDER) -o "$$folder" >/dev/null && \
		$(MAKE) --no-print-directory -C "$$folder/image-project" VENV="$$venv" lint; \
		status=$$?; rm -rf "$$folder"; exit $$status

bench: setup  ## measure, against doing the same without this template
	@$(NO_SERVER); $(IN_VENV) benchmarks/run.py

pictures: setup  ## make the pictures of the README anew (needs Chromium)
	@$(NO_SERVER); $(IN_VENV) docs/pictures.py

# installs when the requirements are not what was installed last, of which the virtual environment keeps a copy
setup:
	@cmp -s requirements.txt "$(VENV)/template-requirements.txt" && \
		cmp -s $(PROJECT_REQUIREMENTS) "$(VENV)/requirements.txt" || $(MAKE) --no-print-directory install

install:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { echo >&2 \
		"Python 3.11 is needed (MLRun 1.12 runs on no other); name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV), which takes a minute or two"
	@"$(PYTHON)" -m venv "$(VENV)"
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check -r requirements.txt -r $(PROJECT_REQUIREMENTS) || \
		{ echo >&2 "The packages above could not be installed: go online, and type the same again"; exit 1; }
	@cp requirements.txt "$(VENV)/template-requirements.txt"
	@cp $(PROJECT_REQUIREMENTS) "$(VENV)/requirements.txt"

.PHONY: help demo test test-oldest lint bench pictures setup install
