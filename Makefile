# Lucid's build. `make` builds build/lucid; `make help` lists the rest. BUILD=dir puts everything elsewhere.
BUILD   ?= build
CC      ?= gcc
VERSION := $(shell cat VERSION)
ROOMS   := $(shell sed 's/\#.*//' src/LAYERS)
PKGS    := sqlite3 yaml-0.1 jansson libsodium libcrypto zlib liblzma
PKGCFLAGS := $(shell pkg-config --cflags $(PKGS))
STD     := -std=c17 -D_DEFAULT_SOURCE
WARN    := -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
           -Wwrite-strings -Wundef -Wold-style-definition -Wimplicit-fallthrough -Wno-format-truncation
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

.PHONY: all help clean unit test check asan tsan cover tidy bench install
all: $(BUILD)/lucid

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

$(BUILD)/lucid: $(BUILD)/obj/cli/main.o $(ARCHIVES)
	@echo "  ld $@"
	@$(CC) $(ALLCFLAGS) $(LDFLAGS) $< $(call reverse,$(ARCHIVES)) $(LIBS) -o $@

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
