/** A customer who sends VDA 4905 and reads 4913: records of 128 characters, numbers behind zeros. */
import { compact, type ScheduledItem, type ScheduleTold, type Speech, weekOf } from "./customer.ts";

export interface VdaHabits {
  /** Nine places each. */
  readonly customer: string;
  readonly supplier: string;
}

export const vda = (habits: VdaHabits): Speech => ({
  write: (told) => transmission(habits, told),
  notices: "4913",
  notesIn: (notice) =>
    notice
      .split(/\r?\n/)
      .filter((line) => line.startsWith("713"))
      .map((line) => line.slice(5, 13).trim()),
});

type Places = Readonly<Record<number, string>>;

/** Texts at their first positions. */
function record(type: string, places: Places): string {
  let held = type.padEnd(128);
  for (const [first, text] of Object.entries(places)) {
    const at = Number(first) - 1;
    held = held.slice(0, at) + text + held.slice(at + text.length);
  }
  return held.slice(0, 128);
}

const digits = (figure: string | number, places: number): string => String(figure).padStart(places, "0");

/** Fields of 513, which hold the first five call-offs, and of 514 for eight more each. */
const FIRST = 5;
const MORE = 8;

function transmission({ customer, supplier }: VdaHabits, told: ScheduleTold): string {
  const day = compact(told.issuedOn).slice(2);
  const head: Places = {
    4: "02",
    6: customer,
    15: supplier,
    24: digits(told.control - 1, 5),
    29: digits(told.control, 5),
    34: day,
  };
  const records = [record("511", head), ...told.items.flatMap((item) => itemRecords(item, told.release, day))];
  const count = (type: string) => digits(records.filter((held) => held.startsWith(type)).length, 7);
  const counters = [...["511", "512", "513", "514", "517", "518"].map(count), digits(1, 7), count("515")];
  return [...records, record("519", { 4: "02", 6: counters.join("") })].map((held) => `${held}\r\n`).join("");
}

function itemRecords(item: ScheduledItem, release: string, day: string): string[] {
  const asked = item.steps.map(([quantity, , timing, date]) => `${dateOf(timing, date)}${digits(quantity, 9)}`);
  const records = [
    record("512", {
      4: "02",
      6: item.shipTo,
      9: digits(release, 9),
      18: day,
      39: item.part,
      83: item.order,
      104: "ST",
      106: "L",
    }),
    record("513", {
      4: "02",
      12: item.lastNote === undefined ? "" : digits(item.lastNote, 8),
      26: digits(0, 12),
      38: digits(item.received, 10),
      48: asked.slice(0, FIRST).join(""),
    }),
  ];
  for (let first = FIRST; first < asked.length; first += MORE)
    records.push(record("514", { 4: "02", 6: asked.slice(first, first + MORE).join("") }));
  return records;
}

/** A day YYMMDD, a week YY00WW, a month YYMM00. */
function dateOf(timing: string, date: string): string {
  const day = compact(date).slice(2);
  if (timing === "W") return `${day.slice(0, 2)}00${weekOf(date)}`;
  return timing === "M" ? `${day.slice(0, 4)}00` : day;
}
