# runs a command in .venv, which uv sets up first where that is needed; a rendered project uses the same .venv here
IN_VENV = sh '<<cookiecutter.project_slug>>/mlrun_images/in_venv.sh'
export UV_PROJECT_ENVIRONMENT ?= $(CURDIR)/.venv
RENDER = $(IN_VENV) cookiecutter --default-config --no-input .
NO_SERVER = unset MLRUN_DBPATH; export MLRUN_IGNORE_ENV_FILE=true

help:  ## show this
	@sed -n 's/^\([a-z-]*\):.*##/make \1:/p' Makefile

demo: export UV_NO_DEV ?= 1
demo: export UV ?= $(CURDIR)/.uv/uv
demo:  ## render a project with its defaults into a new temporary folder, and make its first images
	@$(NO_SERVER); folder=$$(mktemp -d) && $(RENDER) -o "$$folder" >/dev/null && cd "$$folder/image-project" && \
		$(MAKE) --no-print-directory run && \
		sh mlrun_images/in_venv.sh python main.py run --returns "gradient : file[format=png]" && \
		$(MAKE) --no-print-directory gallery && \
		printf '\nThe image, its page, and the page of all images:\n' && \
		find "$$PWD/artifacts" "$$PWD/gallery.html" -name 'gradient.*' -o -name gallery.html

test:  ## run all tests
	@$(IN_VENV) python tests/browser.py
	@$(IN_VENV) pytest --numprocesses=auto --dist=worksteal

# a copy of pyproject.toml in a folder of its own has a lock file and a virtual environment of its own
test-oldest: export UV_RESOLUTION = lowest-direct
test-oldest: export UV_PROJECT_ENVIRONMENT = $(CURDIR)/.venv-oldest
test-oldest:  ## run all tests with the oldest versions that pyproject.toml names
	@mkdir -p .venv-oldest.project && cp pyproject.toml .venv-oldest.project
	@UV_PROJECT=.venv-oldest.project $(IN_VENV) true
	@UV_NO_SYNC=1 $(MAKE) --no-print-directory test

test-libraries: export UV_PROJECT_ENVIRONMENT = $(CURDIR)/.venv-libraries
test-libraries:  ## log objects of other libraries (needs Chromium, Graphviz, and the libraries of Cairo and ImageMagick)
	@UV_PROJECT=tests/libraries $(IN_VENV) true
	@UV_NO_SYNC=1 $(IN_VENV) pytest tests/libraries/check_libraries.py

lint: export PYTHONPATH = <<cookiecutter.project_slug>>
lint:  ## check style, types and which room imports which, here and in a rendered project
	@$(IN_VENV) ruff check --config pyproject.toml .
	@$(IN_VENV) ruff format --config pyproject.toml --check .
	@$(IN_VENV) mypy .
	@$(IN_VENV) python -c 'from importlinter.cli import lint_imports_command as main; main()' --no-cache --no-logo
	@unset PYTHONPATH; folder=$$(mktemp -d) && $(RENDER) -o "$$folder" >/dev/null && \
		UV_NO_SYNC=1 $(MAKE) --no-print-directory -C "$$folder/image-project" lint; \
		status=$$?; rm -rf "$$folder"; exit $$status

bench:  ## measure, against doing the same without this template (ONLY=many: a part; BASE=COMMIT: and against it)
	@$(NO_SERVER); BASE="$(BASE)" $(IN_VENV) python benchmarks/run.py "$(ONLY)"

findings:  ## run again what was found out about others' software, and print what changed
	@sh findings/run.sh

pictures:  ## make the pictures of the README anew (needs Chromium)
	@$(NO_SERVER); $(IN_VENV) python docs/pictures.py

readers: export PYTHONPATH = $(CURDIR)/<<cookiecutter.project_slug>>:$(CURDIR)/tests
readers:  ## measure what each format keeps and who sees it, for docs/formats.md
	@"$${UV:-$$(command -v uv || echo .uv/uv)}" run --quiet --script docs/formats/make.py

.PHONY: help demo test test-oldest test-libraries lint bench findings pictures readers
