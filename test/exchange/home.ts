/** A home on a temporary folder and database, with one customer and an ERP, for tests of the exchange. */
import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pino } from "pino";
import { loadConfiguration } from "../../src/config/configuration.ts";
import { type Exchange, type ExchangeEventMap, exchangePaths } from "../../src/exchange/context.ts";
import { standingFaults } from "../../src/exchange/faults.ts";
import { homeFolders } from "../../src/exchange/home-folders.ts";
import { inProcessReader } from "../../src/exchange/set-reading.ts";
import { instantOf, standingClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import type { TestDatabase } from "../support/databases.ts";

const FILES: Readonly<Record<string, string>> = {
  "config/gateway.yaml": `version: 1
company: { name: Example Stamping, timeZone: Europe/Berlin, code: SUP01 }
intake: { quietMilliseconds: 0 }
`,
  "config/policies/standard.yaml": `version: 1
first: accept
zones: [{ name: all, increase: any, decrease: any }]
`,
  "config/partners/acme.yaml": `version: 1
name: ACME Motors
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
shipTos: { PLANT1: { name: ACME Plant 1, city: Detroit, country: US } }
`,
};

export interface TestHome {
  readonly exchange: Exchange;
  readonly home: string;
  /** Events so far, in order. */
  readonly told: { readonly event: string; readonly payload: unknown }[];
  readonly drop: (folder: string, name: string, content: string | Uint8Array) => string;
  /** Names in a folder of the home; hidden ones too. */
  readonly names: (...folder: string[]) => string[];
  readonly read: (...file: string[]) => string;
}

/** Lays the home out; `files` replaces or adds configuration files. */
export function testHome(database: TestDatabase, files: Readonly<Record<string, string>> = {}): TestHome {
  const { home, store } = database;
  for (const [name, content] of Object.entries({ ...FILES, ...files })) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), content);
  }
  for (const folder of ["inbox/acme", "inbox/erp", "outbox"]) mkdirSync(path.join(home, folder), { recursive: true });
  const config = loadConfiguration(home);
  const told: { event: string; payload: unknown }[] = [];
  const events = new EventEmitter<ExchangeEventMap>();
  const emit = events.emit.bind(events);
  events.emit = (event, ...payload) => {
    told.push({ event: String(event), payload: payload[0] });
    return emit(event, ...(payload as never));
  };
  const log = pino({ level: "silent" });
  const clock = standingClock(plainDate("2027-03-01"), instantOf("2027-03-01T06:30:00Z"));
  const faults = standingFaults({ clock, log, events });
  const exchange: Exchange = {
    config,
    store,
    clock,
    log,
    events,
    paths: exchangePaths(home),
    reader: inProcessReader(config.mappings),
    faults,
    folders: homeFolders({ home, log, events, faults }),
  };
  return {
    exchange,
    home,
    told,
    drop: (folder, name, content) => {
      const file = path.join(home, "inbox", folder, name);
      writeFileSync(file, content);
      return file;
    },
    names: (...folder) => {
      const at = path.join(home, ...folder);
      return existsSync(at) ? readdirSync(at).toSorted() : [];
    },
    read: (...file) => readFileSync(path.join(home, ...file), "latin1"),
  };
}

export interface Told830 {
  readonly control?: number;
  readonly sender?: string;
  readonly receiver?: string;
  readonly usage?: "P" | "T";
  readonly sets?: readonly (readonly string[])[];
  readonly functionalId?: string;
}

/** Body of a delivery schedule (without ST and SE): one item for one plant, one step of the given quantity. */
export const scheduleBody = (quantity = "400", date = "20270315"): string[] => [
  "BFR*05**R1*DL*A*20270301*20270401*20270301",
  "N1*ST*ACME PLANT 1*92*PLANT1",
  "LIN**BP*4711-A*PO*B-100",
  "UIT*PC",
  `FST*${quantity}*C*D*${date}`,
  "CTT*1",
];

/** An interchange of one group; sets are 830s with the given bodies. */
export function interchangeText(told: Told830 = {}): string {
  const { control = 1, sender = "ACMEMOTORS", receiver = "EXAMPLESTAMP", usage = "P", functionalId = "PS" } = told;
  const sets = told.sets ?? [scheduleBody()];
  const number = String(control).padStart(9, "0");
  const lines = [
    `ISA*00*          *00*          *01*${sender.padEnd(15)}*ZZ*${receiver.padEnd(15)}*270301*0600*U*00400*${number}*0*${usage}*>`,
    `GS*${functionalId}*${sender}*${receiver}*20270301*0600*${control}*X*004010`,
    ...sets.flatMap((body, n) => setLines(body, String(n + 1).padStart(4, "0"))),
    `GE*${sets.length}*${control}`,
    `IEA*1*${number}`,
  ];
  return lines.map((line) => `${line}~\n`).join("");
}

function setLines(body: readonly string[], control: string): string[] {
  return [`ST*830*${control}`, ...body, `SE*${body.length + 2}*${control}`];
}
