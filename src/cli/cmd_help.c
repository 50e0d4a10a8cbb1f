#include <string.h>

#include "cli/help.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/verbs.h"

struct group {
  const char *title, *title_zh;
  const struct verb *const *verbs;
};

#define X(name) &verb_##name,
static const struct verb *const start[] = {VERBS_START(X) NULL};
static const struct verb *const programme[] = {VERBS_PROGRAMME(X) NULL};
static const struct verb *const registry[] = {VERBS_REGISTRY(X) NULL};
static const struct verb *const decide[] = {VERBS_DECIDE(X) NULL};
#undef X

static const struct group groups[] = {
    {"Begin", "开始", start},
    {"A programme folder", "项目文件夹", programme},
    {"The registry: people and rounds", "登记库：住户与轮次", registry},
    {"Who is poor, and why", "谁贫困，为什么", decide},
};
#define GROUPS (sizeof groups / sizeof *groups)

const struct verb *help_find(const char *name) {
  for (size_t g = 0; g < GROUPS; g++)
    for (const struct verb *const *v = groups[g].verbs; *v; v++)
      if (strcmp((*v)->name, name) == 0) return *v;
  return NULL;
}

enum status help_unknown(const char *name, struct err *e) {
  const char *names[64];
  int count = 0;
  for (size_t g = 0; g < GROUPS; g++)
    for (const struct verb *const *v = groups[g].verbs; *v && count < 64; v++) names[count++] = (*v)->name;
  const char *near = options_nearest(name, names, count);
  char hint[120];
  if (near) snprintf(hint, sizeof hint, "did you mean `lucid %s`?", near);
  else snprintf(hint, sizeof hint, "`lucid help` lists the verbs");
  return err_set(e, ERR_USAGE, hint, "there is no verb `%s`", name);
}

void help_overview(FILE *out, enum language lang) {
  fprintf(out, "lucid " LUCID_VERSION " - %s\n", say_in(lang, "runs a targeted anti-poverty programme in the open"));
  fputs(say_in(lang, "\nusage: lucid VERB [ARGUMENT]... [--OPTION]...\n"), out);
  for (size_t g = 0; g < GROUPS; g++) {
    if (!*groups[g].verbs) continue;
    fprintf(out, "\n%s\n", lang == LANG_ZH ? groups[g].title_zh : groups[g].title);
    for (const struct verb *const *v = groups[g].verbs; *v; v++) fprintf(out, "  %-10s %s\n", (*v)->name, say_in(lang, (*v)->summary));
  }
  fputs(say_in(lang, "\nFirst steps:  lucid new my-programme && lucid run my-programme --out first-run\n"
               "More on one:  lucid help VERB       Every verb takes --format table|csv|json, --lang en|zh, --quiet.\n"), out);
}

static void print_options(FILE *out, const char *table) {
  struct option_row row;
  for (const char *at = table; options_next(&at, &row);) {
    char head[80];
    snprintf(head, sizeof head, "--%.*s%s%.*s%s", (int)row.name.len, row.name.at, row.value.len ? " " : "", (int)row.value.len, row.value.at,
             row.repeated ? " ..." : "");
    fprintf(out, "  %-26s %.*s\n", head, (int)row.words.len, row.words.at);
  }
}

void help_verb(FILE *out, const struct verb *v) {
  fprintf(out, "lucid %s - %s\n\nusage: lucid %s %s%s\n", v->name, v->summary, v->name, v->arguments, v->options && *v->options ? " [--OPTION]..." : "");
  if (v->text && *v->text) fprintf(out, "\n%s%s", v->text, v->text[strlen(v->text) - 1] == '\n' ? "" : "\n");
  if (v->options && *v->options) {
    fprintf(out, "\nOptions\n");
    print_options(out, v->options);
  }
  fprintf(out, "\nOptions of every verb\n");
  print_options(out, options_global);
}

/* troff wants backslashes and dashes escaped, and lines that begin with a dot or a quote protected. */
static void troff(FILE *out, const char *s, size_t n) {
  for (size_t i = 0; i < n; i++) {
    bool line_start = i == 0 || s[i - 1] == '\n';
    if (line_start && (s[i] == '.' || s[i] == '\'')) fputs("\\&", out);
    if (s[i] == '\\') fputs("\\e", out);
    else if (s[i] == '-') fputs("\\-", out);
    else fputc(s[i], out);
  }
}

static void troff_options(FILE *out, const char *table) {
  struct option_row row;
  for (const char *at = table; options_next(&at, &row);) {
    fprintf(out, ".TP\n\\fB\\-\\-");
    troff(out, row.name.at, row.name.len);
    fprintf(out, "\\fR ");
    troff(out, row.value.at, row.value.len);
    fputc('\n', out);
    troff(out, row.words.at, row.words.len);
    fputc('\n', out);
  }
}

void help_manual(FILE *out) {
  fprintf(out, ".TH LUCID 1 \"\" \"lucid " LUCID_VERSION "\" \"User Commands\"\n.SH NAME\nlucid \\- runs a targeted anti\\-poverty programme in the open\n"
               ".SH SYNOPSIS\n.B lucid\nVERB [ARGUMENT]... [\\-\\-OPTION]...\n");
  for (size_t g = 0; g < GROUPS; g++) {
    if (!*groups[g].verbs) continue;
    fprintf(out, ".SH \"%s\"\n", groups[g].title);
    for (const struct verb *const *v = groups[g].verbs; *v; v++) {
      fprintf(out, ".SS \"lucid %s ", (*v)->name);
      troff(out, (*v)->arguments, strlen((*v)->arguments));
      fprintf(out, "\"\n");
      troff(out, (*v)->summary, strlen((*v)->summary));
      fprintf(out, "\n.PP\n.nf\n");
      if ((*v)->text) troff(out, (*v)->text, strlen((*v)->text));
      fprintf(out, "\n.fi\n");
      troff_options(out, (*v)->options);
    }
  }
  fprintf(out, ".SH \"OPTIONS OF EVERY VERB\"\n");
  troff_options(out, options_global);
  fprintf(out, ".SH \"EXIT STATUS\"\n");
#define X(name, code, http, words) fprintf(out, ".TP\n\\fB%d\\fR\n%s\n", code, words);
  STATUS_TABLE(X)
#undef X
  fprintf(out, ".SH ENVIRONMENT\n.TP\n\\fBLUCID_THREADS\\fR\nthreads to use (default: as many as there are processors)\n"
               ".TP\n\\fBLUCID_ACTOR\\fR\nwho acts, as the history names them (default: the login name)\n"
               ".TP\n\\fBLUCID_NOW\\fR\nan instant that stands for the clock, for replays\n");
}

static enum status run(struct cli *c, struct err *e) {
  if (cli_flag(c, "manual")) {
    help_manual(stdout);
  } else if (c->arg_count == 0) {
    help_overview(stdout, c->lang);
  } else {
    const struct verb *v = help_find(c->args[0]);
    if (!v) return help_unknown(c->args[0], e);
    help_verb(stdout, v);
  }
  return OK;
}

const struct verb verb_help = {
    .name = "help",
    .arguments = "[VERB]",
    .summary = "what Lucid can do, or one verb in full",
    .options = "manual  print the manual page (troff)\n",
    .text = "With no argument: every verb in one line each. `lucid help run` tells all about `run`.",
    .run = run,
};
