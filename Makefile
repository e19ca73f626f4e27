# What README, CI and people all call. Each target is a few lines here or one script under scripts/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.PHONY: help demo compare fonts test check bench e2e soak fuzz build plan tests packages

export CARGO_TERM_COLOR ?= auto
target := $(or $(CARGO_TARGET_DIR),target)
baoxue := $(target)/release/baoxue

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-8s %s\n", $$1, $$2 }'

demo: fonts build ## a county of invented people at http://127.0.0.1:8080; Ctrl-C ends it, `rm -r demo` begins anew
	@$(baoxue) demo --data demo/data $(DEMO)

compare: build ## make a county's files in demo/county, compare them, say where the workbook is
	@scripts/demo demo

test: packages check tests ## everything; exit 0 means that all of it passed

check: ## formatting, lints, documentation, licences and sources, directions between rooms
	cargo fmt --all --check
	cargo clippy --workspace --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --locked --no-deps --document-private-items --quiet
	scripts/deny
	cargo test --workspace --locked --quiet --test it directions::

bench: build ## the figures of README's table, and target/bench.json (BENCH=quick|full|serve|"serve 20k 100k"|"20k 1m", RUNS=n, PARTS=start,load,register,overload,import,years,postgres, YEARS=1,5,10, README=README.md)
	@scripts/packages wrk=wrk pg_ctlcluster=postgresql psql=postgresql-client
	scripts/bench

e2e: packages build ## the journeys in real Chromium, as a part of `make test` (JOURNEY=part of a file name)
	scripts/e2e run $(JOURNEY)

soak: build ## MINUTES=10 each: ever new counties compared twice, same bytes; the storage killed at any moment, nothing lost; 10^5 pairs stuffed; 10,000 tampers found
	python3 bench/soak.py $(target) $(or $(MINUTES),10)
	BAOXUE_TEST_SECONDS=$$((60 * $(or $(MINUTES),10))) scripts/postgres cargo test --workspace --locked --test it -- --nocapture db::faults db::history reseal killed drill limits entry
	BAOXUE_TEST_TAMPERS=10000 scripts/postgres cargo test --workspace --locked --test it audit::random_tampers

fuzz: ## each fuzz target for MINUTES=1 (needs a nightly compiler)
	scripts/fuzz

build:
	cargo build --release --workspace --locked

plan: build
	$(baoxue) plan check plans/nanjian

tests:
	scripts/tests

fonts:
	@scripts/packages cc=gcc /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk || true

packages:
	@scripts/packages cc=gcc python3=python3 soffice=libreoffice-calc-nogui \
		node=nodejs openssl=openssl npm=npm chromium=chromium pg_ctlcluster=postgresql \
		/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk
