/* files and threads. */
#include "unit.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pool.h"

static void a_file_is_replaced_whole_and_its_mode_kept_private(void **state) {
  (void)state;
  char dir[] = "/tmp/lucid-test-XXXXXX";
  struct arena a;
  struct err e;
  char *data;
  size_t len;
  assert_non_null(mkdtemp(dir));
  arena_init(&a, 0);
  char *path = file_join(&a, dir, "a/b/key");
  assert_refused(file_read(&a, path, 100, &data, &len, &e), ERR_NOT_FOUND, "cannot open", &e);
  assert_ok(file_make_dirs(file_dir(&a, path), &e), &e);
  assert_ok(file_replace(path, "first", 5, 0600, &e), &e);
  assert_ok(file_replace(path, "second", 6, 0600, &e), &e);
  assert_ok(file_read(&a, path, 100, &data, &len, &e), &e);
  assert_int_equal(len, 6);
  assert_string_equal(data, "second");
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  assert_refused(file_read(&a, path, 3, &data, &len, &e), ERR_LIMIT, "has 6 bytes", &e);
  assert_refused(file_read(&a, dir, 3, &data, &len, &e), ERR_INPUT, "is not a regular file", &e);
  struct file_map m;
  assert_ok(file_map_open(path, &m, &e), &e);
  assert_memory_equal(m.data, "second", 6);
  file_map_close(&m);
  assert_ok(file_remove_tree(dir, &e), &e);
  assert_false(file_exists(dir));
  assert_ok(file_remove_tree(dir, &e), &e);
  arena_drop(&a);
}

static void a_missing_folder_is_an_error_with_its_name(void **state) {
  (void)state;
  struct err e;
  assert_refused(file_replace("/nonexistent/x", "", 0, 0600, &e), ERR_NOT_FOUND, "/nonexistent/x", &e);
}

static void what_a_killed_process_left_is_cleared_and_nothing_else(void **state) {
  (void)state;
  char dir[] = "/tmp/lucid-test-XXXXXX";
  struct arena a;
  struct err e;
  assert_non_null(mkdtemp(dir));
  arena_init(&a, 0);
  pid_t gone = fork();
  if (gone == 0) _exit(0);
  assert_int_equal(waitpid(gone, NULL, 0), gone);
  const char *left[] = {arena_printf(&a, "%s/x.work-%d", dir, (int)gone), arena_printf(&a, "%s/x.work-%d-1/inside", dir, (int)gone)};
  const char *kept[] = {arena_printf(&a, "%s/x.work-%d", dir, (int)getpid()), arena_printf(&a, "%s/x.work-%dth", dir, (int)gone), arena_printf(&a, "%s/y.work-%d", dir, (int)gone),
                        arena_printf(&a, "%s/x.work-", dir), arena_printf(&a, "%s/x.work-0", dir)};
  for (size_t i = 0; i < 2; i++) {
    assert_ok(file_make_dirs(file_dir(&a, left[i]), &e), &e);
    assert_ok(file_replace(left[i], "", 0, 0600, &e), &e);
  }
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) assert_ok(file_replace(kept[i], "", 0, 0600, &e), &e);
  file_clear_left(arena_printf(&a, "%s/x.work-", dir));
  for (size_t i = 0; i < 2; i++) assert_false(file_exists(left[i]));
  assert_false(file_exists(file_dir(&a, left[1])));
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) assert_true(file_exists(kept[i]));
  assert_ok(file_remove_tree(dir, &e), &e);
  arena_drop(&a);
}

static void a_folder_that_may_not_be_made_says_why(void **state) {
  (void)state;
  struct err e;
  assert_refused(file_make_dirs("/dev/null/below", &e), ERR_CONFLICT, "cannot make folder /dev/null: File exists", &e);
}

struct sums {
  uint64_t part[1000];
};

static void one_task(void *ctx, size_t i, unsigned worker) {
  (void)worker;
  struct sums *s = ctx;
  for (uint64_t k = 0; k < 1000; k++) s->part[i] += k * i;
}

static void every_task_runs_once_whatever_the_number_of_threads(void **state) {
  (void)state;
  struct err e;
  for (unsigned threads = 1; threads <= 5; threads++) {
    struct pool *p;
    assert_ok(pool_open(&p, threads, &e), &e);
    assert_in_range(pool_threads(p), 1, threads);
    for (int again = 0; again < 50; again++) {
      struct sums s = {{0}};
      pool_run(p, 1000, one_task, &s);
      for (uint64_t i = 0; i < 1000; i++) assert_int_equal(s.part[i], i * 499500);
    }
    pool_close(p);
  }
  struct sums s = {{0}};
  pool_run(NULL, 10, one_task, &s);
  assert_int_equal(s.part[9], 9 * 499500);
}

UNIT_MAIN(UNIT(a_file_is_replaced_whole_and_its_mode_kept_private), UNIT(a_missing_folder_is_an_error_with_its_name), UNIT(what_a_killed_process_left_is_cleared_and_nothing_else), UNIT(a_folder_that_may_not_be_made_says_why),
          UNIT(every_task_runs_once_whatever_the_number_of_threads))
