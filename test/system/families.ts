/** Customers who speak EDIFACT, VDA or in tables, each in a home of its own in which everything of that family waits at once. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { asEdifact, asTable, asVda, type Schedule } from "../whole-way/four-families.ts";
import { confirmation, type Kind, type SystemHome, systemHome, written } from "./homes.ts";
import { DAY, runOn } from "./rich.ts";

export const FAMILIES = ["edifact", "vda", "table"] as const;
export type Family = (typeof FAMILIES)[number];

const FIRST_DAY = "2027-03-01";

interface Speaks {
  readonly settings: string;
  readonly schedule: (schedule: Schedule, sender: string) => string;
  readonly ending: string;
  /** What else the customer sends, by the names of the files, when the first note has been written. */
  readonly more: (home: SystemHome) => Readonly<Record<string, string>>;
}

/** The partner's code in capitals, as interchanges name it. */
const SENDER: Readonly<Record<Family, string>> = { edifact: "EDIFACT", vda: "VDA", table: "TABLE" };

const SPEAKS: Readonly<Record<Family, Speaks>> = {
  edifact: {
    settings: "shipNotice: { mapping: edifact/desadv }\ninvoice: { mapping: edifact/invoic }\n",
    schedule: asEdifact,
    ending: "edi",
    more: (home) => ({
      "call-off.edi": message(18, "DELJIT:D:97A:UN", CALL_OFF),
      "accepted.edi": answerTo(19, written(home, "edifact", "DESADV")),
      "received.edi": message(20, "RECADV:D:97A:UN", RECEIPT),
      "order.edi": message(21, "ORDERS:D:97A:UN", ["BGM+220+1+9", "DTM+137:20270401:102"]),
      "wrong.edi": asEdifact(scheduleOf(22, "700"), SENDER.edifact).replace(/UNT\+\d+/, "UNT+3"),
    }),
  },
  vda: {
    settings: "shipNotice: { mapping: fixed/4913 }\ninvoice: null\n",
    schedule: asVda,
    ending: "edi",
    more: () => ({ "wrong.edi": asVda(scheduleOf(18, "many"), SENDER.vda) }),
  },
  table: {
    settings:
      'tables: [{ files: "*.csv", mapping: csv/schedule-long }]\nshipNotice: { mapping: csv/ship-notice }\ninvoice: { mapping: csv/invoice }\n',
    schedule: asTable,
    ending: "csv",
    more: () => ({ "wrong.csv": asTable(scheduleOf(18, "many")) }),
  },
};

const scheduleOf = (release: number, quantity: string): Schedule => ({
  release,
  previous: release - 1,
  issuedOn: release === 16 ? FIRST_DAY : DAY,
  cumulativeFrom: "2027-01-01",
  until: "2027-06-30",
  items: ["P01", "P02"].map((shipTo) => ({
    part: "A-100",
    shipTo,
    order: "4500017",
    received: "0",
    wanted: [
      { quantity: "100", in: "day", on: release === 16 ? FIRST_DAY : DAY },
      { quantity, in: "week", on: "2027-04-05" },
      { quantity: "400", in: "month", on: "2027-05-01" },
    ],
  })),
});

/**
 * On the first day a contract and a schedule came and an order was made, a part of which was shipped. On the next there wait a
 * newer schedule, the first one again and one that is wrong; the ERP's word of what else was shipped; and what else there is
 * in the family: a call-off, answers to us, what was received, a message that no mapping is there for.
 */
export async function familyHome(kind: Kind, family: Family): Promise<SystemHome> {
  const home = await systemHome(kind);
  const { settings, schedule, ending, more } = SPEAKS[family];
  const sender = SENDER[family];
  const theirs = family === "vda" ? "" : "ZZ";
  mkdirSync(path.join(home.path, "inbox", family));
  writeFileSync(
    path.join(home.path, "config/partners", `${family}.yaml`),
    `version: 1\nname: ${family}\ntheirs: [{ qualifier: "${theirs}", id: ${sender} }]\nours: [{ qualifier: ZZ, id: WIDGETS }]\n${settings}`,
  );
  home.drop("erp", "contract.json", contractOf(family));
  home.drop(family, `first.${ending}`, schedule(scheduleOf(16, "200"), sender));
  await runOn(home, FIRST_DAY);
  home.drop("erp", "shipped-1.json", confirmation("1", "SO-000001", "60"));
  await runOn(home, FIRST_DAY);
  home.drop(family, `again.${ending}`, schedule(scheduleOf(16, "200"), sender));
  home.drop(family, `second.${ending}`, schedule(scheduleOf(17, "300"), sender));
  for (const [name, text] of Object.entries(more(home))) home.drop(family, name, text);
  home.drop("erp", "shipped-2.json", confirmation("2", "SO-000001", "40"));
  return home;
}

/** Files that wait or have come, by family. */
export const filesOf = (home: SystemHome, family: Family): number =>
  5 + 1 + Object.keys(SPEAKS[family].more(home)).length;

const contractOf = (partner: string): string =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    partner,
    customerNumber: "4500017",
    currency: "EUR",
    lines: ["P01", "P02"].map((shipTo, n) => ({
      line: 10 * (n + 1),
      item: "A-100",
      customerPart: "A-100",
      shipTo,
      quantity: "100000",
      price: "2.5",
    })),
  });

/** An interchange of the EDIFACT customer with one message. */
function message(control: number, type: string, body: readonly string[]): string {
  const segments = [
    "UNA:+.? ",
    `UNB+UNOC:3+${SENDER.edifact}:ZZ+WIDGETS:ZZ+270401:0600+${control}`,
    `UNH+1+${type}`,
    ...body,
    `UNT+${body.length + 2}+1`,
    `UNZ+1+${control}`,
  ];
  return segments.map((segment) => `${segment}'\n`).join("");
}

const CALL_OFF = [
  "BGM+242+C18+5",
  "DTM+137:20270401:102",
  "DTM+158:20270401:102",
  "DTM+159:20270409:102",
  "NAD+BY+EDIFACT::92",
  "NAD+ST+P01::92",
  "SEQ++1",
  "LIN+++A-100:IN",
  "RFF+ON:4500017",
  "RFF+AAN:18",
  "QTY+113:50:PCE",
  "SCC+1++D",
  "DTM+2:20270401:102",
  "UNS+S",
];

const RECEIPT = [
  "BGM+632+WE-7+9",
  "DTM+137:20270401:102",
  "DTM+50:20270401:102",
  "RFF+AAK:LS-1",
  "NAD+BY+EDIFACT::92",
  "CPS+1",
  "LIN+1++A-100:IN",
  "QTY+48:55:PCE",
  "QTY+12:60:PCE",
];

/** A CONTRL: what we wrote was accepted. */
function answerTo(control: number, ours: string): string {
  const of = /UNB\+(?:[^+]*\+){4}([^+']+)/.exec(ours)?.[1] ?? "";
  return message(control, "CONTRL:D:3:UN", [`UCI+${of}+WIDGETS:ZZ+${SENDER.edifact}:ZZ+7`]);
}
