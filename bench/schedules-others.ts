/** Writes files of DELFORs, VDA 4905s and CSV schedules to read: the same bytes every time. */
import { closeSync, openSync, writeSync } from "node:fs";
import { dayText, numbers } from "./schedules-830.ts";

const LINES = 40;
const WEEKS = 26;

/** Fills the file at `path` with what `piece` gives, up to at least `bytes`; returns its size. */
function filled(path: string, bytes: number, piece: (n: number) => string): number {
  const file = openSync(path, "w");
  let size = 0;
  for (let n = 1; size < bytes; n += 1) size += writeSync(file, piece(n), null, "latin1");
  closeSync(file);
  return size;
}

/** Interchanges of ten DELFORs of D.97A in UNOC. */
export function writeDelfors(path: string, bytes: number): number {
  const number = numbers(47);
  const message = (control: number): string[] => {
    const segments = [
      `UNH+${control}+DELFOR:D:97A:UN`,
      `BGM+241+REL${1000 + control}+5`,
      `DTM+137:${dayText(0)}:102`,
      `DTM+158:${dayText(0)}:102`,
      `DTM+159:${dayText(WEEKS)}:102`,
      "NAD+BY+EM01::92++EXAMPLE MOTORS",
      "NAD+SU+S4711::92++CALLOFF SUPPLIER",
      "GIS+37",
    ];
    for (let line = 0; line < LINES; line += 1) {
      if (line % 10 === 0) segments.push(`NAD+ST+P${line % 4}0::92`);
      segments.push(
        `LIN+${line + 1}++${10_000_000 + number(9_999_999)}-${line}:IN`,
        `LOC+11+DOCK ${line % 7}`,
        `RFF+ON:PO${45_000 + number(999)}`,
        `QTY+70:${10_000 + number(9999)}:PCE`,
        `DTM+51:${dayText(1)}:102`,
        `QTY+194:${100 + number(900)}:PCE`,
        `DTM+50:${dayText(0)}:102`,
        `RFF+AAU:N${70_000 + number(9999)}`,
      );
      for (let week = 0; week < WEEKS; week += 1) {
        segments.push(`SCC+${week < 4 ? 1 : 4}++W`, `QTY+113:${100 + number(2000)}:PCE`, `DTM+2:${dayText(week)}:102`);
      }
    }
    segments.push("UNS+S");
    return [...segments, `UNT+${segments.length + 1}+${control}`];
  };
  return filled(path, bytes, (n) => {
    const messages = Array.from({ length: 10 }, (_, at) => message(at + 1));
    const header = `UNB+UNOC:3+EXAMPLEMOTORS:ZZ+CALLOFFSUPPLIER:ZZ+260105:0600+${n}`;
    // The package edifact takes UNA at the beginning of a file only.
    return `${n === 1 ? "UNA:+.? '\n" : ""}${[header, ...messages.flat(), `UNZ+10+${n}`, ""].join("'\n")}`;
  });
}

const digits = (figure: number, width: number): string => String(figure).padStart(width, "0");
const sixDigits = (week: number): string => dayText(week).slice(2);

/** Transmissions of forty articles, a record per line. */
export function write4905s(path: string, bytes: number): number {
  const number = numbers(4905);
  const pairs = (from: number, count: number): string =>
    Array.from({ length: count }, (_, at) =>
      from + at < WEEKS ? `${sixDigits(from + at)}${digits(100 + number(2000), 9)}` : "000000000000000",
    ).join("");
  return filled(path, bytes, (n) => {
    const records = [
      `51102EXAMPLE  SUPPLIER ${digits((n - 1) % 99_999, 5)}${digits(((n - 1) % 99_999) + 1, 5)}${sixDigits(0)}260101`,
    ];
    for (let line = 0; line < LINES; line += 1) {
      const part = `${10_000_000 + number(9_999_999)}-${line}`.padEnd(22);
      const article = `51201P${line % 4}0${digits(n, 9)}${sixDigits(0)}${digits(n - 1, 9)}251229${part}${"".padEnd(22)}`;
      records.push(
        `${article}${`PO${45_000 + number(999)}`.padEnd(12)}D${line % 7}   WERKSTW11S`,
        `51301${sixDigits(0)}${digits(70_000 + number(9999), 8)}${sixDigits(0)}${digits((100 + number(900)) * 1000, 12)}${digits(10_000 + number(9999), 10)}${pairs(0, 5)}`,
        ...[5, 13, 21].map((from) => `51401${pairs(from, 8)}`),
      );
    }
    records.push(`51901${[1, LINES, LINES, 3 * LINES, 0, 0, 1, 0].map((count) => digits(count, 7)).join("")}`);
    return `${records.map((record) => record.padEnd(128)).join("\r\n")}\r\n`;
  });
}

const iso = (week: number): string => dayText(week).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");

/** One table with a row per quantity, in the columns of `csv/schedule-long`. */
export function writeTables(path: string, bytes: number): number {
  const number = numbers(4180);
  const header = "Release;Issued;Part;Ship to;Order;Unit;Received;Cumulative from;Date;Quantity;Commitment\r\n";
  return filled(path, bytes, (n) => {
    const line = `17;${iso(0)};${10_000_000 + n};P${n % 4}0;PO${45_000 + number(999)};PC;${10_000 + number(9999)};${iso(1)}`;
    const rows = Array.from(
      { length: WEEKS },
      (_, week) => `${line};${iso(week)};${100 + number(2000)};${week < 4 ? "firm" : "planned"}\r\n`,
    );
    return (n === 1 ? header : "") + rows.join("");
  });
}
