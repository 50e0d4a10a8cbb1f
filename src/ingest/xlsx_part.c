#include "ingest/xlsx_part.h"

#include <expat.h>
#include <string.h>
#include <zip.h>

struct parsing {
  XML_Parser xml;
  const struct part_handler *h;
  void *ctx;
  const char *path;
  enum status status;
  bool enough;
  struct err *e;
};

static const char *local(const char *name) {
  const char *colon = strrchr(name, ':');
  return colon ? colon + 1 : name;
}

const char *part_attribute(const char **a, const char *name) {
  for (; a[0]; a += 2)
    if (strcmp(local(a[0]), name) == 0) return a[1];
  return NULL;
}

static void settle(struct parsing *p, enum status s) {
  p->status = s;
  if (s != OK || p->enough) XML_StopParser(p->xml, XML_FALSE);
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes) {
  struct parsing *p = user;
  if (p->status == OK && !p->enough) settle(p, p->h->start(p->ctx, local(name), attributes, &p->enough, p->e));
}

static void XMLCALL on_end(void *user, const char *name) {
  struct parsing *p = user;
  if (p->h->end && p->status == OK && !p->enough) settle(p, p->h->end(p->ctx, local(name), &p->enough, p->e));
}

static void XMLCALL on_text(void *user, const char *s, int n) {
  struct parsing *p = user;
  if (p->h->text && p->status == OK && !p->enough) settle(p, p->h->text(p->ctx, s, (size_t)n, p->e));
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public, int internal) {
  struct parsing *p = user;
  (void)name, (void)system, (void)public, (void)internal;
  settle(p, err_set(p->e, ERR_INPUT, "no spreadsheet writes one: who made this file?", "%s holds a document type declaration, which is not read", p->path));
}

static bool open_parser(struct parsing *p) {
  if (!(p->xml = XML_ParserCreate(NULL))) return false;
  XML_SetUserData(p->xml, p);
  XML_SetElementHandler(p->xml, on_start, on_end);
  XML_SetCharacterDataHandler(p->xml, on_text);
  XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
  return true;
}

static enum status feed(struct parsing *p, const char *data, size_t n, bool last, uint64_t fed) {
  if (p->enough) return OK;
  enum XML_Status s = XML_Parse(p->xml, data, (int)n, last);
  if (p->status != OK || p->enough) return p->status;
  if (s != XML_STATUS_OK)
    return p->status = err_set(p->e, ERR_INPUT, "open it in a spreadsheet and save it again", "%s is damaged: %s on line %llu of its XML", p->path, XML_ErrorString(XML_GetErrorCode(p->xml)),
                               (unsigned long long)XML_GetCurrentLineNumber(p->xml));
  XML_Index at = XML_GetCurrentByteIndex(p->xml);
  if (!last && fed > (uint64_t)(at > 0 ? at : 0) + XLSX_TOKEN_MAX) return p->status = err_set(p->e, ERR_LIMIT, NULL, "%s: a tag of more than %llu MiB", p->path, (unsigned long long)(XLSX_TOKEN_MAX >> 20));
  return OK;
}

static enum status unpack_part(struct parsing *p, zip_file_t *f, const zip_stat_t *st) {
  char buffer[65536];
  uint64_t total = 0, packed = st->valid & ZIP_STAT_COMP_SIZE ? st->comp_size : 0;
  for (;;) {
    zip_int64_t n = zip_fread(f, buffer, sizeof buffer);
    if (n < 0) return p->status = err_set(p->e, ERR_INPUT, "was it copied whole? open it in a spreadsheet and save it again", "%s is damaged: %s", p->path, zip_file_strerror(f));
    total += (uint64_t)n;
    if (total > XLSX_PART_MAX || (total > XLSX_RATIO_FROM && total / XLSX_RATIO > packed))
      return p->status = err_set(p->e, ERR_LIMIT, "save it as CSV instead", "%s unpacks to more than a table would (%llu MiB and more)", p->path, (unsigned long long)(total >> 20));
    TRY(feed(p, buffer, (size_t)n, n == 0, total));
    if (n == 0 || p->enough) return OK;
  }
}

enum status part_parse(void *container, const char *name, const char *path, const struct part_handler *h, void *ctx, bool *absent, struct err *e) {
  zip_t *zip = container;
  struct parsing p = {.h = h, .ctx = ctx, .path = path, .e = e};
  zip_stat_t st;
  zip_int64_t at = zip_name_locate(zip, name, ZIP_FL_NOCASE);
  if (absent) *absent = at < 0;
  if (at < 0) return absent ? OK : err_set(e, ERR_INPUT, "open it in a spreadsheet and save it again", "%s is damaged: it has no part %.100s", path, name);
  if (zip_stat_index(zip, (zip_uint64_t)at, 0, &st) != 0) return err_set(e, ERR_INPUT, NULL, "%s is damaged: %s", path, zip_strerror(zip));
  if (st.valid & ZIP_STAT_ENCRYPTION_METHOD && st.encryption_method != ZIP_EM_NONE) return err_set(e, ERR_INPUT, "take its password off and save it again", "%s is encrypted", path);
  zip_file_t *f = zip_fopen_index(zip, (zip_uint64_t)at, 0);
  if (!f) return err_set(e, ERR_INPUT, "open it in a spreadsheet and save it again", "%s is damaged: %s", path, zip_strerror(zip));
  enum status s = open_parser(&p) ? unpack_part(&p, f, &st) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (p.xml) XML_ParserFree(p.xml);
  zip_fclose(f);
  return s;
}

enum status part_parse_bytes(const void *data, size_t len, const char *path, const struct part_handler *h, void *ctx, struct err *e) {
  struct parsing p = {.h = h, .ctx = ctx, .path = path, .e = e};
  if (!open_parser(&p)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  enum status s = len > XLSX_TOKEN_MAX ? err_set(e, ERR_LIMIT, NULL, "%s is too long", path) : feed(&p, data, len, true, len);
  XML_ParserFree(p.xml);
  return s;
}
