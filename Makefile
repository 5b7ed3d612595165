# `make help` lists the targets. Every target works from a clean checkout with Node, Go and make on the PATH.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Node itself is a pinned devDependency: every recipe runs on that version.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	@echo "installing packages (about 20 s)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: install
install: node_modules/.package-lock.json ## Install the pinned packages, including Node itself

.PHONY: tools
tools: install ## Build the missing parts of the test control plane into bin/ (Go, up to 15 minutes the first time)
	@node test/cluster/build.ts

.PHONY: tools-helm
tools-helm: install ## Build Helm 3 and Helm 4 into bin/helm/ if they are missing (Go, about 3 minutes)
	@node test/helm/build.ts

.PHONY: tools-gitops
tools-gitops: tools ## Build an Argo CD that syncs into bin/ if it is missing (Go, 1 to 5 minutes more)
	@node test/gitops/build.ts

.PHONY: engine
engine: install ## Build Argo CD's engine into bin/ if it is missing (Go, about 1 minute); PLATFORMS=linux/arm64,… for others
	@node engine/build.ts

.PHONY: build
build: engine ## Bundle the operator and the CLI into one file each, in dist/, with the engine beside them
	@node operator/bundle/build.ts

IMAGE ?= argocd-dingtalk-operator:dev
IMAGE_FLAGS ?=

.PHONY: image
image: ## Build the image, all of it from source in containers (docker with BuildKit); IMAGE=NAME:TAG, IMAGE_FLAGS='--platform …'
	@DOCKER_BUILDKIT=1 docker build -t $(IMAGE) --build-arg VERSION=$$(node -p 'require("./package.json").version') \
	  --build-arg REVISION=$$(git rev-parse HEAD) $(IMAGE_FLAGS) .

.PHONY: image-prebuilt
image-prebuilt: build ## Build the image for this machine's platform from dist/, without other images than the base; BASE_IMAGE=…
	@$(MAKE) image IMAGE_FLAGS="--build-arg FILES=prebuilt $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) $(IMAGE_FLAGS)"

.PHONY: release
release: tools ## Make all files of a release in dist/release (RELEASE.md; about 10 minutes the first time, for four platforms)
	@PLATFORMS=linux/amd64,linux/arm64,darwin/amd64,darwin/arm64 node engine/build.ts
	@node release/build.ts

.PHONY: licences
licences: install ## Fail if a package in the bundles or the engine has a licence that release/licences.ts does not allow
	@node release/check-licences.ts

.PHONY: generate
generate: install ## Generate the TypeScript types from crds/, and the chart's schema and files from config/
	@node operator/api/generate.ts
	@node operator/config/generate.ts
	@node release/chart-files.ts

.PHONY: check
check: install ## Types, lint, format, generated files, the rules of CONTRIBUTING.md, the engine's Go tests
	@node operator/api/generate.ts --check
	@node operator/config/generate.ts --check
	@node release/chart-files.ts --check
	@tsc -p .
	@biome check .
	@vitest run --project house
	@cd engine && go vet ./... && go test ./...
	@cd engine && for platform in linux/arm64 darwin/arm64; do GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 go vet ./internal/confine; done
	@cd release/licence-texts && go vet ./...

.PHONY: messages
messages: install ## Print every message that users read, by file, to be read aloud
	@node test/house/messages.ts

.PHONY: format
format: install ## Repair the format and lint findings, as far as possible
	@biome check --write .

.PHONY: test
test: check tools build ## All tests of the operator, with the real API server and Argo CD controller, on dist/; BUNDLE=0 runs the sources
	@BUNDLE=$${BUNDLE-1} vitest run --project unit --project footprint --project fuzz --project e2e $(ARGS)

.PHONY: e2e-gitops
e2e-gitops: tools tools-gitops build ## A real Argo CD syncs the custom resources from Git (about 2 minutes); BUNDLE=0 runs the sources
	@BUNDLE=$${BUNDLE-1} vitest run --project gitops $(ARGS)

.PHONY: test-unit
test-unit: engine ## Unit tests alone, in seconds
	@vitest run --project unit --project footprint

.PHONY: e2e-helm
e2e-helm: tools tools-helm build ## The Helm chart: render, install, upgrade and uninstall it by the real Helm 3 and 4 (about 3 minutes)
	@BUNDLE=$${BUNDLE-1} vitest run --project helm $(ARGS)

.PHONY: coverage
coverage: engine ## Unit tests, and how much of operator/ they run
	@vitest run --project unit --coverage

.PHONY: demo
demo: tools engine ## The whole line on a control plane of its own; RELAY=1 sends by the relay, GITEE=1 is about Gitee, ONCE=1 ends
	@node test/demo/main.ts $(if $(ONCE),--once) $(if $(RELAY),--relay) $(if $(GITEE),--gitee)

.PHONY: test-fault
test-fault: tools build ## Faults between operator and API server, for as long as in life (about 10 minutes); `make test` has the short form
	@BUNDLE=$${BUNDLE-1} FAULTS=long vitest run --project e2e test/fault test/soak

.PHONY: test-crashes
test-crashes: tools build ## Kill the relay, its database and its disk (about 3 minutes); FAULTS=long does more of it
	@BUNDLE=$${BUNDLE-1} vitest run --project crashes $(ARGS)

.PHONY: test-relay
test-relay: tools build ## The relay and Gitee end to end, with the real Argo CD controller (about 6 minutes)
	@BUNDLE=$${BUNDLE-1} vitest run --project relay --project relay-long $(ARGS)

DURATION ?= 60
FUZZ_FLAGS = --duration $(DURATION) $(if $(SEED),--seed $(SEED))

.PHONY: kind-node-image
kind-node-image: install ## Make the image of a kind node without a registry, if it is missing (root; 10 minutes the first time)
	@node test/kind/node-image.ts

.PHONY: kind-up
kind-up: install ## Make a cluster by kind, with a docker daemon if none runs (20 s); KIND_CLUSTER=argocd-dingtalk
	@node test/kind/up.ts

.PHONY: kind-load
kind-load: install ## Load an image of docker into that cluster; IMAGE=name:tag
	@node test/kind/load.ts

.PHONY: kind-deploy
kind-deploy: install ## Apply an overlay to that cluster and wait for its Deployments; IMAGE=…, OVERLAY=config/kind
	@node test/kind/deploy.ts

.PHONY: e2e-kind
e2e-kind: tools tools-helm build kind-up ## The image, the manifests and the chart on that cluster (about 12 minutes)
	@vitest run --project kind $(ARGS)

.PHONY: kind-down
kind-down: install ## Delete that cluster; DOCKERD=1 also ends the docker daemon that was started for it
	@node test/kind/down.ts

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

.PHONY: bench
bench: tools build ## Measure the operator with 200 sets of resources, or 1000 (about 10 minutes); ARGS='--help' shows the flags
	@BUNDLE=$${BUNDLE-1} node test/benchmarks/scale.ts $(ARGS)

.PHONY: bench-hostile
bench-hostile: tools build ## Measure the effects of one namespace of 3000 hostile resources on the others (about 4 minutes); ARGS='--help'
	@BUNDLE=$${BUNDLE-1} node test/benchmarks/hostile.ts $(ARGS)

.PHONY: bench-store
bench-store: install ## Measure how fast the relay's store accepts messages, in SQLite and PostgreSQL (1 minute); ARGS='--help'
	@node test/benchmarks/store.ts $(ARGS)

.PHONY: bench-relay
bench-relay: build ## Measure how many events the relay takes, and what hostile connections change (2 minutes); ARGS='--help'
	@BUNDLE=$${BUNDLE-1} node test/benchmarks/relay.ts $(ARGS)

.PHONY: bench-start
bench-start: tools build ## Measure the start of the programs and lint of 1000 resources, from source and from the bundle (2 minutes)
	@node test/benchmarks/start.ts $(ARGS)

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf bin dist coverage
