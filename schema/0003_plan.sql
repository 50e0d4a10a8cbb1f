-- 0003: plans. A plan is a run of kind "plan" whose file (docs/format/plan.md) lies beside the snapshot; here are its lines, so that offices can look
-- them up, and what people said to them.

CREATE TABLE plan_line (       -- one measure for one household or village; never changed: a new plan is a new run
  run       INTEGER NOT NULL REFERENCES run(id), -- the plan
  position  INTEGER NOT NULL,  -- order within it, from 0
  home      INTEGER NOT NULL,  -- of the household; 0 = a measure of the village
  household INTEGER NOT NULL,  -- id; 0 = a measure of the village
  village   TEXT NOT NULL,     -- code of the area, or ''
  number    TEXT NOT NULL,     -- the household's own number, or ''
  measure   TEXT NOT NULL,     -- its name in the programme
  quantity  INTEGER NOT NULL,  -- units
  cost      INTEGER NOT NULL,  -- in the first year, in whole currency units
  later     INTEGER NOT NULL,  -- upkeep of the later years of the plan's horizon, together
  price     INTEGER NOT NULL,  -- of the product planned with, in hundredths of a currency unit a kg; 0 = no product
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_line_of ON plan_line(home, household, run);

CREATE TABLE plan_answer (     -- what was said to a line; the last one counts. The event's detail holds the hash of its rows here
  event    INTEGER NOT NULL REFERENCES event(id), -- who, when
  run      INTEGER NOT NULL,   -- the plan
  position INTEGER NOT NULL,   -- the line
  answer   TEXT NOT NULL,      -- accept, refuse or withdraw
  reason   TEXT NOT NULL,      -- or ''
  PRIMARY KEY (event, run, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_answer_of ON plan_answer(run, position);
