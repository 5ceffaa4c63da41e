# OmniOps. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

export CGO_ENABLED := 0
# Nothing here may ask a cloud for credentials.
export AWS_EC2_METADATA_DISABLED := true

TAGS    := lambda.norpc
LDFLAGS := -s -w
GO_MIN  := 1.26
DATA    ?= .data
STAGE   ?= default
FUZZTIME ?= 20s
SEEDS   ?= 200

.PHONY: help
help: ## say what each command does
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Variables: PORT=3000 DATA=.data CLOCK_OFFSET=0s SITE_URL=… OPENAI_API_KEY=… STAGE=… FUZZTIME=20s SEEDS=200"

.PHONY: run
run: go ## start the whole system on this machine
	@mkdir -p .build && go build -o .build/local ./local
	@DATA='$(DATA)' exec .build/local

.PHONY: test
test: go browser ## run every test
	go vet -tags $(TAGS) ./...
	go test -tags $(TAGS) -timeout 14m ./...

.PHONY: claims
claims: go browser ## run the proofs and list what is proven
	@go run ./shared/claim/report

.PHONY: proofs
proofs: go browser ## run the proofs and record them for the public pages, before a release
	@go run ./shared/claim/report -record shared/claim/proofs.json

.PHONY: bench
bench: go browser ## measure the targets
	@mkdir -p .build && go build -tags $(TAGS) -o .build/bench ./local/bench && .build/bench

.PHONY: eval
eval: go ## ask the demo shops labelled questions; EVAL='-v' lists failures, '-json' is for machines
	@go run -tags $(TAGS) ./local/evaluation/run $(EVAL)

.PHONY: mask
mask: go ## report how much of what is personal is masked, and how much else; MASK='-v' lists mistakes
	@go run -tags $(TAGS) ./local/evaluation/masking/run $(MASK)

.PHONY: simulate
simulate: go ## run the chat path under faults, SEEDS seeds
	go test -tags $(TAGS) -run '^TestSimulation$$' -v ./local/simulation -seeds=$(SEEDS)

.PHONY: fuzz
fuzz: go ## run every fuzz target for FUZZTIME
	@set -e; grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r dir; do \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | cut -c6-); do \
	    echo "== $$dir $$target"; go test -tags $(TAGS) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$dir; \
	  done; done

.PHONY: lint
lint: go node ## check style and types
	@test -z "$$(gofmt -l functions local shared web)" || { gofmt -l functions local shared web; exit 1; }
	go vet -tags $(TAGS) ./...
	go tool -modfile=tools/go.mod golangci-lint run --build-tags $(TAGS) ./...
	cd web && npm ci --silent && npx tsc --noEmit -p .

.PHONY: build
build: go ## build every function for AWS into .build/functions
	@mkdir -p .build/arm64
	GOOS=linux GOARCH=arm64 go build -trimpath -tags $(TAGS) -ldflags '$(LDFLAGS)' -o .build/arm64/ ./functions/...
	@for f in .build/arm64/*; do mkdir -p .build/functions/$$(basename $$f); cp $$f .build/functions/$$(basename $$f)/bootstrap; done

.PHONY: deploy
deploy: build ## deploy to AWS; docs/deploy.md says what to set first
	@command -v sam >/dev/null || { echo "sam is missing: install the AWS SAM CLI, then run this again."; exit 1; }
	sam deploy --config-env $(STAGE)

.PHONY: clean
clean: ## remove what was built and what the local cloud stored
	rm -rf .build .data web/node_modules

# Prerequisites: say what is missing and how to get it.

.PHONY: go
go:
	@command -v go >/dev/null || { echo "Go $(GO_MIN) or newer is missing: https://go.dev/dl/"; exit 1; }
	@v=$$(go env GOVERSION | sed 's/^go//'); printf '%s\n%s\n' '$(GO_MIN)' "$$v" | sort -C -V || { echo "Go $(GO_MIN) or newer is needed; this is $$v: https://go.dev/dl/"; exit 1; }

.PHONY: node
node:
	@command -v npm >/dev/null || { echo "Node.js 20 or newer is missing: https://nodejs.org/"; exit 1; }

# The widget is tested in a real browser. On Debian it is installed for you.
.PHONY: browser
browser:
	@if [ -n "$$CHROME_PATH" ] || command -v chromium google-chrome chromium-browser >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the widget's tests"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "Chromium is missing: install it, or set CHROME_PATH to a Chrome."; exit 1; fi
