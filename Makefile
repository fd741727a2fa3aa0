# The only door to biorl. `make` prints what there is.
#
# Needs Python 3.11+ and nothing else. With Java and Maven the Kafka tier runs too, with Go the charts and
# cluster tiers, with chromium the browser tier, on Debian the prometheus tier, on Linux on x86-64 the triton tier; a tier
# that cannot run says so.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PACKAGES := proto $(patsubst %/pyproject.toml,%,$(sort $(wildcard services/*/pyproject.toml)))
EDITABLE := $(foreach package,$(PACKAGES),-e ./$(package)$(if $(findstring chassis,$(package)),[kafka]))
READY := $(VENV)/.ready
KAFKA_CACHE := .cache/kafka
TRITON_CACHE := .cache/triton
RAY_SERVE_CACHE := .cache/ray-serve
PROMETHEUS_CACHE := .cache/prometheus

# What this machine can hold. Empty means "cannot".
HAS_JAVA := $(shell command -v mvn >/dev/null 2>&1 && java -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])' && echo yes)
HAS_TRITON := $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -))
HAS_GO := $(shell go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])' && echo yes)

# Options of `make demo`.
DATA ?=
BUS ?= sqlite
LINE ?=
RUN ?= demo
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check format proto schema pin kafka triton ray-serve chromium prometheus chart cluster kubernetes-tools bench clean

help:  ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo RUN=k562 DATA=../shared/data LINE=K562   the same on real data: a screen, papers, gene annotation"
	@echo "  make demo RUN=kafka BUS=kafka                      the same through a Kafka broker of its own, or ARGS='--bootstrap HOST:PORT'"

setup: $(READY)  ## a virtual environment with everything, from pinned versions

$(READY): constraints.txt pyproject.toml $(foreach package,$(PACKAGES),$(package)/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "biorl needs Python 3.11 or newer; run e.g. make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	@echo "installing biorl into $(VENV) (torch is large; the first time takes some minutes)"
	@$(UV) pip install --quiet --python $(BIN)/python -c constraints.txt $(EDITABLE) --group dev
	@touch $@

demo: $(READY) $(if $(filter kafka,$(BUS)),$(KAFKA_CACHE)/.ready)  ## the whole system on this machine: papers and a screen in, a trained policy and a report out
	@$(BIN)/biorl demo --run '$(RUN)' --bus '$(BUS)' $(if $(DATA),--data '$(DATA)') $(if $(LINE),--cell-line '$(LINE)') $(ARGS)

test: $(READY) $(if $(HAS_JAVA),$(KAFKA_CACHE)/.ready) $(if $(HAS_GO),kubernetes-tools)  ## all tests that this machine can hold
	@test -n "$(HAS_JAVA)" || echo "no Java 17 or no Maven here: the Kafka tier will be skipped"
	@test -n "$(HAS_GO)" || echo "no Go 1.26 here: the charts and cluster tiers will be skipped"
	@$(MAKE) --no-print-directory prometheus || echo "no Prometheus here: the prometheus tier will be skipped"
	@test -n "$(HAS_TRITON)" && $(MAKE) --no-print-directory triton || echo "no Triton here: the triton tier will be skipped"
	@$(BIN)/python -m pytest -m "not bench" $(ARGS)

test-fast: $(READY)  ## only the tests that take seconds
	@$(BIN)/python -m pytest -n auto -m "not bench and not slow and not kafka and not triton and not charts and not cluster and not prometheus" $(ARGS)

check: $(READY)  ## format, lint, types, layers, drift of generated code: what CI asks for before the tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $(foreach package,$(filter services/%,$(PACKAGES)),$(package)/src)
	@$(BIN)/lint-imports
	@$(UV) run --quiet --no-project tools/generate_protos.py --check
	@$(BIN)/python tools/chart_schema.py --check

format: $(READY)  ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

proto: $(READY)  ## generate proto/gen from proto/biorl
	@$(UV) run --quiet --no-project tools/generate_protos.py

schema: $(READY)  ## renew the chart's values schema from the services' configuration classes
	@$(BIN)/python tools/chart_schema.py

pin: $(READY)  ## resolve all dependencies anew into constraints.txt
	@$(BIN)/python tools/pin.py $(PACKAGES)

kafka: $(READY) $(KAFKA_CACHE)/.ready  ## a real Kafka broker in the foreground; Ctrl-C stops it
	@$(BIN)/python tools/kafka/run_broker.py $(ARGS)

triton: $(TRITON_CACHE)/.ready  ## a real Triton server for tests of served models, in an environment of its own

$(TRITON_CACHE)/.ready: $(READY) tools/triton/requirements.txt
	@echo "installing Triton into $(TRITON_CACHE)"
	@$(UV) venv --quiet --python $(BIN)/python --clear $(TRITON_CACHE)
	@$(UV) pip install --quiet --python $(TRITON_CACHE)/bin/python -r tools/triton/requirements.txt
	@touch $@

ray-serve: $(RAY_SERVE_CACHE)/.ready  ## Ray Serve for the bench, in an environment of its own

$(RAY_SERVE_CACHE)/.ready: $(READY) tools/ray_serve/requirements.txt
	@echo "installing Ray Serve into $(RAY_SERVE_CACHE)"
	@$(UV) venv --quiet --python $(BIN)/python --clear $(RAY_SERVE_CACHE)
	@$(UV) pip install --quiet --python $(RAY_SERVE_CACHE)/bin/python -r tools/ray_serve/requirements.txt
	@touch $@

chromium:  ## the browser of the browser tier, from Debian's packages (as root)
	@command -v chromium chromium-browser google-chrome >/dev/null || { apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

prometheus:  ## a real Prometheus for tests of alerts and dashboards, from Debian's package, unpacked and not installed
	@test -x $(PROMETHEUS_CACHE)/promtool || tools/prometheus/fetch.sh

$(KAFKA_CACHE)/.ready: tools/kafka/pom.xml
	@test -n "$(HAS_JAVA)" || { echo "a Kafka broker needs Java 17+ and Maven"; exit 1; }
	@echo "fetching Apache Kafka into $(KAFKA_CACHE)"
	@$(PYTHON) tools/kafka/run_broker.py --fetch-only >/dev/null
	@touch $@

kubernetes-tools:
	@test -n "$(HAS_GO)" || { echo "Kubernetes' tools are built from source: that needs Go 1.26+"; exit 1; }
	@tools/kubernetes/build.sh

chart: $(READY) kubernetes-tools  ## lint, render and check the Helm chart
	@$(BIN)/python -m pytest tests/charts $(ARGS)

cluster: $(READY) kubernetes-tools  ## install, upgrade and remove the chart on a Kubernetes control plane of its own
	@$(BIN)/python -m pytest tests/cluster $(ARGS)

bench: $(READY)  ## measure, side by side with what one would use instead
	@$(BIN)/python -m pytest -m bench -s -p no:randomly tests/bench $(ARGS)

clean:  ## remove what was built and fetched (not your runs and data)
	rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
