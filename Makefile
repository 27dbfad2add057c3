# A thin face over CMake: each word below is one or two commands that you can also type yourself.
# All knowledge of the build is in CMakeLists.txt, CMakePresets.json and cmake/.

PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)

.DEFAULT_GOAL := all
.PHONY: all test fuzz bench vm vm-matrix vm-shell install check clean help

all: ## build the programs into build/bin
	@ci/setup build
	@cmake --preset release $(if $(VERBOSE),,>build/configure.log)
	@cmake --build --preset release --parallel $(JOBS)

test: ## build and run all tests; TEST=REGEX narrows
	@ci/setup build test vm
	@$(MAKE) --no-print-directory all
	@tests/run --preset release $(if $(TEST),--only '$(TEST)')

fuzz: ## run a fuzz campaign, and say what it reaches; TIME=seconds TARGET=layer_name ENGINE=libfuzzer|afl COVERAGE=no
	@ci/setup build fuzz
	@fuzz/campaign $(if $(filter no,$(COVERAGE)),,--coverage) $(if $(TIME),--time $(TIME)) \
		$(if $(TARGET),--target $(TARGET)) $(if $(ENGINE),--engine $(ENGINE))

bench: ## measure beside peers and floor: build/report/bench.html; SUITE=… CASE=PATTERN SAMPLES=30
	@ci/setup build bench peers
	@$(MAKE) --no-print-directory all
	@bench/run $(if $(SUITE),--suite $(SUITE)) $(if $(CASE),--case '$(CASE)') \
		$(if $(SAMPLES),--samples $(SAMPLES))

vm: ## tests that need a kernel of their own; CASE=… KERNELS="6.1 newest" FAULT=17:EIO KILL=1..8
	@ci/setup build vm
	@$(MAKE) --no-print-directory all
	@status=0; for kernel in $(or $(KERNELS),$(KERNEL),6.1); do \
		vm/run --kernel $$kernel $(if $(CASE),--case $(CASE)) $(if $(FAULT),--fault $(FAULT)) \
			$(if $(KILL),--kill-at $(KILL)) $(if $(TIMES),--times $(TIMES)) || \
			status=1; done; exit $$status

vm-matrix: ## those tests under every kernel: build/report/vm.html, vm.xml, vm.tap; KERNELS CASE
	@ci/setup build vm
	@$(MAKE) --no-print-directory all
	@vm/matrix $(addprefix --kernel ,$(KERNELS)) $(if $(CASE),--case $(CASE))

vm-shell: ## a shell in such a kernel, with the tree and the programs; KERNEL=6.1, USER=1: a plain user
	@ci/setup build vm
	@$(MAKE) --no-print-directory all
	@vm/run --kernel $(or $(KERNEL),6.1) $(if $(filter 1,$(USER)),--user-shell,--shell)

check: ## what every change must pass: layout, layers, limits, warnings, sanitizers
	@ci/setup build test check
	@ci/check

install: all ## install into $(DESTDIR)$(PREFIX)
	@DESTDIR='$(DESTDIR)' cmake --install build/release --prefix '$(PREFIX)'

clean: ## remove build/
	@rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
