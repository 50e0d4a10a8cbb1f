/* programmes/xiangxi takes every heading that is known of the real forms, and says where everything comes from. */
#include "programme_text.h"

/* The columns of the national system's export of 2022, one row a person. */
static const char *const export_2022[] = {"县", "乡", "行政村", "自然村", "户编号", "人编号", "姓名", "证件号码", "人数", "与户主关系", "民族", "文化程度", "在校生状况", "健康状况", "劳动技能",
  "务工时间(月)", "是否参加大病保险", "致贫原因1", "危房户", "是否解决安全饮用水", "人均纯收入", "户联系电话", "人联系电话", "首次识别时间", "人员识别时间", "户类型", "监测对象类型", "风险是否消除",
  "风险识别时间", "风险消除时间", NULL};
/* The household form of a county system of 2019. */
static const char *const form_2019[] = {"地区代码", "开户银行", "银行卡号", "贫困户属性", "是否当年预脱贫", "计划脱贫年度", "返贫年度", "返贫原因", "军烈属", "易地搬迁户", "搬迁方式", "安置地址",
  "致贫原因1", "致贫原因2", "致贫原因3", "耕地面积", "有效灌溉面积", "林地面积", "退耕还林面积", "林果面积", "水面面积", "牧草地面积", "生产电", "生活电", "广播电视", "饮水困难", "饮水安全",
  "住房面积", "住房结构", "危房", "房屋安全等级", "完工年度", "卫生厕所", "入户路类型", "距主干路", "主要燃料类型", "加入合作社", NULL};
static const char *const handbook_members[] = {"健康状况", "劳动技能", "在校生状况", "失学或辍学原因", NULL};
static const char *const handbook_helpers[] = {"帮扶责任人", "单位隶属关系", "帮扶单位", "帮扶开始时间", "帮扶结束时间", NULL};
static const char *const handbook_measures[] = {"帮扶措施类别", "帮扶内容", "实施时间", "投入资金", NULL};
static const char *const handbook_results[] = {"成效年度", "帮扶成效", "农户是否签字确认", "签字时间", NULL};
static const char *const monitoring[] = {"线索来源", "线索发现时间", "是否签订授权书", "监测对象类型", "风险类型", "风险识别时间", "风险是否消除", "风险消除时间", "刚性支出", NULL};
static const char *const income_lines[] = {"收入项目", "数量", "单位", "单价", "价格地点", "价格日期", "金额", "成本依据", "成本金额", "收入依据", NULL};
static const struct { const char *source; const char *const *headings; } layouts[] = {{"export_2022", export_2022}, {"households", form_2019}, {"households", monitoring}, {"members", handbook_members},
  {"helpers", handbook_helpers}, {"help_given", handbook_measures}, {"help_results", handbook_results}, {"income_lines", income_lines}};

static void load_xiangxi(struct loaded *l) {
  memset(l, 0, sizeof *l);
  arena_init(&l->arena, 0);
  l->status = programme_load(&l->arena, "programmes/xiangxi", &l->p, &l->problems, &l->e);
  if (l->status != OK) fail_msg("%s HINT: %s", l->e.message, l->e.hint);
}

static bool spelt(const char *spellings, const char *heading) {
  for (size_t n = strlen(heading); spellings && *spellings;) {
    size_t len = strcspn(spellings, "|");
    if (len == n && !memcmp(spellings, heading, n)) return true;
    spellings += len + (spellings[len] == '|');
  }
  return false;
}

static bool takes(const struct source *s, const char *heading) {
  if (spelt(s->household_key, heading) || spelt(s->member_key, heading)) return true;
  for (uint32_t i = 0; i < s->map_count; i++) {
    if (spelt(s->maps[i].column, heading)) return true;
    for (uint32_t k = 0; k < s->maps[i].within_count; k++)
      if (spelt(s->maps[i].within[k], heading)) return true;
  }
  return false;
}

static void every_known_heading_of_the_real_forms_is_taken(void **state) {
  (void)state;
  struct loaded l;
  load_xiangxi(&l);
  for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
    const struct source *s = NULL;
    for (uint32_t i = 0; i < l.p->source_count; i++)
      if (!strcmp(l.p->sources[i].name, layouts[k].source)) s = &l.p->sources[i];
    assert_non_null(s);
    for (const char *const *h = layouts[k].headings; *h; h++)
      if (!takes(s, *h)) fail_msg("the source %s takes no column %s", s->name, *h);
  }
  unload(&l);
}

static void every_collected_field_has_both_languages_and_a_source(void **state) {
  (void)state;
  struct loaded l;
  load_xiangxi(&l);
  for (uint32_t k = 0; k < l.p->level_count; k++)
    for (uint32_t i = 0; i < l.p->levels[k].field_count; i++) {
      const struct field *f = &l.p->levels[k].fields[i];
      if (f->derived && (!strcmp(f->name, "deprived") || !strcmp(f->name, "deprivation_score"))) continue; /* the program's own */
      if (!f->label.en || !f->label.zh) fail_msg("%s.%s has no label in one of the languages", l.p->levels[k].name, f->name);
      if (!f->derived && !f->source) fail_msg("%s.%s does not say where it comes from", l.p->levels[k].name, f->name);
      for (uint32_t c = 0; c < f->choice_count && f->area_level == UINT32_MAX; c++)
        if (!f->choices[c].label.en || !f->choices[c].label.zh) fail_msg("%s.%s: the choice %s has no label in one of the languages", l.p->levels[k].name, f->name, f->choices[c].code);
    }
  unload(&l);
}

static void every_number_has_a_source(void **state) {
  (void)state;
  struct loaded l;
  load_xiangxi(&l);
  for (uint32_t i = 0; i < l.p->param_count; i++)
    if (!l.p->params[i].source) fail_msg("the param %s has no source", l.p->params[i].name);
  for (uint32_t i = 0; i < l.p->line_count; i++)
    for (uint32_t k = 0; k < l.p->lines[i].amount_count; k++)
      if (!l.p->lines[i].amounts[k].source) fail_msg("the line %s of %d has no source", l.p->lines[i].name, l.p->lines[i].amounts[k].year);
  for (uint32_t i = 0; i < l.p->identify.quota_count; i++) assert_non_null(l.p->identify.quota[i].source);
  for (uint32_t i = 0; i < l.p->identify.exclude_count; i++) assert_non_null(l.p->identify.exclude[i].origin);
  for (uint32_t i = 0; i < l.p->indicator_count; i++) assert_non_null(l.p->indicators[i].origin);
  unload(&l);
}

static void a_line_stands_for_every_year_from_2010_to_2020(void **state) {
  (void)state;
  struct loaded l;
  load_xiangxi(&l);
  const struct line *n = &l.p->lines[l.p->main_line];
  for (int year = 2010; year <= 2020; year++) {
    bool found = false;
    for (uint32_t k = 0; k < n->amount_count; k++) found = found || (n->amounts[k].year == year && !strcmp(n->amounts[k].area, "*"));
    if (!found) fail_msg("no line for %d", year);
  }
  assert_true(programme_line_amount(l.p, 1, 2019, "433124110226") == 5000); /* Hunan's line of monitoring reaches its villages */
  unload(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_known_heading_of_the_real_forms_is_taken),
    cmocka_unit_test(every_collected_field_has_both_languages_and_a_source),
    cmocka_unit_test(every_number_has_a_source),
    cmocka_unit_test(a_line_stands_for_every_year_from_2010_to_2020),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
