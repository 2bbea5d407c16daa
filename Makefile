# Thin names for ordinary commands. `make help` lists them.
# PYTHON=python3.12 chooses the interpreter for .venv.

# JupyterLab for this machine alone. The settings keep it from asking the network for news, and you
# whether it may, or for a kernel.
LAB = .venv/bin/jupyter lab --ip=127.0.0.1 $(if $(filter 0,$(shell id -u)),--allow-root) \
	--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
	--LabApp.app_settings_dir=tools/jupyterlab

.PHONY: help lab test test-long test-browser pictures test-matrix test-portable test-offline mutants check format refresh minutes teach sheets wheelhouse test-wheelhouse class report slides links bench test-frameworks constraints install-lab install-test install-browser

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: install-lab  ## open the lessons in JupyterLab
	@$(LAB)

test: check  ## run every notebook against its stored outputs, and the unit tests
	.venv/bin/python -m pytest

test-long: install-test  ## the tests that `make test` leaves out, since they look at more of the same
	.venv/bin/python -m pytest tests -m long --snapshot-warn-unused

test-browser: install-browser book/node_modules  ## open every lesson in JupyterLab in Chromium, and move every control
	@sh tools/chromium.sh
	.venv/bin/python -m pytest tests/lab/test_browser.py tests/lab/test_widgets_all.py tests/repository/test_slides.py -m browser --dist=load -rA $(ONLY)

pictures: install-browser  ## make the pictures of the README, light and dark, from a running lesson
	@sh tools/chromium.sh
	PICTURES=docs .venv/bin/python -m pytest tests/lab/test_browser.py -m browser -n0 -k pictures_of

test-matrix: install-test  ## the whole suite on each Python, with the oldest and the newest packages
	.venv/bin/python tools/matrix.py $(VERSIONS)

test-portable: install-test  ## run every notebook as on older processors, with 1 and 2 threads
	.venv/bin/python tools/portable.py $(ROUNDS)

test-offline: install-test  ## the whole suite with no network but loopback
	@sh tools/offline.sh

mutants: install-test  ## would the tests notice a change in nnlib? (PART=checks or audit, SAMPLE=7)
	.venv/bin/python tools/mutants.py $(or $(PART),core) $(SAMPLE)

check: install-test  ## lint, formatting, types, and which way imports lead
	.venv/bin/ruff check --quiet
	.venv/bin/ruff format --check --quiet
	.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache >.venv/imports.log || { cat .venv/imports.log; exit 1; }

format: install-test  ## put the code into its standard format, notebooks too
	.venv/bin/ruff format
	.venv/bin/ruff check --fix
	.venv/bin/ruff format --quiet

refresh: install-test  ## run the notebooks and store their outputs (NOTEBOOKS=… for some of them)
	.venv/bin/python tools/refresh.py $(NOTEBOOKS)

minutes: install-lab  ## how long each sitting takes, by section (NOTEBOOKS=… for some of them)
	.venv/bin/python tools/minutes.py $(NOTEBOOKS)

teach: install-lab  ## renew what is computed on the teacher's pages
	.venv/bin/python tools/teach.py

sheets: install-lab  ## build/sheets: sheets to print, for A4 and Letter
	.venv/bin/python tools/sheets.py

wheelhouse: install-test  ## all packages in build/wheelhouse, for a room without internet (PLATFORM=…)
	.venv/bin/python tools/wheelhouse.py $(PLATFORM) $(PYTHON_VERSION)

test-wheelhouse: install-lab  ## install from build/wheelhouse without a network, run two sittings, open the lab
	@sh tools/offline.sh tools/wheelhouse.py try

class: install-lab  ## build/class: the sittings for learners, without outputs and solutions (HINTS=drop, SITTINGS="01a 02a")
	.venv/bin/python tools/class_copy.py $(or $(HINTS),keep) build/class $(SITTINGS)

report: install-test  ## who is where, and the mistakes of the class (FOLDER=… with collected notebooks)
	.venv/bin/python tools/class_report.py "$(FOLDER)"

slides: install-lab book/node_modules  ## build/slides: a deck of every sitting, for the projector
	.venv/bin/python tools/slides.py $(NOTEBOOKS)

hub-test: install-hub teach/hub/node_modules  ## a class on a JupyterHub: start-up, latency, memory (LEARNERS=20)
	.venv/bin/python tools/hub_test.py $(LEARNERS)

teach/hub/node_modules: teach/hub/package.json
	npm install --prefix teach/hub --no-package-lock --no-audit --no-fund --ignore-scripts --silent
	@touch $@

links: install-lab  ## write the links for this clone's git remote (REMOTE=… for another address)
	.venv/bin/python tools/links.py $(REMOTE)

.PHONY: hub-test install-hub book book-serve live live-sizes test-book check-live install-book

book: install-book book/node_modules  ## build the web book, into .book/site
	.venv/bin/python tools/book.py

book-serve: live book  ## show the book and the live site on this machine
	.venv/bin/python tools/book.py serve

live: install-book book/node_modules .venv/live  ## build the live site, which runs the sittings in the browser
	.venv/bin/python tools/live.py

live-sizes: install-book book/node_modules .venv/live  ## ask how large the wheels are that the browser fetches elsewhere
	.venv/bin/python tools/live.py measure

check-live: install-browser  ## run sittings on the published live site (SITE=… for another address)
	@sh tools/chromium.sh
	.venv/bin/python tools/check_live.py $(SITE) $(NOTEBOOKS)

test-book: live book  ## look at every page of the book in Chromium, and start the live site
	@sh tools/chromium.sh
	.venv/bin/python -m pytest tests/book -m book --dist=load -rA $(ONLY)

book/node_modules: book/package.json
	npm install --prefix book --no-package-lock --no-audit --no-fund --ignore-scripts --silent
	@touch $@

.venv/live: constraints.txt book/package.json | install-book book/node_modules
	.venv/bin/python tools/live.py fetch

bench: install-test  ## time nnlib against a hand-written NumPy script
	.venv/bin/python -m benchmarks $(PEERS)

test-frameworks: install-test  ## lesson 09 in PyTorch, JAX, Keras and scikit-learn, which it installs
	.venv/bin/python -m benchmarks --frameworks

constraints: install-test  ## renew constraints.txt: the newest versions, to be tested
	.venv/bin/uv pip compile pyproject.toml --group hub --universal --upgrade \
		--no-annotate --no-header --quiet --output-file constraints.txt

install-lab install-test install-browser install-book install-hub: install-%: .venv/.installed-%

# An installation is older than the files it follows from, or it is good. Where .venv does not fit
# this folder or the PYTHON that is asked for, `--stale` names one more thing to wait for.
.venv/.installed-%: pyproject.toml constraints.txt $(shell PYTHON='$(PYTHON)' sh tools/install.sh --stale)
	@sh tools/install.sh $*

.PHONY: stale
.PRECIOUS: .venv/.installed-%
