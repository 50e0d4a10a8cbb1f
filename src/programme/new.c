/* new.c - what `lucid new` writes: a small programme that works at once, commented in both languages, with synthetic data. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/random.h"
#include "programme/loader.h"

enum { VILLAGES = 6, HOUSEHOLDS = 20 /* of each village */ };

static const char *const yaml_lines[] = {
  "# A programme is this folder: plain files that anybody can read, copy and change. Nothing about a place is compiled in.",
  "# 一个项目就是这个文件夹：人人可读、可抄、可改的纯文本。程序里不写死任何地方的内容。",
  "#   lucid check FOLDER                  what is wrong, with line and column / 检查，指出行和列",
  "#   lucid run FOLDER --out DIR          from the data to decisions and a report / 从数据到认定和报告",
  "# Every key is described in docs/format/programme.md. People and places here are made up. 人物和地名均为虚构。",
  "",
  "programme:",
  "  name: @NAME@",
  "  title: {en: A first programme, zh: 第一个项目}",
  "  note: {en: Made-up households. Put your own in data/ and mend `sources`., zh: 数据为虚构。请把自己的数据放进 data/，并修改 sources。}",
  "  languages: [en, zh]          # the first is the default / 第一种为默认语言",
  "  currency: CNY",
  "  years: {from: 2026, to: 2030, current: 2026}",
  "",
  "areas:                         # where people live; the county keeps the register / 居住地；县级保管登记库",
  "  levels:",
  "    - {name: prefecture, label: {en: Prefecture, zh: 自治州}}",
  "    - {name: county, label: {en: County, zh: 县}, home: true}",
  "    - {name: village, label: {en: Village, zh: 村}}",
  "  list: {file: areas.csv}      # a table may stand wherever a list may / 凡列表处都可改用表格文件",
  "  household: home_village      # the field that says where a household lives / 说明住户所在地的字段",
  "",
  "params:                        # numbers that rules call by name; mark what nobody decreed / 规则中按名引用的数；无依据的请标明",
  "  - {name: school_from, value: 6, label: {en: School begins at, zh: 入学年龄}, source: Compulsory Education Law}",
  "  - {name: school_to, value: 15, label: {en: School ends at, zh: 义务教育结束年龄}, source: Compulsory Education Law}",
  "",
  "fields:                        # the codebook: what is asked / 指标：询问什么",
  "  - {name: home_village, type: choice, choices: {areas: village}, required: true, label: {en: Village, zh: 村}}",
  "  - {name: income, type: money, min: -1000000, max: 100000000, changeable: true, label: {en: Net income last year, zh: 上年纯收入}, unit: yuan a year}",
  "  - name: water",
  "    type: choice",
  "    label: {en: Drinking water, zh: 饮水}",
  "    choices:                   # code in the data, words for people / 数据中的代码与文字",
  "      - {code: piped, label: {en: piped, zh: 自来水}}",
  "      - {code: well, label: {en: protected well, zh: 有保护的水井}}",
  "      - {code: open, label: {en: open source, zh: 露天水源}}",
  "    missing: {\"-9\": refused}   # a code in the data that means an absence / 数据中表示缺失的代码",
  "  - {name: safe_house, type: boolean, changeable: true, label: {en: The house is safe, zh: 住房安全}}",
  "  - {name: has_car, type: boolean, changeable: true, label: {en: Owns a car, zh: 有轿车}}",
  "  - {name: debt, type: money, min: 0, fill: {value: 0, when: [empty]}, label: {en: Debt, zh: 负债}, unit: yuan} # an empty cell means none / 空白表示没有",
  "  - {name: age, level: members, type: integer, min: 0, max: 120, required: true, label: {en: Age, zh: 年龄}, unit: years}",
  "  - {name: sex, level: members, type: choice, choices: [{code: m, label: {en: male, zh: 男}}, {code: f, label: {en: female, zh: 女}}], label: {en: Sex, zh: 性别}}",
  "  - {name: in_school, level: members, type: boolean, changeable: true, label: {en: Goes to school, zh: 在校}}",
  "  - {name: ill, level: members, type: boolean, label: {en: Has a long illness or disability, zh: 长期患病或残疾}}",
  "  # Sealed: kept encrypted, read by no rule, shown in no report. 加密保存，任何规则都读不到，任何报告都不显示。",
  "  - {name: id_number, level: members, type: text, sealed: true, searchable: true, sensitivity: restricted, label: {en: Identity number, zh: 身份证号}}",
  "",
  "derive:                        # what is computed; rules are CEL / 计算得出的指标；规则用 CEL 书写",
  "  - {name: persons, rule: members.size(), label: {en: Persons, zh: 人口}}",
  "  - {name: income_per_head, rule: income / double(persons), label: {en: Income per head, zh: 人均纯收入}, unit: yuan a year}",
  "  - name: dropouts",
  "    rule: members.count(m, m.age >= school_from && m.age <= school_to && !m.in_school)",
  "    label: {en: Children of school age out of school, zh: 适龄失学儿童}",
  "",
  "lines:                         # poverty lines, per person a year / 贫困线，每人每年",
  "  - name: county_line",
  "    label: {en: County line, zh: 县贫困线}",
  "    amounts:",
  "      - {year: 2026, amount: 4000, source: made up for this example, assumed: true}",
  "",
  "dimensions:                    # deprivations besides income: weights are shares, and sum to 1 / 收入以外的困难；权重为份额，合计为 1",
  "  cutoff: 1/3",
  "  assumed: true",
  "  source: made up for this example",
  "  list:",
  "    - {name: education, label: {en: Education, zh: 教育}, indicators: [{name: dropout, rule: dropouts > 0, label: {en: a child is out of school, zh: 有儿童失学}}]}",
  "    - {name: housing, label: {en: Housing, zh: 住房}, indicators: [{name: unsafe, rule: \"!safe_house\", label: {en: the house is not safe, zh: 住房不安全}}]}",
  "    - {name: water, label: {en: Water, zh: 饮水}, indicators: [{name: open_water, rule: 'water == \"open\"', label: {en: water from an open source, zh: 饮用露天水源}}]}",
  "",
  "causes:                        # why: all that are true are listed / 致贫原因：成立的都列出",
  "  - {name: illness, rule: \"members.exists(m, m.ill)\", label: {en: illness or disability, zh: 因病因残}}",
  "  - {name: schooling, rule: \"members.exists(m, m.in_school && m.age > school_to)\", label: {en: costs of schooling, zh: 因学}}",
  "  - {name: debt, rule: debt > 2.0 * income, label: {en: debt, zh: 负债}}",
  "",
  "identify:                      # who is in. A missing answer makes a rule unknown: the household is undecided, never refused",
  "                               # 认定谁。缺失的回答使规则“未知”：该户待定，绝不因此被拒",
  "  include:                     # one of these is enough / 符合其一即可",
  "    - {name: below_line, rule: income_per_head < line, label: {en: income per head is below the line, zh: 人均纯收入低于贫困线}}",
  "    - {name: near_line, rule: income_per_head < 1.5 * line && (dropouts > 0 || !safe_house), label: {en: near the line and without schooling or a safe house, zh: 略高于贫困线但失学或住房不安全}, assumed: true}",
  "  exclude:                     # and none of these / 且不属于以下任何一种",
  "    - {name: has_car, rule: has_car, label: {en: owns a car, zh: 拥有轿车}, assumed: true}",
  "  rank: {rule: income_per_head, order: ascending, label: {en: income per head, zh: 人均纯收入}}",
  "  quota:                       # a layer of its own: it never says that somebody is not poor / 名额另算，绝不等于“不贫困”",
  "    level: county",
  "    ties: draw                 # equal ranks at the last place: lots that anyone can redo / 并列时抽签，人人可复核",
  "    places:",
  "      - {area: \"*\", places: 15, source: made up for this example, assumed: true}",
  "",
  "sample:                        # everybody was asked here, so there are no weights / 这里是普查，所以没有权重",
  "  welfare: {rule: income_per_head, label: {en: income per head, zh: 人均纯收入}, unit: {en: yuan a year, zh: 元/年}}",
  "  domains: [home_village, members.sex]",
  "",
  "sources:                       # which files hold the data, and which column is which field / 数据文件及其列与字段的对应",
  "  - name: households",
  "    file: households.csv",
  "    household: household",
  "    map: {home_village: village, income: income, water: water, safe_house: safe_house, has_car: has_car, debt: debt}",
  "  - name: members",
  "    file: members.csv",
  "    level: members",
  "    household: household",
  "    member: member",
  "    map: {age: age, sex: sex, in_school: in_school, ill: ill, id_number: id_number}",
};

static const char areas_csv[] =
  "code,level,parent,name.en,name.zh\n"
  "9901,prefecture,,Green Hills,青山州\n"
  "990101,county,9901,Clear Stream,清溪县\n"
  "990102,county,9901,Stone Bridge,石桥县\n"
  "990101001,village,990101,Upper Mill,上磨村\n"
  "990101002,village,990101,Lower Mill,下磨村\n"
  "990101003,village,990101,Plum Slope,梅坡村\n"
  "990102001,village,990102,Tea Ridge,茶岭村\n"
  "990102002,village,990102,Old Ferry,老渡村\n"
  "990102003,village,990102,Bamboo Bay,竹湾村\n";

static const char *const villages[VILLAGES] = {"990101001", "990101002", "990101003", "990102001", "990102002", "990102003"};

/* Households that look like households, and repeat exactly: small integers from a fixed seed. */
static void make_data(struct text *households, struct text *members) {
  struct rng r;
  rng_seed(&r, 2026);
  text_add(households, "household,village,income,water,safe_house,has_car,debt\n");
  text_add(members, "household,member,age,sex,in_school,ill,id_number\n");
  for (int v = 0; v < VILLAGES; v++)
    for (int h = 0; h < HOUSEHOLDS; h++) {
      int persons = 1 + (int)rng_below(&r, 6);
      int per_head = 1500 + (int)rng_below(&r, 2000) + (int)rng_below(&r, 3000) * (1 + (int)rng_below(&r, 3)); /* yuan, uneven */
      char key[20], income[24] = "", debt[24] = "";
      snprintf(key, sizeof key, "%s%03d", villages[v] + 4, h + 1);
      if (rng_below(&r, 40)) snprintf(income, sizeof income, "%d.%02d", per_head * persons, (int)rng_below(&r, 100)); /* a few did not say */
      if (!rng_below(&r, 4)) snprintf(debt, sizeof debt, "%d", 1000 * (1 + (int)rng_below(&r, 40)));
      static const char *const water[] = {"piped", "piped", "piped", "well", "well", "open", "-9"};
      uint64_t w = rng_below(&r, 30);
      text_addf(households, "%s,%s,%s,%s,%s,%s,%s\n", key, villages[v], income, water[w == 29 ? 6 : w % 6], rng_below(&r, 6) ? "yes" : "no", rng_below(&r, 9) ? "no" : "yes", debt);
      for (int m = 0; m < persons; m++) {
        int age = m == 0 ? 25 + (int)rng_below(&r, 55) : m == 1 ? 22 + (int)rng_below(&r, 50) : (int)rng_below(&r, 24);
        bool school = age >= 6 && age <= 15 ? rng_below(&r, 12) != 0 : age > 15 && age < 22 && rng_below(&r, 3) == 0;
        /* 999999 is no place, so these are nobody's numbers */
        text_addf(members, "%s,%d,%d,%s,%s,%s,999999%04d%02d%02d%04d\n", key, m + 1, age, rng_below(&r, 2) ? "m" : "f", school ? "yes" : "no", rng_below(&r, 11) ? "no" : "yes", 2026 - age,
                  1 + (int)rng_below(&r, 12), 1 + (int)rng_below(&r, 28), (int)rng_below(&r, 10000));
      }
    }
}

/* The folder's last name as a programme's name: small letters, digits and dashes. */
void new_name_of(const char *folder, char out[61]) {
  size_t end = strlen(folder), n = 0;
  while (end && folder[end - 1] == '/') end--;
  size_t start = end;
  while (start && folder[start - 1] != '/') start--;
  for (size_t i = start; i < end && n < 60; i++) {
    char c = folder[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
    bool letter = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    if (letter || (n && digit)) out[n++] = c;
    else if (n && out[n - 1] != '-') out[n++] = '-';
  }
  while (n && out[n - 1] == '-') n--;
  out[n] = 0;
  if (!n) memcpy(out, "programme", 10);
}

enum status new_write_file(const char *folder, const char *name, const char *data, size_t len, struct err *e) {
  char path[4300];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return err_set(e, ERR_INPUT, "choose a shorter name", "the name of the folder is too long");
  return file_replace(path, data, len, 0644, e);
}

enum status new_must_be_free(const char *folder, struct err *e) {
  DIR *d = opendir(folder);
  if (!d) return errno == ENOENT ? OK : err_errno(e, errno, "%s", folder);
  int entries = 0;
  for (struct dirent *x; (x = readdir(d));) entries += strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0;
  closedir(d);
  if (entries) return err_set(e, ERR_CONFLICT, "name a folder that does not exist yet", "%s exists and is not empty", folder);
  return OK;
}

static enum status write_all(const char *folder, struct text *yaml, struct text *households, struct text *members, struct err *e) {
  char name[61], data[4200];
  new_name_of(folder, name);
  for (size_t i = 0; i < sizeof yaml_lines / sizeof *yaml_lines; i++) {
    const char *mark = strstr(yaml_lines[i], "@NAME@");
    if (mark) text_addn(yaml, yaml_lines[i], (size_t)(mark - yaml_lines[i])), text_add(yaml, name), text_add(yaml, mark + 6);
    else text_add(yaml, yaml_lines[i]);
    text_addc(yaml, '\n');
  }
  make_data(households, members);
  TRY(text_check(yaml, "the programme", e));
  TRY(text_check(households, "the households", e));
  TRY(text_check(members, "the members", e));
  if (snprintf(data, sizeof data, "%s/data", folder) >= (int)sizeof data) return err_set(e, ERR_INPUT, "choose a shorter name", "the name of the folder is too long");
  TRY(file_make_dirs(data, e));
  TRY(new_write_file(folder, "data/households.csv", text_str(households), households->len, e));
  TRY(new_write_file(folder, "data/members.csv", text_str(members), members->len, e));
  TRY(new_write_file(folder, "areas.csv", areas_csv, sizeof areas_csv - 1, e));
  return new_write_file(folder, "programme.yaml", text_str(yaml), yaml->len, e);
}

enum status programme_new(const char *folder, struct err *e) {
  TRY(new_must_be_free(folder, e));
  struct text yaml, households, members;
  text_init(&yaml, 1 << 16), text_init(&households, 1 << 16), text_init(&members, 1 << 17);
  enum status s = write_all(folder, &yaml, &households, &members, e);
  text_free(&yaml), text_free(&households), text_free(&members);
  return s;
}
