/** A customer without EDI: its planner exports a table with a row for each quantity, and reads tables. */
import { type ScheduleTold, type Speech, weekOf } from "./customer.ts";

export const tables: Speech = {
  write: ({ release, issuedOn, items }: ScheduleTold) => {
    const rows = items.flatMap((item) =>
      item.steps.map(([quantity, commitment, timing, date]) => [
        release,
        issuedOn,
        item.part,
        item.shipTo,
        item.order,
        item.received,
        item.lastNote ?? "",
        dateOf(timing, date),
        quantity,
        commitment === "C" ? "firm" : "planned",
      ]),
    );
    return [HEADERS, ...rows].map((row) => `${row.join(";")}\n`).join("");
  },
  notices: "ship-notice",
  notesIn: (notice) => {
    const [headers = [], ...rows] = notice
      .split(/\r?\n/)
      .filter((line) => line !== "")
      .map((line) => line.split(";"));
    return [...new Set(rows.map((row) => row[headers.indexOf("Ship notice")] ?? ""))];
  },
};

const HEADERS = [
  "Release",
  "Issued",
  "Part",
  "Ship to",
  "Order",
  "Received",
  "Last note",
  "Date",
  "Quantity",
  "Commitment",
];

/** A day as it is, a week `2027-W06`, a month `2027-02`. */
function dateOf(timing: string, date: string): string {
  if (timing === "W") return `${date.slice(0, 4)}-W${weekOf(date)}`;
  return timing === "M" ? date.slice(0, 7) : date;
}
