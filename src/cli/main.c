/* main.c - the door: finds the verb, reads its options, runs it, prints what went wrong with its HINT, and exits with the
 * status's code. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/say_error.h"

static volatile int stop_asked; /* the one thing a signal handler may touch */

static void on_interrupt(int signal_number) {
  if (stop_asked) _exit(128 + signal_number); /* asked twice: now */
  stop_asked = 1;
}

void cli_note(const struct cli *c, const char *fmt, ...) {
  if (c->quiet) return;
  va_list ap;
  va_start(ap, fmt);
  vfprintf(stderr, say(c, fmt), ap);
  va_end(ap);
  fputc('\n', stderr);
}

static void show_progress(struct progress *p, bool last) {
  bool terminal = isatty(STDERR_FILENO);
  double seconds = progress_seconds(p), rate = seconds > 0 ? (double)p->done / seconds : 0;
  char done[40], speed[40];
  number_grouped((int64_t)p->done, 0, done);
  number_grouped((int64_t)rate, 0, speed);
  if (last && seconds < 1) { /* quick work needs no report: clear what was shown */
    if (terminal) fprintf(stderr, "\r\033[K");
    return;
  }
  fprintf(stderr, "%s%s: %s %s", terminal ? "\r\033[K" : "", p->what, done, p->unit);
  if (p->total && !last) fprintf(stderr, " (%d %%)", (int)(100 * (double)p->done / (double)p->total));
  fprintf(stderr, ", %s a second", speed);
  if (last) fprintf(stderr, ", %.1f s", seconds);
  else if (p->total && rate > 0) fprintf(stderr, ", %.0f s left", (double)(p->total - (p->done < p->total ? p->done : p->total)) / rate);
  if (!terminal || last) fputc('\n', stderr);
}

static enum language language_of_environment(void) {
  const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  for (int i = 0; i < 3; i++) {
    const char *v = getenv(names[i]);
    if (v && *v) return strncmp(v, "zh", 2) == 0 ? LANG_ZH : LANG_EN;
  }
  return LANG_EN;
}

static int complain(enum language lang, enum status s, const struct err *e) {
  char words[2 * sizeof e->message];
  say_error(lang, e->message[0] ? e->message : status_words(s), words, sizeof words);
  fprintf(stderr, "lucid: %s\n", words);
  say_error(lang, e->hint, words, sizeof words);
  if (e->hint[0]) fprintf(stderr, "%s%s\n", lang == LANG_ZH ? "提示：" : "HINT: ", words);
  return status_exit_code(s);
}

static enum status run_verb(struct cli *c, int argc, char **argv, struct err *e) {
  TRY(options_read(c, argc, argv, e));
  c->progress = (struct progress){.cancel = &stop_asked, .every_us = isatty(STDERR_FILENO) ? 100000 : 1000000};
  if (!c->quiet) c->progress.show = show_progress;
  if (cli_flag(c, "help")) {
    help_verb(stdout, c->verb);
    return OK;
  }
  return c->verb->run(c, e);
}

int main(int argc, char **argv) {
  struct err e = {0};
  const char *word = argc > 1 ? argv[1] : "help";
  if (strcmp(word, "--version") == 0 || strcmp(word, "version") == 0) {
    puts("lucid " LUCID_VERSION);
    return 0;
  }
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) word = "help";
  struct cli c = {.verb = help_find(word), .lang = language_of_environment(), .clock = clock_from_env()};
  if (!c.verb) return complain(c.lang, help_unknown(word, &e), &e);
  struct sigaction act = {.sa_handler = on_interrupt};
  sigaction(SIGINT, &act, NULL);
  sigaction(SIGTERM, &act, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is a full disk, with a message */
  arena_init(&c.arena, 0);
  enum status s = run_verb(&c, argc > 1 ? argc - 2 : 0, argv + 2, &e);
  arena_drop(&c.arena);
  errno = 0;
  bool written = fflush(stdout) == 0 && !ferror(stdout);
  if (!written && errno == EPIPE) return c.exit_code; /* the reader has seen enough: `lucid history ... | head` */
  if (s == OK && !written) s = err_set(&e, ERR_IO, NULL, "standard output could not be written");
  return s == OK ? c.exit_code : complain(c.lang, s, &e);
}
