.DEFAULT_GOAL := help
.PHONY: help run test test-next check smoke bench pictures docs messages lint types format lock clean

PYTHON ?= python3.11
BIN := .venv/bin
export UV_SYSTEM_CERTS = true
SOURCES := eventsite registration checkin requests_app pipeline infra

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# -- set-up: inside everything that needs it, repeated only when a lock changes -----------------
.venv/tools: requirements/tools.txt
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

.venv/ready: .venv/tools requirements/dev.txt
	@echo "setting up .venv"
	@$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements/dev.txt
	@touch $@

.venv-aws/ready: .venv/tools requirements/aws.txt
	@echo "setting up .venv-aws (the embedded AWS)"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-aws
	@$(BIN)/uv pip install --quiet --require-hashes --python .venv-aws/bin/python -r requirements/aws.txt
	@touch $@

node_modules/.fetched: package-lock.json .venv/ready
	@$(BIN)/python -m infra.npm
	@touch $@

.venv/browser: .venv/ready
	@sh tests/browser/install.sh
	@touch $@

# -- what people use -----------------------------------------------------------------------------
run: .venv/ready .venv-aws/ready node_modules/.fetched  ## start everything on this machine and print where it is
	@exec $(BIN)/python -m eventsite.local run $(RUN)

test: .venv/ready .venv-aws/ready .venv/browser node_modules/.fetched  ## all tests; needs no AWS account
	$(BIN)/python -m pytest -n 3 --dist loadfile -q $(TEST)

test-next:  ## the tests on the next Django, where Python 3.12 or later is installed
	@sh tests/next.sh

check: lint types docs-drift test  ## what CI runs

smoke: .venv/ready .venv-aws/ready node_modules/.fetched  ## one guest from registration to reminder, over HTTP
	@$(BIN)/python -m tests.smoke $(SMOKE)

bench: .venv/ready .venv-aws/ready .venv/browser node_modules/.fetched  ## measure, and write build/bench.json
	@$(BIN)/python -m tests.bench $(BENCH)

pictures: .venv/ready .venv-aws/ready .venv/browser node_modules/.fetched  ## take the pictures of README and docs anew
	@$(BIN)/python -m tests.browser.pictures

docs: .venv/ready  ## write the generated pages and the API description anew
	@$(BIN)/python -m tests.house.generated --write

messages: .venv/ready  ## collect the sentences that guests read, and compile their translations
	@$(BIN)/python -m tests.house.messages --write

# -- parts of check ------------------------------------------------------------------------------
lint: .venv/ready  ## style, import rules, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/cfn-lint infra/*.yaml

types: .venv/ready  ## mypy --strict
	$(BIN)/python -m mypy $(SOURCES)

docs-drift: .venv/ready  ## fails when a generated page is not what the code says
	@$(BIN)/python -m tests.house.generated

format: .venv/ready  ## rewrite to the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/tools  ## lock every dependency anew, by hash
	@for set in tools pipeline web local dev aws next node; do \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	    --python-version 3.11 requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean:  ## remove what was built and the local state
	rm -rf build var node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
