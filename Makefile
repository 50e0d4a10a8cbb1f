# Lucid's build. `make` builds build/lucid; `make help` lists the rest. BUILD=dir puts everything elsewhere.
BUILD   ?= build
.DEFAULT_GOAL := all
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
VERSION := $(shell cat VERSION)
ROOMS   := $(shell sed 's/\#.*//' src/LAYERS)
PKGS    := sqlite3 libpq yaml-0.1 jansson libsodium libcrypto zlib liblzma libzip expat xlsxwriter
PKGCFLAGS := $(shell pkg-config --cflags $(PKGS))
STD     := -std=c17 -D_DEFAULT_SOURCE
WARN    := -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
           -Wwrite-strings -Wundef -Wold-style-definition -Wimplicit-fallthrough -Wno-unknown-warning-option -Wno-format-truncation
OPT     ?= -O2 -g
# -ffp-contract=off: cloned kernels would fuse multiply-adds differently, and the same inputs must give the same bytes.
FP      := -ffp-contract=off -fno-math-errno
CFLAGS  ?=
ALLCFLAGS = $(STD) $(WARN) $(OPT) $(FP) -fno-strict-aliasing -fstack-protector-strong -pthread -Isrc -I$(BUILD)/gen -DLUCID_VERSION='"$(VERSION)"' $(PKGCFLAGS) $(SAN) $(CFLAGS)
LIBS    := $(shell pkg-config --libs $(PKGS)) -lreadstat -lrdata -lbz2 -lm -pthread
LDFLAGS ?= -Wl,-z,relro,-z,now

SRC     := $(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c))
OBJ     := $(SRC:src/%.c=$(BUILD)/obj/%.o)
LIBOBJ  := $(filter-out $(BUILD)/obj/cli/main.o,$(OBJ))
UNIT    := $(foreach r,$(ROOMS),$(patsubst tests/unit/$(r)/%.c,$(BUILD)/unit/$(r)/%,$(wildcard tests/unit/$(r)/test_*.c)))

test-programs: $(BUILD)/lucid $(UNIT)

.PHONY: all help clean unit flow test test-programs check asan tsan cover tidy bench install
all: $(BUILD)/lucid $(BUILD)/lucid-verify-plan

# Rooms become archives, so that a room's unit test links the rooms up to its own and nothing above.
define ROOM_RULE
$(BUILD)/lib$(1).a: $(filter-out $(BUILD)/obj/cli/main.o,$(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/$(1)/*.c)))
	@rm -f $$@; ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM_RULE,$(r))))
ARCHIVES := $(foreach r,$(ROOMS),$(BUILD)/lib$(r).a)
# upto ROOM: the archives of that room and those above it in LAYERS, nearest first (the linker's order).
reverse  = $(if $(1),$(call reverse,$(wordlist 2,99,$(1))) $(firstword $(1)))
position = $(words $(shell sed 's/\#.*//' src/LAYERS | tr ' ' '\n' | sed '/^$$/d;/^$(1)$$/q'))
upto     = $(call reverse,$(foreach r,$(wordlist 1,$(call position,$(1)),$(ROOMS)),$(BUILD)/lib$(r).a))

$(BUILD)/obj/%.o: src/%.c VERSION
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(ALLCFLAGS) -MMD -MP -c $< -o $@

# The loops that decisions and figures spend their time in: at -O2 gcc 12 leaves most of them scalar.
$(BUILD)/obj/synth/chunk.o $(BUILD)/obj/synth/home.o $(BUILD)/obj/rules/kernel.o $(BUILD)/obj/identify/settle.o $(BUILD)/obj/stats/survey.o: OPT += -O3

$(BUILD)/lucid: $(BUILD)/obj/cli/main.o $(ARCHIVES)
	@echo "  ld $@"
	@$(CC) $(ALLCFLAGS) $(LDFLAGS) $< $(call reverse,$(ARCHIVES)) $(LIBS) -o $@

# The checker of plans is a program apart: not one object of Lucid is in it.
$(BUILD)/lucid-verify-plan: tools/verify-plan.c
	@mkdir -p $(@D)
	@echo "  ld $@"
	@$(CC) $(STD) $(OPT) $(WARN) $(SAN) $< -lcrypto -o $@

# Unit tests: tests/unit/<room>/test_*.c, each a program of its own. `make unit ROOM=rules` builds and runs one room's.
define UNIT_RULE
$(BUILD)/unit/$(1)/%: tests/unit/$(1)/%.c tests/unit/unit.h $(call upto,$(1))
	@mkdir -p $$(@D)
	@echo "  cc $$<"
	@$$(CC) $$(ALLCFLAGS) -Itests/unit -MMD -MP $$< $(call upto,$(1)) $$(LIBS) -lcmocka -o $$@
endef
$(foreach r,$(ROOMS),$(eval $(call UNIT_RULE,$(r))))
.PRECIOUS: $(BUILD)/obj/%.o

unit: $(if $(ROOM),$(filter $(BUILD)/unit/$(ROOM)/%,$(UNIT)),$(UNIT))
	@BUILD=$(BUILD) tools/run-tests $^

-include $(OBJ:.o=.d) $(UNIT:=.d)

# The schema and other texts travel inside the program: tools/embed turns files into C strings.
GEN := $(BUILD)/gen/schema_sql.h
$(BUILD)/gen/schema_sql.h: $(wildcard schema/*.sql) tools/embed
	@mkdir -p $(@D)
	@tools/embed schema_sql $(wildcard schema/*.sql) >$@.tmp && mv $@.tmp $@
$(OBJ): | $(GEN)

FLOWS   := $(wildcard tests/flow/[a-z]*.sh)
flow: $(BUILD)/lucid
	@BUILD=$(BUILD) LUCID=$(abspath $(BUILD))/lucid tools/run-tests $(filter-out tests/flow/lib.sh,$(if $(FLOW),$(wildcard tests/flow/$(FLOW).sh),$(FLOWS)))

test: $(BUILD)/lucid $(UNIT)
	@BUILD=$(BUILD) LUCID=$(abspath $(BUILD))/lucid tools/run-tests $(UNIT) $(filter-out tests/flow/lib.sh,$(FLOWS))

check: $(BUILD)/lucid
	@tools/check-layers && tools/check-house && tools/schema-doc --check && echo "layers and house: clean"

# Sanitizers: the same tests under AddressSanitizer + UBSan, and under ThreadSanitizer, each in a build folder of its own.
asan:
	@LSAN_OPTIONS=suppressions=$(CURDIR)/tools/lsan.supp:print_suppressions=0 $(MAKE) --no-print-directory BUILD=$(BUILD)-asan OPT="-O1 -g" SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer" $(or $(TARGET),test)
tsan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-tsan OPT="-O1 -g" SAN="-fsanitize=thread" $(or $(TARGET),test)

# make fuzz-csv [SECONDS=60]: runs tests/fuzz/fuzz_csv.c on its corpus, with clang's libFuzzer and sanitizers.
SECONDS ?= 60
fuzz-%:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-fuzz CC=clang OPT="-O1 -g" SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" $(BUILD)-fuzz/fuzz_$*
	@mkdir -p $(BUILD)-fuzz/new/$*
	$(BUILD)-fuzz/fuzz_$* -max_total_time=$(SECONDS) -rss_limit_mb=2048 -timeout=20 -artifact_prefix=$(BUILD)-fuzz/ $(BUILD)-fuzz/new/$* $(wildcard tests/fuzz/corpus/$*)
$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(ARCHIVES)
	@clang $(ALLCFLAGS) -fsanitize=fuzzer $< $(call reverse,$(ARCHIVES)) $(LIBS) -o $@

cover:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-cover OPT="-O0 -g" SAN="--coverage" test
	@tools/coverage $(BUILD)-cover

tidy: $(GEN)
	@printf '%s\n' $(SRC) | xargs -P$$(nproc) -n4 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- $(STD) -Isrc -I$(BUILD)/gen -DLUCID_VERSION=\"\" $(PKGCFLAGS) 2>/dev/null' tidy
	@cppcheck --quiet -j$$(nproc) --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem -Isrc -I$(BUILD)/gen -DLUCID_VERSION='""' src

# make bench [BENCH=decide] [ARGS=...]: ratios against a peer run in the same minute; medians.
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/bench_*.c))
$(BUILD)/bench/%: tests/bench/%.c $(ARCHIVES)
	@mkdir -p $(@D)
	@$(CC) $(ALLCFLAGS) -MMD -MP $< $(call reverse,$(ARCHIVES)) $(LIBS) -o $@
-include $(BENCHES:=.d)
bench: $(BUILD)/lucid $(if $(BENCH),$(filter $(BUILD)/bench/bench_$(BENCH),$(BENCHES)),$(BENCHES))
	@for b in $(filter $(BUILD)/bench/%,$^); do echo "== $${b##*/}"; LUCID=$(abspath $(BUILD))/lucid $$b $(ARGS) || exit 1; done

PREFIX ?= /usr/local
install: $(BUILD)/lucid $(BUILD)/lucid-verify-plan
	install -D -m 755 $(BUILD)/lucid $(DESTDIR)$(PREFIX)/bin/lucid
	install -D -m 755 $(BUILD)/lucid-verify-plan $(DESTDIR)$(PREFIX)/bin/lucid-verify-plan
	$(BUILD)/lucid help --manual >$(BUILD)/lucid.1
	install -D -m 644 $(BUILD)/lucid.1 $(DESTDIR)$(PREFIX)/share/man/man1/lucid.1
	cd programmes && find . -type f -not -path '*/data/*' -exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/lucid/programmes/{} \;

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-fuzz $(BUILD)-cover

help:
	@echo "make                 build build/lucid"
	@echo "make test            every unit and flow test;  make unit ROOM=rules, make flow FLOW=help for some"
	@echo "make check           layers and house rules;    make tidy  clang-tidy and cppcheck"
	@echo "make asan | tsan     the tests under sanitizers; make cover  line coverage"
	@echo "make fuzz-csv        fuzz a parser (csv dta rdata yaml boundaries cel shards ...), SECONDS=60"
	@echo "make bench           benchmarks with ratios, BENCH=decide for one"
	@echo "make install         PREFIX=/usr/local DESTDIR="
