/** Homes on either database for tests of the whole program, and what is left in them when all is done. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createPostgres, dropPostgres } from "../support/databases.ts";
import { emptyFolder, freshHome } from "../support/homes.ts";
import { calloff, type Ended } from "../support/program.ts";
import { filesIn } from "./oracle.ts";

export { filesIn, inStore, stateOf } from "./oracle.ts";

export const KINDS = ["sqlite", "postgres"] as const;
export type Kind = (typeof KINDS)[number];

export interface SystemHome {
  readonly path: string;
  readonly kind: Kind;
  /** Puts a file into the inbox, complete, as old as its place in the order of arrival. */
  drop(folder: string, name: string, content: string): void;
  sample(name: string): string;
  /** Runs the built program in this home on that day, at six in the morning; it must not fail unless it is killed. */
  on(date: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The one document a command answers with. */
  ask(date: string, ...args: string[]): Promise<unknown>;
  /** A home in the same state, with a database of its own. */
  copy(): Promise<SystemHome>;
  remove(): Promise<void>;
}

/** Where a home's database is, and how it is copied with the home and taken away. */
interface Held {
  readonly url: string;
  copied(): Promise<Held>;
  drop(): Promise<void>;
}

/** Lies in the home's folder and goes the way it goes. */
const ownFile: Held = {
  url: "sqlite:data/calloff.sqlite",
  copied: async () => ownFile,
  drop: async () => {},
};

async function onServer(template?: string): Promise<Held> {
  const { name, url } = await createPostgres(template);
  return { url, copied: () => onServer(name), drop: () => dropPostgres(name) };
}

/** A home as `calloff init` lays it out; first schedules and every change of them pass, unless a planner is to be `asked`. */
export async function systemHome(kind: Kind, asked = false): Promise<SystemHome> {
  const home = freshHome("2027-03-01");
  if (!asked) {
    home.write(
      "config/policies/standard.yaml",
      "version: 1\nfirst: accept\nzones: [{ name: all, increase: any, decrease: any }]\n",
    );
  }
  return homeIn(home.path, kind, kind === "sqlite" ? ownFile : await onServer());
}

function homeIn(folder: string, kind: Kind, held: Held): SystemHome {
  const settings = path.join(folder, "config/gateway.yaml");
  const others = readFileSync(settings, "utf8").replace(/^database: .*\n/m, "");
  writeFileSync(settings, `${others}database: ${held.url}\n`);
  let arrivals = 0;
  const home: SystemHome = {
    path: folder,
    kind,
    drop: (inbox, name, content) => {
      const target = path.join(folder, "inbox", inbox, name);
      writeFileSync(target, content);
      arrivals += 1;
      utimesSync(target, arrivals, arrivals);
    },
    sample: (name) => readFileSync(path.join(folder, "samples", name), "latin1"),
    on: async (date, args, env = {}) => {
      const ended = await calloff([...args, "--home", folder, "--business-date", date], {
        env: { CALLOFF_NOW: `${date}T06:00:00Z`, ...env },
      });
      assert.ok(ended.code === 0 || ended.signal === "SIGKILL", `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
      return ended;
    },
    ask: async (date, ...args) => JSON.parse((await home.on(date, [...args, "--json"])).stdout) as unknown,
    copy: async () => {
      const target = emptyFolder().path;
      cpSync(folder, target, { recursive: true, preserveTimestamps: true });
      return homeIn(target, kind, await held.copied());
    },
    remove: async () => {
      await held.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return home;
}

/** Confirms that what an order asked for was shipped, as the ERP says it. */
export const confirmation = (number: string, order: string, quantity: string): string =>
  JSON.stringify({
    schema: "calloff/shipment-confirmation/1",
    confirmation: number,
    note: `LS-${number}`,
    lines: [{ orderLine: `${order}/10`, quantity }],
  });

/** The sample forecast as the customer's next interchange, its second date asking for `quantity`. */
export const nextForecast = (home: SystemHome, control: number, quantity: string): string =>
  home
    .sample("forecast.edi")
    .replaceAll("000000001", String(control).padStart(9, "0"))
    .replace("FST*2000*C*D*20270401", `FST*${quantity}*C*D*20270401`)
    .replace("*05**1*DL", `*05**${control}*DL`);

/** The single interchange that a home wrote of that kind. */
export function written(home: SystemHome, folder: string, beginning: string): string {
  const [found, ...more] = Object.entries(filesIn(home, `outbox/${folder}`)).filter(([name]) =>
    name.startsWith(beginning),
  );
  assert.ok(found !== undefined && more.length === 0, `one file ${beginning}… in outbox/${folder}`);
  return found[1];
}
