/* killer.h - a blow at any event: runs a piece of work in a child, counts the system calls by which it leaves a mark on the world (writes,
 * syncs, what it sends to a server, renames, ...), and strikes as it enters the n-th: kills it, or does something to the world while
 * it stands still there. */
#ifndef KILLER_H
#define KILLER_H

#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

#include "unit.h"

static inline bool killer_counts(unsigned long long nr) {
  static const long marks[] = {SYS_write, SYS_writev, SYS_pwrite64, SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_fallocate, SYS_sendto, SYS_sendmsg, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_unlinkat, SYS_mkdirat,
#ifdef SYS_rename
                               SYS_rename, SYS_link, SYS_unlink, SYS_mkdir, SYS_rmdir,
#endif
                               SYS_connect};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if ((unsigned long long)marks[i] == nr) return true;
  return false;
}

/* True when it was struck; false when it ended before its n-th mark. *code is its exit code, -SIGKILL when it was killed. Without a `blow` it is
 * killed; with one it goes on after it. */
static inline bool killer_strike(long n, int (*work)(void *ctx), void *ctx, void (*blow)(long n), int *code) {
  int st;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(99);
    raise(SIGSTOP);
    _exit(work(ctx));
  }
  assert_int_equal(waitpid(pid, &st, 0), pid);
  assert_true(WIFSTOPPED(st)); /* else tracing is forbidden here */
  assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)), 0);
  long seen = 0, deliver = 0;
  for (;;) {
    assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, (void *)deliver), 0);
    assert_int_equal(waitpid(pid, &st, 0), pid);
    if (WIFEXITED(st) || WIFSIGNALED(st)) {
      *code = WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st);
      return false;
    }
    deliver = WSTOPSIG(st) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(st);
    if (deliver) continue;
    struct ptrace_syscall_info info = {0};
    assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !killer_counts(info.entry.nr) || ++seen < n) continue;
    if (blow) {
      blow(n);
      assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
    } else kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &st, 0), pid);
    *code = WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st);
    return true;
  }
}

static inline bool killer_run(long n, int (*work)(void *ctx), void *ctx, int *code) {
  bool killed = killer_strike(n, work, ctx, NULL, code);
  if (killed) *code = 0;
  return killed;
}

#endif
