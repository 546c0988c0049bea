/** Customers who send X12 830 and read 856, each with separators and a version of its own. */
import { compact, type ScheduleTold, type Speech } from "./customer.ts";

export interface X12Habits {
  readonly senderQualifier: string;
  readonly sender: string;
  readonly receiverQualifier: string;
  readonly receiver: string;
  readonly element: string;
  readonly terminator: string;
  readonly version: string;
}

export const x12 = (habits: X12Habits): Speech => ({
  write: (told) => interchange(habits, told, scheduleSet(told)),
  notices: "856",
  notesIn: (notice) =>
    notice
      .split(/\r?\n/)
      .filter((segment) => segment.startsWith("BSN"))
      .map((segment) => segment.slice(0, -1).split(segment.charAt(3))[2] ?? ""),
});

/** The two elements by which ISA names a party. */
const party = (qualifier: string, id: string): string[] => [qualifier, id.padEnd(15)];

function scheduleSet({ release, issuedOn, quantities, items }: ScheduleTold): string[][] {
  const from = compact(issuedOn);
  const dates = items.flatMap((item) => item.steps.map(([, , , date]) => compact(date))).toSorted();
  const segments = [["BFR", "05", "", release, "DL", quantities, from, dates.at(-1) ?? from, from]];
  for (const item of items) {
    segments.push(
      ["LIN", "", "BP", item.part, "PO", item.order],
      ["UIT", "PC"],
      ["N1", "ST", "", "92", item.shipTo],
      ["SDP", "Y", "Y"],
    );
    for (const [quantity, commitment, timing, date] of item.steps)
      segments.push(["FST", quantity, commitment, timing, compact(date)]);
    segments.push(["SHP", "02", item.received, "050", from]);
    if (item.lastNote !== undefined) segments.push(["REF", "SI", item.lastNote]);
  }
  segments.push(["CTT", String(items.length)]);
  return segments;
}

function interchange(
  habits: X12Habits,
  { control, issuedOn: on }: ScheduleTold,
  body: readonly (readonly string[])[],
): string {
  const number = String(control).padStart(9, "0");
  const segments = [
    [
      "ISA",
      "00",
      " ".repeat(10),
      "00",
      " ".repeat(10),
      ...party(habits.senderQualifier, habits.sender),
      ...party(habits.receiverQualifier, habits.receiver),
      compact(on).slice(2),
      "0600",
      "U",
      "00400",
      number,
      "0",
      "P",
      ">",
    ],
    ["GS", "PS", habits.sender, habits.receiver, compact(on), "0600", String(control), "X", habits.version],
    ["ST", "830", "0001"],
    ...body,
    ["SE", String(body.length + 2), "0001"],
    ["GE", "1", String(control)],
    ["IEA", "1", number],
  ];
  return segments.map((segment) => `${segment.join(habits.element)}${habits.terminator}\n`).join("");
}
