// The peer of bench_decide.c: the rules of the programme xiangxi (programmes/xiangxi) in DuckDB's SQL, on the same rows, two threads.
// usage: node decide.mjs FOLDER COPIES RUNS; FOLDER holds household.csv, members.csv, income_lines.csv as bench_decide writes them.
// Loading and copying are not timed. What is timed makes one row a household (outcome before places, reasons, what is unknown)
// and the counts by home from it, as Lucid does. Unknown is NULL; `exists` over members is unknown unless one is true.
import { DuckDBInstance } from '@duckdb/node-api';

const [folder, copies, runs] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const db = await instance.connect();
// A column without a single value would be read as text: what kind each is, is said here.
const kinds = {
  household: { BOOLEAN: ['town_home', 'has_car', 'registered_business', 'public_salary', 'split_household', 'empty_household', 'large_machine', 'luxury_house', 'income_card', 'water_difficult', 'water_safe', 'food_enough', 'clothing_enough'],
    'DECIMAL(12,2)': ['income_given', 'farmland', 'house_area', 'road_km'], VARCHAR: ['cause_main', 'cause_2', 'cause_3', 'house_grade', 'road_kind'] },
  members: { BOOLEAN: ['on_register', 'shares_budget', 'basic_medical', 'serious_insurance', 'pension', 'dibao'], DATE: ['birth'], VARCHAR: ['labour', 'student', 'health'] },
  income_lines: { 'DECIMAL(12,2)': ['amount', 'cost'], VARCHAR: ['item', 'cost_basis'] },
};
const typed = (name) => '{' + Object.entries(kinds[name]).flatMap(([type, fields]) => fields.map((f) => `'${f}': '${type}'`)).join(', ') + '}';
const csv = (name) => `read_csv('${folder}/${name}.csv', header = true, types = ${typed(name)})`;
for (const name of ['household', 'members', 'income_lines']) {
  await db.run(`CREATE TABLE ${name}_base AS SELECT * FROM ${csv(name)}`);
  await db.run('SET preserve_insertion_order = true');
  await db.run(`CREATE TABLE ${name} AS SELECT t.* REPLACE (t.home + 1000 * c.copy AS home) FROM range(${copies}) AS c(copy) CROSS JOIN ${name}_base AS t`);
  await db.run(`DROP TABLE ${name}_base`);
}

const exists = (condition) => `CASE WHEN bool_or(${condition}) THEN true WHEN bool_or((${condition}) IS NULL) THEN NULL ELSE false END`;
const count = (condition) => `CASE WHEN bool_or((${condition}) IS NULL) THEN NULL ELSE count(*) FILTER (WHERE ${condition}) END`;
const cause = (word, more) => `coalesce(cause_main, 'none') = '${word}' OR coalesce(cause_2, 'none') = '${word}' OR coalesce(cause_3, 'none') = '${word}'${more ? ` OR ${more}` : ''}`;
const bits = (rules, test) => '(' + rules.map((r, i) => `CASE WHEN ${test(`(${r})`)} THEN ${2 ** i} ELSE 0 END`).join(' + ') + ')';
const masks = (name, rules) => `${bits(rules, (r) => r)} AS ${name}, ${bits(rules, (r) => `${r} IS NULL`)} AS ${name}_unknown`;

const people = 'greatest(persons, 1)';
const exclude = ['town_home', 'has_car', 'registered_business', 'public_salary', 'split_household', 'empty_household', 'large_machine', 'luxury_house'].map((f) => `coalesce(${f}, false)`);
const deprived = ['NOT food_enough', 'NOT clothing_enough', 'NOT water_safe', 'child_out', 'no_insurance', 'illness_uncovered',
  `house_grade = 'C' OR house_grade = 'D'`, `house_area < 13.0 * ${people}`, 'workers = 0 AND NOT any_dibao', 'old_without_pension'];
const weights = ['1/12', '1/12', '1/6', '1/6', '1/12', '1/12', '0.75/6', '0.25/6', '0.75/6', '0.25/6'].map((w) => w.split('/').reduce((a, b) => a / b));
const score = (rules, or) => '(' + rules.map((r, i) => `CASE WHEN ${or(`(${r})`)} THEN ${weights[i]} ELSE 0 END`).join(' + ') + ')';
const causes = [cause('illness', 'sick'), cause('disability', 'disabled'), cause('schooling'), cause('disaster'), cause('marriage'), cause('bereavement'),
  cause('no_land', `farmland < 0.5 * ${people}`), cause('no_water', 'water_difficult'), cause('no_skill'), cause('no_labour', 'workers = 0'), cause('no_funds'),
  cause('transport', `(road_kind = 'dirt' AND road_km > 5.0)`), cause('motivation'), cause('other')];

const query = `
CREATE TABLE decided AS
WITH m AS (
  SELECT home, household,
    ${count('coalesce(on_register, true)')} AS persons,
    ${count(`labour IN ('ordinary', 'skilled', 'weak')`)} AS workers,
    ${exists(`2013 - year(birth) >= 6 AND 2013 - year(birth) <= 15 AND student = 'no'`)} AS child_out,
    ${exists('NOT basic_medical')} AS no_insurance,
    ${exists(`health = 'serious' AND NOT serious_insurance`)} AS illness_uncovered,
    ${exists('dibao')} AS any_dibao,
    ${exists('2013 - year(birth) >= 60 AND NOT pension')} AS old_without_pension,
    ${exists(`health = 'serious' OR health = 'chronic'`)} AS sick,
    ${exists(`health = 'disabled'`)} AS disabled
  FROM members GROUP BY home, household),
i AS (
  SELECT home, household, CASE WHEN bool_or(net IS NULL) THEN NULL ELSE sum(net) END AS net_income FROM (
    SELECT home, household, CASE WHEN item IN ('purpose_grant', 'relief', 'livestock_kept') THEN 0.0 ELSE amount -
      CASE WHEN cost_basis = 'receipt' OR (item = 'wage_away' AND coalesce(cost_basis, 'rate') = 'rate') THEN cost WHEN coalesce(cost_basis, 'rate') = 'rate' THEN amount * CASE item WHEN 'grain' THEN 0.40 WHEN 'tobacco' THEN 0.45 WHEN 'livestock' THEN 0.40
        WHEN 'fruit' THEN 0.15 WHEN 'crops_other' THEN 0.40 WHEN 'business' THEN 0.40 ELSE 0.0 END ELSE 0.0 END END::DOUBLE AS net
    FROM income_lines) GROUP BY home, household),
h AS (
  SELECT h.*, m.* EXCLUDE (home, household), i.net_income,
    CASE WHEN coalesce(h.income_card, false) THEN CASE WHEN h.income_taken = 1 THEN i.net_income END / greatest(m.persons, 1) ELSE h.income_given::DOUBLE END AS income_per_head
  FROM household h LEFT JOIN m ON h.home = m.home AND h.household = m.household LEFT JOIN i ON h.home = i.home AND h.household = i.household),
b AS (
  SELECT home, household, persons, income_per_head, ${masks('exclude', exclude)}, ${masks('cause', causes)}, ${masks('deprived', deprived)},
    ${score(deprived, (r) => r)} AS score, ${score(deprived, (r) => `coalesce(${r}, true)`)} AS score_high
  FROM h),
p AS (SELECT *, CASE WHEN score >= 1.0 / 6 - 1e-9 THEN true WHEN score_high >= 1.0 / 6 - 1e-9 THEN NULL ELSE false END AS poor FROM b),
q AS (SELECT *, ${masks('include', ['income_per_head < 2736', 'income_per_head < 1.2 * 2736 AND poor'])} FROM p)
SELECT *, CASE WHEN (include = 0 AND include_unknown = 0) OR exclude <> 0 THEN 2 WHEN include = 0 OR exclude_unknown <> 0 THEN 3 ELSE 0 END::UTINYINT AS outcome FROM q`;
const counts = `SELECT home, count(*) FILTER (outcome = 0) AS selected, count(*) FILTER (outcome = 2) AS not_selected, count(*) FILTER (outcome = 3) AS undecided,
  count(*) FILTER (poor) AS poor, sum(persons) FILTER (poor) AS poor_persons, sum(score * persons) FILTER (poor) AS poor_score FROM decided GROUP BY home ORDER BY home`;

const times = [];
let rows;
for (let i = 0; i < runs; i++) {
  await db.run('DROP TABLE IF EXISTS decided');
  const began = performance.now();
  await db.run(query);
  rows = (await db.runAndReadAll(counts)).getRows();
  times.push((performance.now() - began) / 1000);
}
times.sort((a, b) => a - b);
console.log(`seconds ${times[Math.floor(runs / 2)]}`);
for (const r of rows) console.log(r.slice(0, 5).join(','));
