"""Workbooks for tests/flow/forms.sh, out of the invented people of tests/flow/xiangxi, as a county keeps them: a form a household, its tables below."""
import csv, io, sys
from pathlib import Path
from openpyxl import Workbook

SRC, OUT = Path(sys.argv[1]), Path(sys.argv[2])
TABLES = ["家庭成员", "收入明细", "种植养殖", "入户走访", "帮扶责任人", "帮扶措施", "帮扶成效"]
KEYS = ("户编号", "户编码")


def rows_of(name):
    data = (SRC / f"{name}.csv").read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    rows = list(csv.reader(io.StringIO(text)))
    return rows[0], [dict(zip(rows[0], r)) for r in rows[1:]]


def key_of(row):
    return next(row[k] for k in KEYS if k in row)


def typed(s):
    try:
        return int(s) if len(s) < 9 and not s.startswith("0") else s or None
    except ValueError:
        return s or None


def fill_form(sheet, key, below=False, tables=TABLES, printed=2):
    """One household: two labels with their values a row (or labels in a row with values below), then each table under its title."""
    heads, rows = rows_of("户信息")
    mine = next(r for r in rows if key_of(r) == key)
    sheet["A1"] = "精准扶贫手册（示例，人物虚构）"
    sheet.merge_cells("A1:H1")
    r = 2
    step = 6 if below else 2
    for at in range(0, len(heads), step):
        for i, h in enumerate(heads[at:at + step]):
            label = {0: f"{at + i + 1}、{h}", 1: h[:2] + " " + h[2:] + "：", 2: h + "*"}[(at + i) % 3] if h not in KEYS else h
            if below:
                sheet.cell(r, 1 + i, label), sheet.cell(r + 1, 1 + i, typed(mine[h]))
            else:
                sheet.cell(r, 1 + 4 * i, label), sheet.cell(r, 3 + 4 * i, typed(mine[h]))
                sheet.merge_cells(start_row=r, end_row=r, start_column=1 + 4 * i, end_column=2 + 4 * i)
                sheet.merge_cells(start_row=r, end_row=r, start_column=3 + 4 * i, end_column=4 + 4 * i)
        r += 2 if below else 1
    for name in tables:
        fill_table(sheet, r + 1, name, key, printed)
        r = sheet.max_row
    sheet.cell(r + 2, 1, "户主签字：            调查人：            日期：")
    sheet.merge_cells(start_row=r + 2, end_row=r + 2, start_column=1, end_column=6)


def fill_table(sheet, r, name, key, printed):
    heads, rows = rows_of(name)
    heads = [h for h in heads if h not in KEYS]
    mine = [x for x in rows if key_of(x) == key]
    sheet.cell(r, 1, name + "情况")
    sheet.merge_cells(start_row=r, end_row=r, start_column=1, end_column=max(2, len(heads)))
    for c, h in enumerate(heads):
        sheet.cell(r + 1, c + 1, h)
    for i, x in enumerate(mine):
        for c, h in enumerate(heads):
            sheet.cell(r + 2 + i, c + 1, typed(x[h]))
    for i in range(printed):  # lines that were printed and stayed empty
        if "序号" in heads:
            sheet.cell(r + 2 + len(mine) + i, 1 + heads.index("序号"), len(mine) + i + 1)


def homes():
    return sorted({key_of(x) for x in rows_of("户信息")[1]})


# a folder with a workbook a household, one of them with its values below
(OUT / "books" / "户表").mkdir(parents=True)
for n, key in enumerate(homes()):
    w = Workbook()
    w.active.title = "扶贫手册"
    fill_form(w.active, key, below=n == 1)
    w.save(OUT / "books" / "户表" / f"{key}.xlsx")

# one workbook, a sheet a household
w = Workbook()
w.active.title = "填表说明"
w.active["A1"] = "每户一张"
for key in homes():
    fill_form(w.create_sheet(key), key)
w.save(OUT / "sheets.xlsx")

# the form on one sheet, each table on a sheet of its own, without the household's number
(OUT / "apart").mkdir()
for key in homes():
    w = Workbook()
    w.active.title = "基本情况"
    fill_form(w.active, key, tables=[])
    for name in TABLES:
        s = w.create_sheet("表" + name[:2])
        fill_table(s, 1, name, key, 0)
    w.save(OUT / "apart" / f"{key}.xlsx")

# a sheet a level, with the household's number on the first alone
(OUT / "levels").mkdir()
for key in homes():
    w = Workbook()
    w.active.title = "户信息"
    for name in ["户信息"] + TABLES:
        heads, rows = rows_of(name)
        if name != "户信息":
            heads = [h for h in heads if h not in KEYS]
        mine = [x for x in rows if key_of(x) == key]
        s = w.active if name == "户信息" else w.create_sheet(name)
        for c, h in enumerate(heads):
            s.cell(1, c + 1, h)
            for i, x in enumerate(mine):
                s.cell(2 + i, c + 1, typed(x[h]))
    w.save(OUT / "levels" / f"{key}.xlsx")

# what is wrong
(OUT / "bad").mkdir()
for name, change in {"word": lambda s: s.cell(*find(s, "因"), "因懒"), "number": lambda s: s.cell(2, 3).__setattr__("value", None)}.items():
    def find(s, begins):
        return next((c.row, c.column) for row in s.iter_rows() for c in row if isinstance(c.value, str) and c.value.startswith(begins))
    w = Workbook()
    w.active.title = "扶贫手册"
    fill_form(w.active, "7001")
    change(w.active)
    w.save(OUT / "bad" / f"{name}.xlsx")
