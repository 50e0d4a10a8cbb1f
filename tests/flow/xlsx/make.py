"""Workbooks for tests/flow/xlsx.sh, out of the invented people of tests/flow/xiangxi, as offices fill them in: titles, joined cells, hidden rows."""
import csv, datetime, io, sys, zipfile
from pathlib import Path
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

SRC, OUT = Path(sys.argv[1]), Path(sys.argv[2])
SHEETS = ["村信息", "户信息", "家庭成员", "收入明细", "种植养殖", "入户走访", "帮扶责任人"]


def rows_of(name):
    data = (SRC / f"{name}.csv").read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text)))


def value(s, heading):
    """What a person's typing becomes: dates are dates, numbers numbers, and long numbers texts where the column was made so."""
    if s == "" or any(w in heading for w in ("号", "编码", "代码", "电话")):
        return s or None
    for form in ("%Y-%m-%d", "%Y/%m/%d"):
        try:
            return datetime.datetime.strptime(s, form)
        except ValueError:
            pass
    try:
        return int(s)
    except ValueError:
        pass
    try:
        return float(s)
    except ValueError:
        return s


def fill(sheet, rows, title=0):
    for i in range(title):
        sheet.cell(1 + i, 1, "湘西州农户信息（示例，人物虚构）" if i == 0 else "填表单位：示例县")
    if title:
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
    for r, row in enumerate(rows):
        for c, s in enumerate(row):
            v = s if r == 0 else value(s, rows[0][c])
            if v is not None:
                sheet.cell(r + 1 + title, c + 1, v)


def book(rows, path, title=0, sheet="Sheet1"):
    w = Workbook()
    w.active.title = sheet
    fill(w.active, rows, title)
    w.save(path)
    return w


def change(path, part, old, new):
    with zipfile.ZipFile(path) as z:
        parts = {n: z.read(n) for n in z.namelist()}
    assert old in parts[part], part
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for n, d in parts.items():
            z.writestr(n, d)


# one workbook, a sheet a level
w = Workbook()
w.active.title = "填表说明"
w.active["A1"] = "请按表填写"
for i, name in enumerate(SHEETS):
    fill(w.create_sheet(name), rows_of(name), title=i % 3)
w.save(OUT / "book.xlsx")

# a folder with a workbook a level
(OUT / "folder").mkdir()
for name in SHEETS:
    book(rows_of(name), OUT / "folder" / f"{name}.xlsx", title=2)

# a workbook a household
(OUT / "homes").mkdir()
for key in ("7001", "7002", "7003", "7004"):
    w = Workbook()
    w.remove(w.active)
    for name in SHEETS[1:]:
        rows = rows_of(name)
        at = next(i for i, h in enumerate(rows[0]) if h in ("户编号", "户编码"))
        mine = [r for r in rows[1:] if r[at] == key]
        if mine:
            fill(w.create_sheet(name), [rows[0]] + mine, title=1)
    w.save(OUT / "homes" / f"{key}.xlsx")
book(rows_of("村信息"), OUT / "homes" / "村.xlsx", sheet="村信息")

# the export of 2022, the household's number joined over its members, headings with line ends, spaces and stars, some rows hidden
rows = rows_of("export-2022")
(OUT / "list").mkdir()
w = Workbook()
s = w.active
fill(s, rows, title=3)
for c, h in enumerate(rows[0]):
    s.cell(4, c + 1, {"与户主关系": "与户主\n关 系", "务工时间(月)": "务工时间\n（月）", "户编号": "户编号*"}.get(h, h))
key = rows[0].index("户编号")
start = 5
for r in range(6, len(rows) + 5):
    if r == len(rows) + 4 or s.cell(r, key + 1).value != s.cell(start, key + 1).value:
        if r - 1 > start:
            s.merge_cells(start_row=start, end_row=r - 1, start_column=key + 1, end_column=key + 1)
        start = r
s.row_dimensions[6].hidden = True
s.column_dimensions[get_column_letter(3)].hidden = True
h = w.create_sheet("旧表")
fill(h, rows)
h.sheet_state = "hidden"
w.save(OUT / "list" / "export-2022.xlsx")

# what is wrong
(OUT / "bad").mkdir()
members = rows_of("家庭成员")


def bad(name, change_cell, rows=members):
    w = Workbook()
    w.active.title = "家庭成员"
    fill(w.active, rows)
    change_cell(w.active)
    w.save(OUT / "bad" / f"{name}.xlsx")


idc = members[0].index(next(h for h in members[0] if "号码" in h)) + 1
agec = members[0].index("务工时间(月)") + 1 if "务工时间(月)" in members[0] else 6


def number(s):
    s.cell(2, idc, 433124196503101117)


def error(s):
    s.cell(3, 4, "#N/A").data_type = "e"


bad("number", number)
bad("error", error)
bad("formula", lambda s: s.cell(3, 4, "=1+1"))
book(members, OUT / "bad" / "dtd.xlsx", sheet="家庭成员")
change(OUT / "bad" / "dtd.xlsx", "xl/workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook')
(OUT / "bad" / "cut.xlsx").write_bytes((OUT / "book.xlsx").read_bytes()[:4000])
(OUT / "bad" / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
with zipfile.ZipFile(OUT / "bad" / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as z:
    with zipfile.ZipFile(OUT / "bad" / "number.xlsx") as from_:
        for n in from_.namelist():
            if n != "xl/worksheets/sheet1.xml":
                z.writestr(n, from_.read(n))
    z.writestr("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>" + b" " * (200 << 20) + b"</sheetData></worksheet>")
# Strict names, no row or cell numbers, texts in place: as some programs write
book(rows_of("户信息"), OUT / "bad" / "strict.xlsx", sheet="户信息")
for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
    change(OUT / "bad" / "strict.xlsx", part, b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")
