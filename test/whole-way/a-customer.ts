/** A customer whose 830s are written segment by segment, and a home whose days are lived through by commands. */
import { readdirSync } from "node:fs";
import path from "node:path";
import type { TestHome } from "../support/homes.ts";
import { calloffJson } from "../support/program.ts";

/** `YYYYMMDD`. */
const day = (date: string): string => date.replaceAll("-", "");

export interface Item {
  readonly part?: string;
  readonly shipTo?: string;
  /** Received cumulative; absent for a net customer. */
  readonly received?: string;
  readonly lastNote?: string;
  /** `[quantity, date]`, firm unless told. */
  readonly steps: readonly (readonly [quantity: string, date: string, commitment?: string])[];
}

/** Segments of one item of an 830. */
export const itemOf = ({ part = "A-100", shipTo = "PLANT1", received, lastNote, steps }: Item): string[] => [
  `LIN**BP*${part}`,
  "UIT*PC",
  `N1*ST**92*${shipTo}`,
  ...steps.map(([quantity, date, commitment = "C"]) => `FST*${quantity}*${commitment}*D*${day(date)}`),
  ...(received === undefined ? [] : [`SHP*02*${received}*050`]),
  ...(received === undefined && lastNote !== undefined ? ["SHP*01*1*050"] : []),
  ...(lastNote === undefined ? [] : [`REF*SI*${lastNote}`]),
];

/** An interchange with one 830 of these segments, numbered like the release. */
export function anInterchange(release: string, issuedOn: string, segments: readonly string[]): string {
  const blanks = " ".repeat(10);
  const control = release.padStart(9, "0");
  const lines = [
    `ISA*00*${blanks}*00*${blanks}*ZZ*${"ACME".padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*${day(issuedOn).slice(2)}*0600*U*00401*${control}*0*P*>`,
    `GS*PS*ACME*WIDGETS*${day(issuedOn)}*0600*${Number(release)}*X*004010`,
    "ST*830*0001",
    ...segments,
    `SE*${segments.length + 2}*0001`,
    `GE*1*${Number(release)}`,
    `IEA*1*${control}`,
  ];
  return lines.map((line) => `${line}~\n`).join("");
}

/** An 830 of the customer, as they send one a week. */
export const a830 = (release: string, issuedOn: string, items: readonly Item[]): string =>
  anInterchange(release, issuedOn, [
    `BFR*05**${release}*DL*A*${day(issuedOn)}**${day(issuedOn)}`,
    ...items.flatMap(itemOf),
    `CTT*${items.length}`,
  ]);

export interface Life {
  /** A command of that day. */
  run(date: string, ...args: string[]): Promise<{ readonly code: number | null; readonly document: unknown }>;
  /** Drops an 830 and does all that is waiting. */
  receive(date: string, text: string): Promise<unknown>;
  /** Confirms a shipment of order lines and does all that is waiting. */
  ship(date: string, note: string, lines: Readonly<Record<string, string>>): Promise<unknown>;
  outbox(folder: string): string[];
}

/** Days in a home. */
export function lifeIn(home: TestHome): Life {
  let files = 0;
  const run: Life["run"] = (date, ...args) =>
    calloffJson([...args, "--home", home.path, "--business-date", date], { env: { CALLOFF_NOW: `${date}T06:00:00Z` } });
  const dropped = async (date: string, name: string, text: string) => {
    files += 1;
    home.write(`inbox/${name.replace("#", String(files))}`, text);
    return (await run(date, "run")).document;
  };
  return {
    run,
    receive: (date, text) => dropped(date, "acme/forecast-#.edi", text),
    ship: (date, note, lines) =>
      dropped(
        date,
        "erp/shipped-#.json",
        JSON.stringify({
          schema: "calloff/shipment-confirmation/1",
          confirmation: `WMS-${note}`,
          note,
          lines: Object.entries(lines).map(([orderLine, quantity]) => ({ orderLine, quantity })),
        }),
      ),
    outbox: (folder) => readdirSync(path.join(home.path, "outbox", folder)).toSorted(),
  };
}
