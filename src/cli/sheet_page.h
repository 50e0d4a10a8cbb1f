/* sheet_page.h - the comparison sheet as one printable page a household: A4, nothing fetched from elsewhere, opens without a network. */
#ifndef CLI_SHEET_PAGE_H
#define CLI_SHEET_PAGE_H

#include <stdio.h>

#include "registry/sheet.h"

struct sheet_page { FILE *out; const struct programme *programme; enum language lang; const char *round, *when; };
void sheet_page_begin(const struct sheet_page *p);
void sheet_page_household(const struct sheet_page *p, const struct sheet_household *h);
void sheet_page_end(const struct sheet_page *p);
/* A page with a link to each village's page. */
void sheet_page_index_begin(const struct sheet_page *p);
void sheet_page_index_row(const struct sheet_page *p, const char *area, const char *file, uint64_t households);
void sheet_page_index_end(const struct sheet_page *p);

#endif
