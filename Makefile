# `make help` lists the targets. Every target works from a clean checkout with Node, Go and make on the PATH.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Node itself is a pinned devDependency: every recipe runs on that version.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	@echo "installing packages (about 20 s)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: install
install: node_modules/.package-lock.json ## Install the pinned packages, including Node itself

.PHONY: tools
tools: install ## Build the missing parts of the test control plane into bin/ (Go, up to 10 minutes the first time)
	@node test/cluster/build.ts

.PHONY: engine
engine: install ## Build Argo CD's engine into bin/ if it is missing (Go, about 1 minute); PLATFORMS=linux/arm64,… for others
	@node engine/build.ts

.PHONY: build
build: engine ## Bundle the operator and the CLI into one file each, in dist/, with the engine beside them
	@node operator/bundle/build.ts

.PHONY: generate
generate: install ## Generate the TypeScript types from crds/
	@node operator/api/generate.ts

.PHONY: check
check: install ## Types, lint, format, generated files, the rules of CONTRIBUTING.md, the engine's Go tests
	@node operator/api/generate.ts --check
	@tsc -p .
	@biome check .
	@vitest run --project house
	@cd engine && go vet ./... && go test ./...

.PHONY: messages
messages: install ## Print every message that users read, by file, to be read aloud
	@node test/house/messages.ts

.PHONY: format
format: install ## Repair the format and lint findings, as far as possible
	@biome check --write .

.PHONY: test
test: check tools build ## All tests, including those with the real Argo CD controller, on dist/; BUNDLE=0 runs the sources
	@BUNDLE=$${BUNDLE-1} vitest run --coverage

.PHONY: test-unit
test-unit: engine ## Unit tests alone, in seconds
	@vitest run --project unit --project footprint

.PHONY: demo
demo: tools engine ## The whole line on a control plane of its own; ONCE=1 ends by itself
	@node test/demo/main.ts $(if $(ONCE),--once)

DURATION ?= 60
FUZZ_FLAGS = --duration $(DURATION) $(if $(SEED),--seed $(SEED))

.PHONY: fuzz
fuzz: tools engine ## Random resources: does the real controller load all keys that the gate accepts? DURATION=60, SEED=…
	@node test/fuzz/main.ts $(FUZZ_FLAGS)

.PHONY: fuzz-decide
fuzz-decide: engine ## Random clusters: does one namespace harm another in the operator's core? DURATION=60, SEED=…; ARGS='--help'
	@node test/fuzz/decide/main.ts $(FUZZ_FLAGS) $(if $(CASE),--case $(CASE)) $(ARGS)

.PHONY: bench-engine
bench-engine: engine ## Measure time and memory of Argo CD's engine (20 s); fails beyond the printed bounds
	@node --expose-gc test/benchmarks/engine.ts $(ARGS)

.PHONY: bench-routes
bench-routes: tools ## Measure the costs of subscriptions for Argo CD's controller, by route (about 10 minutes); ARGS='--help' shows the flags
	@node test/benchmarks/routes.ts $(ARGS)

.PHONY: bench-teams
bench-teams: tools build ## Measure the operator with 200 teams (about 2 minutes); ARGS='--help' shows the flags
	@BUNDLE=$${BUNDLE-1} node test/benchmarks/teams.ts $(ARGS)

.PHONY: bench-hostile
bench-hostile: tools build ## Measure the effects of one namespace of 3000 hostile resources on the others (about 4 minutes); ARGS='--help'
	@BUNDLE=$${BUNDLE-1} node test/benchmarks/hostile.ts $(ARGS)

.PHONY: bench-start
bench-start: tools build ## Measure the start of the programs, from source and from the bundle (1 minute)
	@node test/benchmarks/start.ts $(ARGS)

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf bin dist coverage
