# Everything a newcomer types. Each target makes .venv where it is missing (see scripts/setup.sh).
VENV := .venv/bin

.PHONY: demo test test-full lint bench docs setup lock clean

demo: setup        ## make demonstrations, train, and open a door in simulation, through real ROS 2 nodes
	@$(VENV)/python -m vinn_ros.demo $(ARGS)

test: setup        ## the whole suite
	@$(VENV)/python -m pytest $(PYTEST_ARGS)

test-full: setup   ## the expensive proofs
	@$(VENV)/python -m pytest -m full $(PYTEST_ARGS)

lint: setup        ## ruff, mypy and the import rules
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy
	@$(VENV)/lint-imports

bench: setup       ## measure encoding, search, bank, training, and camera to command over DDS, beside their peers
	@$(VENV)/python -m vinn_ros.bench $(ARGS)

docs: setup        ## write the generated tables anew, build the site in build/site, and check every link
	@$(VENV)/python -m vinn_ros.documentation docs/*.md
	@NO_MKDOCS_2_WARNING=1 $(VENV)/python -m mkdocs build --strict
	@echo "build/site/index.html"

setup:
	@scripts/setup.sh

lock:              ## pin requirements/requirements.in for Python 3.10 to 3.13
	@$(VENV)/uv pip compile --quiet --universal --python-version 3.10 --no-header --fork-strategy fewest \
		requirements/requirements.in -o requirements/requirements.txt

clean:             ## remove what setup and the runs made
	rm -rf .venv build install log runs
