#!/bin/sh
# One would guess that a workbook which is opened and saved keeps its pictures, as openpyxl keeps
# those that lie on a sheet. Pictures in cells, as Excel has had them since 2023 and XlsxWriter's
# `embed_image` makes them, are not read: `value` is "#VALUE!", pandas reads nothing, and the saved
# file holds the error without the picture. To add one number to a table of thumbnails is to lose
# all of them. Nothing warns.
# Found in openpyxl 3.1.5, openpyxl/reader/excel.py (which reads no xl/richData).
. "$(dirname "$0")/common.sh"

packages openpyxl==3.1.5 xlsxwriter==3.3.1 pandas==3.1.1 pillow==13.0.0

expected <<'END'
written by XlsxWriter: 2 pictures
openpyxl reads in A1: #VALUE!
pandas reads in A1: nan
saved by openpyxl: 1 pictures
END

program <<'END'
import zipfile

import openpyxl
import pandas
import xlsxwriter
from PIL import Image

Image.new("RGB", (20, 20), "red").save("in_cell.png")
Image.new("RGB", (20, 20), "blue").save("on_sheet.png")
with xlsxwriter.Workbook("images.xlsx") as written:
    sheet = written.add_worksheet()
    sheet.embed_image("A1", "in_cell.png")
    sheet.insert_image("C1", "on_sheet.png")


def say(what, name):
    with zipfile.ZipFile(name) as workbook:
        pictures = [file for file in workbook.namelist() if "/media/" in file]
    print(f"{what}: {len(pictures)} pictures")


say("written by XlsxWriter", "images.xlsx")
read = openpyxl.load_workbook("images.xlsx")
print("openpyxl reads in A1:", read.active["A1"].value)
print("pandas reads in A1:", pandas.read_excel("images.xlsx", header=None).iloc[0, 0])
read.active["A2"] = 5
read.save("saved.xlsx")
say("saved by openpyxl", "saved.xlsx")
END
