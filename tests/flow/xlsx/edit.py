"""Looks into a workbook that was exported, changes one household as an office would, and saves it."""
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
s = w["户信息"]
heads = [c.value for c in s[1]]
lists = {str(v.sqref).split(":")[0][:-1]: v.formula1 for v in s.data_validations.dataValidation}
col = s.cell(1, heads.index("致贫原因1") + 1).column_letter
print("frozen", s.freeze_panes, "hidden", w["选项"].sheet_state, "lists", len(lists) > 10, "list of causes", col in lists)
row = next(r for r in range(2, s.max_row + 1) if s.cell(r, heads.index("户编号") + 1).value == "7001")
print("key is", repr(s.cell(row, heads.index("户编号") + 1).value))
s.cell(row, heads.index("致贫原因1") + 1).value = "因学"
s.cell(row, heads.index("耕地面积") + 1).value = 12.5
w.save(sys.argv[1])
