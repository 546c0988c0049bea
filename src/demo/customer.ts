/**
 * A customer of the demo. It writes its delivery schedules by hand, with its own delimiters, drops them into its inbound
 * folder and reads what comes back from the outbox, and knows calloff through these files only.
 */
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { PlainDate } from "../values/dates.ts";

export interface CustomerHabits {
  readonly code: string;
  readonly senderQualifier: string;
  readonly sender: string;
  readonly receiverQualifier: string;
  readonly receiver: string;
  readonly element: string;
  readonly terminator: string;
  readonly version: string;
}

/** One item of a delivery schedule as the demo tells it. */
export interface ScheduledItem {
  readonly part: string;
  readonly order: string;
  readonly shipTo: string;
  /** Received cumulative and the last note counted in it. */
  readonly received: string;
  readonly lastNote?: string | undefined;
  /** Quantity, commitment (C firm, D planned), bucket (D day, W week) and date. */
  readonly steps: readonly (readonly [quantity: string, commitment: string, timing: string, date: string])[];
}

export interface Customer {
  readonly code: string;
  /** Writes an 830 with the next control number. */
  schedule(release: string, issuedOn: PlainDate, quantities: "A" | "C", items: readonly ScheduledItem[]): string;
  /** Puts a file into the inbound folder the way careful senders do: under another name first, then renamed. */
  drop(name: string, text: string): Promise<void>;
  /** Note numbers of all ship notices in the outbox, oldest first. */
  notes(): Promise<string[]>;
}

export function customer(home: string, habits: CustomerHabits): Customer {
  let control = 0;
  const inbox = path.join(home, "inbox", habits.code);
  const outbox = path.join(home, "outbox", habits.code);
  return {
    code: habits.code,
    schedule: (release, issuedOn, quantities, items) => {
      control += 1;
      return interchange(habits, control, issuedOn, scheduleSet(release, issuedOn, quantities, items));
    },
    drop: async (name, text) => {
      const hidden = path.join(inbox, `${name}.part`);
      await writeFile(hidden, text, "latin1");
      await rename(hidden, path.join(inbox, name));
    },
    notes: async () => {
      const names = (await readdir(outbox).catch(() => [])).filter((name) => name.startsWith("856")).toSorted();
      const texts = await Promise.all(names.map((name) => readFile(path.join(outbox, name), "latin1")));
      return texts.flatMap((text) =>
        text
          .split(/\r?\n/)
          .filter((segment) => segment.startsWith("BSN"))
          .map((segment) => segment.slice(0, -1).split(segment.charAt(3))[2] ?? ""),
      );
    },
  };
}

/** The two elements by which ISA names a party. */
const party = (qualifier: string, id: string): string[] => [qualifier, id.padEnd(15)];

const compact = (date: string): string => date.replaceAll("-", "");

function scheduleSet(
  release: string,
  issuedOn: PlainDate,
  quantities: string,
  items: readonly ScheduledItem[],
): string[][] {
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
  habits: CustomerHabits,
  control: number,
  on: PlainDate,
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
