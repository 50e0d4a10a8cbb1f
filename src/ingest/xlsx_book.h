/* xlsx_book.h - what a workbook says outside its sheets: their names, shared texts, which cell styles are dates. For ingest/xlsx*.c only.
 *
 * Shared texts are held whole (at most XLSX_SHARED_MAX); everything else is small. Rich text is joined, what stands above Chinese
 * characters to say how they are read is left out. Names of parts come from the relations, as in files of any maker. */
#ifndef INGEST_XLSX_BOOK_H
#define INGEST_XLSX_BOOK_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

#define XLSX_SHARED_MAX ((size_t)512 << 20)
#define XLSX_SHEETS_MAX 1000u
#define XLSX_STYLES_MAX 65536u
#define XLSX_FORMATS_MAX 4096u /* of its own; those beyond show as plain numbers */

enum xlsx_style { XLSX_PLAIN, XLSX_DATE, XLSX_PERCENT };

struct xlsx_sheet_name { const char *name, *part; bool hidden; };

struct xlsx_book {
  void *zip; /* a zip_t */
  const char *path;
  struct arena arena, shared_arena; /* small things; shared texts */
  struct xlsx_sheet_name *sheets;
  uint32_t sheet_count, sheet_cap;
  struct span *shared;
  uint32_t shared_count, shared_cap;
  uint8_t *styles; /* enum xlsx_style by number of cell format */
  uint32_t style_count, style_cap;
  bool from_1904;
};

/* The descriptor becomes the book's. ERR_INPUT (an .xls, an encrypted file, no workbook, damaged), ERR_LIMIT. */
enum status book_open(struct xlsx_book *b, int fd, const char *path, struct err *e) MUST_CHECK;
void book_close(struct xlsx_book *b); /* fine on a zeroed struct */

/* What a number format shows: its code decides, or its built-in number where `code` is NULL. */
enum xlsx_style book_style_of(unsigned number, const char *code);
/* Undoes _x000D_ and its like, in place; returns the new length. */
size_t book_unescape(char *s, size_t n);

#endif
