"""The formats of a workbook, as a browser names them."""

from plannumerique.ui.spreadsheets import weighing

ODS, XLSX = weighing.ODS.mime, weighing.XLSX.mime
