/** The numbers of a workbook's cells as text: as they are displayed, as far as the import can read that. */
import { dateFromSerial, format, getFormatDateInfo, getFormatInfo } from "numfmt";

/** Formats that are written by their number alone (ECMA-376, 18.8.30). Those of dates in other scripts read as dates too. */
const builtIn: Record<number, string> = {
  1: "0",
  2: "0.00",
  3: "#,##0",
  4: "#,##0.00",
  9: "0%",
  10: "0.00%",
  11: "0.00E+00",
  12: "# ?/?",
  13: "# ??/??",
  14: "yyyy-mm-dd",
  15: "yyyy-mm-dd",
  16: "yyyy-mm-dd",
  17: "yyyy-mm-dd",
  18: "h:mm",
  19: "h:mm:ss",
  20: "h:mm",
  21: "h:mm:ss",
  22: "yyyy-mm-dd h:mm",
  37: "#,##0",
  38: "#,##0",
  39: "#,##0.00",
  40: "#,##0.00",
  45: "mm:ss",
  46: "[h]:mm:ss",
  47: "mm:ss",
  48: "0.0E+0",
  49: "@",
};
for (const id of [27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]) builtIn[id] = "yyyy-mm-dd";

/** The longest format that a spreadsheet accepts. */
const longestPattern = 255;

export type ShowNumber = (value: number) => string;

/**
 * A cell's number by its format. A format of digits with characters between them is that of a phone number (+47 912 34 567,
 * 0701234567), and is applied. A date is written in ISO order, whatever the format's, so that day and month cannot be
 * confused. Other numbers have the decimals of the format, without grouping and units.
 */
export function numberFormat(id: number, custom: ReadonlyMap<number, string>, from1904: boolean): ShowNumber {
  const pattern = custom.get(id) ?? builtIn[id];
  if (pattern === undefined || pattern.length > longestPattern) return plain;
  let info: ReturnType<typeof getFormatInfo>;
  try {
    info = getFormatInfo(pattern);
  } catch {
    // A format that cannot be parsed says nothing about the number.
    return plain;
  }
  switch (info.type) {
    case "date":
    case "time":
    case "datetime":
      return dateFormat(pattern, from1904);
    case "percent":
      return shownBy(pattern);
    case "number":
      return info.maxDecimals === 0 ? shownBy(pattern) : rounded(info.maxDecimals);
    case "grouped":
    case "currency":
      return rounded(info.maxDecimals);
    default:
      return plain;
  }
}

/** All of its digits, of which a workbook holds 15. */
const plain: ShowNumber = (value) => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15))));

const rounded =
  (decimals: number): ShowNumber =>
  (value) =>
    plain(Math.abs(value) < 1e15 ? Number(value.toFixed(Math.min(decimals, 20))) : value);

const shownBy =
  (pattern: string): ShowNumber =>
  (value) => {
    try {
      return format(pattern, value).trim();
    } catch {
      return plain(value);
    }
  };

/** Between the calendars: day 0 is 1 January 1904 in some workbooks from Macs. */
const daysTo1904 = 1462;
/** The last day of the year 9999. */
const lastDay = 2_958_465;

function dateFormat(pattern: string, from1904: boolean): ShowNumber {
  const { year, month, day, hours, minutes } = getFormatDateInfo(pattern);
  const hasDate = year || month || day;
  if (/\[[hms]+\]/i.test(pattern)) return shownBy(pattern);
  return (value) => {
    const serial = from1904 ? value + daysTo1904 : value;
    if (serial < 0 || serial > lastDay) return plain(value);
    const [y, m, d, hour, minute, second] = dateFromSerial(serial);
    const time = `${two(hour)}:${two(minute)}${second > 0 ? `:${two(second)}` : ""}`;
    if (!hasDate) return time;
    const date = `${String(y).padStart(4, "0")}-${two(m)}-${two(d)}`;
    return hours || minutes ? `${date} ${time}` : date;
  };
}

const two = (n: number) => String(n).padStart(2, "0");
