/* verbs.h - every verb, in the order and the groups of `lucid help`. X(name): `verb_<name>` stands in cli/cmd_<name>.c. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#define VERBS_START(X) /* begin here */ \
  X(run) \
  X(help)

#define VERBS_PROGRAMME(X) /* a programme folder */ \
  X(new) \
  X(confirm) \
  X(check) \
  X(rule) \
  X(synth)

#define VERBS_REGISTRY(X) /* the registry: people and rounds */ \
  X(init) X(import) X(export) X(set) X(change) X(transfer) X(sheet) X(round) X(status) X(adopt) X(find) X(check_households) X(history) X(undo) \
  X(fsck) X(backup) X(restore) X(copy) X(shards) X(migrate) \
  X(key) X(erase)

#define VERBS_DECIDE(X) /* who is poor, and why */ \
  X(identify) X(explain) X(diff) X(monitor) X(report) X(plan)

#define VERBS_ALL(X) VERBS_START(X) VERBS_PROGRAMME(X) VERBS_REGISTRY(X) VERBS_DECIDE(X)

#define X(name) extern const struct verb verb_##name;
VERBS_ALL(X)
#undef X

#endif
