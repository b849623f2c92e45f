# Works with GNU make 3.81 (macOS) and newer. `make` alone says what there is.
VENV := .venv
PYTHON_IN_VENV := $(VENV)/bin/python
INSTALLED := $(VENV)/.requirements
EMBEDDED := $(PYTHON_IN_VENV) -m contactcenter.embedded exec
TEST_DIR ?= var/test
ARGS ?=
export PIP_ROOT_USER_ACTION := ignore

# What the vendored Lit is made of, to the digit.
LIT := lit@3.3.3 lit-html@3.3.3 lit-element@4.2.2 @lit/reactive-element@2.1.2
ESBUILD := esbuild@0.28.2
LIT_FOLDER := contactcenter/static/contactcenter/vendor
define LIT_EXPORTS
export * from "lit";
export {AsyncDirective, directive, Directive, PartType} from "lit/async-directive.js";
export {cache} from "lit/directives/cache.js";
export {choose} from "lit/directives/choose.js";
export {classMap} from "lit/directives/class-map.js";
export {guard} from "lit/directives/guard.js";
export {ifDefined} from "lit/directives/if-defined.js";
export {join} from "lit/directives/join.js";
export {keyed} from "lit/directives/keyed.js";
export {live} from "lit/directives/live.js";
export {map} from "lit/directives/map.js";
export {createRef, ref} from "lit/directives/ref.js";
export {repeat} from "lit/directives/repeat.js";
export {until} from "lit/directives/until.js";
export {when} from "lit/directives/when.js";
endef
export LIT_EXPORTS

# mypy's Django plugin reads the settings; nothing is connected to.
LINT_SETTINGS := DEMO=1 SECRET_KEY=lint DATABASE_URL=postgres://lint@127.0.0.1/lint REDIS_URL=redis://127.0.0.1/0

.PHONY: help run test proof screens lint format bench vendor messages again

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

run: $(INSTALLED) ## the demo on http://127.0.0.1:8000 (another port: PORT=8001 make run); Ctrl-C stops all of it
	@exec $(PYTHON_IN_VENV) -m contactcenter.run

test: $(INSTALLED) ## every test, Chromium included (ARGS="-k widget" for some)
	@CHROMIUM="$$($(PYTHON_IN_VENV) -m contactcenter.browser)" && export CHROMIUM && \
	exec $(PYTHON_IN_VENV) -m tests --dir $(TEST_DIR) $(ARGS)

proof: ## the same tests at full size
	@PROOF=1 $(MAKE) --no-print-directory test

screens: $(INSTALLED) ## play the main job and renew the pictures of the documentation
	@SCREENS=docs/screens $(MAKE) --no-print-directory test ARGS="tests/browser/test_main_job.py -q"

lint: $(INSTALLED) ## format, style, floors of the house, types
	@$(PYTHON_IN_VENV) -m ruff format --check .
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	@$(LINT_SETTINGS) $(PYTHON_IN_VENV) -m mypy

format: $(INSTALLED) ## put every Python file into its form
	@$(PYTHON_IN_VENV) -m ruff format .
	@$(PYTHON_IN_VENV) -m ruff check --fix .

bench: $(INSTALLED) ## measure
	@exec $(EMBEDDED) --dir var/bench -- $(PYTHON_IN_VENV) -m bench $(ARGS)

messages: $(INSTALLED) ## collect the words to translate and compile the translations
	@exec $(EMBEDDED) -- $(PYTHON_IN_VENV) manage.py messages $(ARGS)

vendor: ## renew the vendored Lit from the npm registry (needs npm)
	@command -v npm >/dev/null || { echo "npm was not found: install Node.js." >&2; exit 1; }
	@set -e; work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; echo '{"private": true}' >"$$work/package.json"; \
	npm install --prefix "$$work" --ignore-scripts --no-audit --no-fund --silent $(LIT) $(ESBUILD); \
	printf '%s\n' "$$LIT_EXPORTS" >"$$work/lit.js"; \
	"$$work/node_modules/.bin/esbuild" "$$work/lit.js" --bundle --format=esm --minify --target=es2021 \
	  --charset=utf8 --legal-comments=eof --log-level=warning --outfile=$(LIT_FOLDER)/lit.js; \
	cp "$$work/node_modules/lit/LICENSE" $(LIT_FOLDER)/lit.LICENSE; \
	echo "$(LIT_FOLDER)/lit.js is made of $(LIT)."

# A virtual environment whose Python is gone (upgraded, moved) is made anew.
ifneq ($(shell $(PYTHON_IN_VENV) -c 'print(1)' 2>/dev/null),1)
$(INSTALLED): again
endif

$(INSTALLED): requirements.txt requirements-dev.txt
	@python=; for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer was not found: install it (Debian: apt install python3 python3-venv; macOS: brew install python)." >&2; \
	  exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "Python's venv module is missing: apt install python3-venv (or the one of your version, such as python3.12-venv)." >&2; \
	  exit 1; \
	fi; \
	if ! $(PYTHON_IN_VENV) -c 'import pip' 2>/dev/null; then $$python -m venv --clear $(VENV); fi
	@echo "Installing what requirements-dev.txt names; this is done once and takes a minute or two."
	@$(PYTHON_IN_VENV) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || \
	{ echo "The packages could not be installed: what pip says is above (is there a network and room on the disk?)." >&2; exit 1; }
	@touch $@
