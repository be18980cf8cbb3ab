# The two commands of the README: "make demo" and "make test". Everything lands in .venv and data/.

PYTHON ?= python3
VENV := .venv
SCRAPY := $(VENV)/bin/scrapy
DEMO := data/demo.db
SAMPLE := data/sample.warc.gz
LATER := data/sample-later.warc.gz

.PHONY: demo test quick nightly lint types unit fuzz audit sample docs lock clean

demo: $(VENV)/.run
	$(SCRAPY) crawlall -s REPLAY=$(SAMPLE) -s DATABASE=$(DEMO)
	@echo "Older captures in the same archive become revisions:"
	$(SCRAPY) reextract $(SAMPLE) -s DATABASE=$(DEMO)
	@echo "One portal a month later: new articles, edits, files, and a week without news:"
	$(SCRAPY) crawl haiphong --revisit all -L WARNING -s REPLAY=$(LATER) -s DATABASE=$(DEMO)
	@echo
	@echo "The sample is in $(DEMO); its portals are real and its texts are invented. To read it:"
	@echo
	@echo "    $(SCRAPY) serve --db $(DEMO)"
	@echo
	@echo "Look for: the silent edits; the withdrawn article; the files of 1 July 2025; the week without news of portal haiphong;"
	@echo "the newest story of June 2020, which two portals published."
	@echo
	@echo "To crawl a living portal: $(SCRAPY) crawl ldtd"

# Types are checked by one core while the first tests run.
test: lint
	+$(MAKE) --no-print-directory -j2 types unit

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.dev
	$(VENV)/bin/mypy

# Where memory holds the files of the tests, nothing waits for a disk: a fifth less time. One worker
# more than there are cores: many tests wait for an answer that is held back, or for a delay.
unit: $(VENV)/.dev
	free=$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}'); \
	if [ -w /dev/shm ] && [ "$${free:-0}" -gt 4000000 ]; then export PYTEST_DEBUG_TEMPROOT=/dev/shm; fi; \
	$(VENV)/bin/python -m pytest -n $$(($$(nproc 2>/dev/null || echo 2) + 1)) --dist worksteal

# What is pure: no process, no server, no browser. For the time between two edits.
quick: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -q -m quick -n auto --dist worksteal

# What takes long.
nightly: $(VENV)/.dev
	.ci/nightly

sample: $(VENV)/.dev
	$(VENV)/bin/python -m tests.sample

docs: $(VENV)/.run
	$(SCRAPY) contract --write

# Looks for crashes and hangs in what reads portals, FUZZ_SECONDS for each target (about ten).
FUZZ_SECONDS ?= 60
fuzz: $(VENV)/.fuzz
	$(VENV)/bin/python -m tests.fuzz $(FUZZ_SECONDS)

# Asks the package registry for known faults of what is pinned; the exit code says whether any is.
audit: $(VENV)/.audit
	$(VENV)/bin/pip-audit --disable-pip --require-hashes -r requirements/run.txt

# Needs uv; writes versions and hashes, no address of an index.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -o requirements/run.txt
	uv pip compile pyproject.toml --extra dev -c requirements/run.txt --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		-o requirements/dev.txt
	for extra in audit fuzz cluster; do uv pip compile pyproject.toml --extra $$extra -c requirements/dev.txt \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate -o requirements/$$extra.txt; done

# "venv --without-pip" and "pip --python" work on Debian without the package python3-venv.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: Python 3.11 or newer is needed; name it with PYTHON=python3.x" >&2; exit 1; }
	$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.run: requirements/run.txt | $(VENV)/bin/python
	$(PYTHON) -m pip --python $(VENV)/bin/python --disable-pip-version-check install --quiet \
		--require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PYTHON) -m pip --python $(VENV)/bin/python --disable-pip-version-check install --quiet \
		--require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.fuzz $(VENV)/.audit $(VENV)/.cluster: $(VENV)/.%: requirements/%.txt $(VENV)/.dev
	$(PYTHON) -m pip --python $(VENV)/bin/python --disable-pip-version-check install --quiet \
		--require-hashes -r requirements/$*.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
