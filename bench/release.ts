/**
 * How fast what is due becomes orders: 5,000 due splits, each with a customer order number of its own, to 5,000 child orders
 * in the database (T5), then their documents rendered (T9), then the files on disk; each beside what the machine can do by
 * itself. On PostgreSQL also with two gateways on one database.
 * `npm run bench -- release [sqlite|postgres|both] [rounds]`; PostgreSQL is the server of CALLOFF_TEST_POSTGRES.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { createPostgres, dropPostgres } from "../test/support/databases.ts";
import { compiled } from "./compiled.ts";
import { postgresTime } from "./daemon.ts";
import { filesPerSecond, rawRows } from "./floors.ts";
import type { Released, Step } from "./release-run.ts";
import { median, printRow, printTitle } from "./tables.ts";

const KINDS = ["sqlite", "postgres"] as const;
type Kind = (typeof KINDS)[number];
const ORDERS = 5000;
const ROUNDS = 3;
/** As many temporary files as the outbox writes at the same time. */
const AT_ONCE = 8;
/** The tables that T5 puts rows into. */
const TABLES = ["child_order", "child_line", "ledger", "outbound_document", "audit"];

interface Round {
  readonly gateways: readonly Released[];
  /** Processor time of the database server, seconds. */
  readonly server: number;
}

/** Measures on each database asked for and prints the tables. */
export async function benchRelease(words: readonly string[]): Promise<void> {
  const [asked = "both", rounds = String(ROUNDS)] = words;
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const script = compiled(folder, "release-run.ts");
    for (const kind of KINDS) {
      if (asked === kind || asked === "both") await benchOn(kind, path.join(folder, kind), script, Number(rounds));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchOn(kind: Kind, folder: string, script: string, rounds: number): Promise<void> {
  const template = kind === "sqlite" ? undefined : await createPostgres();
  const first = path.join(folder, "prepared");
  const url = template?.url ?? "sqlite:data/calloff.sqlite";
  try {
    execFileSync(process.execPath, [script, "prepare", first, url, String(ORDERS)], { stdio: "inherit" });
    const one: Round[] = [];
    const two: Round[] = [];
    const floors: Floors[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await inCopy(first, template?.name, async (home) => {
        one.push(await inGateways(script, home, 1));
        floors.push(await floorsOf(kind, home));
      });
      if (kind === "postgres")
        await inCopy(first, template?.name, async (home) => two.push(await inGateways(script, home, 2)));
    }
    report(kind, one, floors);
    if (kind === "postgres") reportTwo(one, two);
  } finally {
    if (template !== undefined) await dropPostgres(template.name);
  }
}

/** A home in the same state, with a database of its own. */
async function inCopy(
  first: string,
  template: string | undefined,
  work: (home: string) => Promise<unknown>,
): Promise<void> {
  const home = `${first}-copy`;
  cpSync(first, home, { recursive: true });
  const made = template === undefined ? undefined : await createPostgres(template);
  if (made !== undefined) {
    const settings = path.join(home, "config/gateway.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace(/^database: .*$/m, `database: ${made.url}`));
  }
  try {
    await work(home);
  } finally {
    if (made !== undefined) await dropPostgres(made.name);
    rmSync(home, { recursive: true });
  }
}

/** Starts so many gateways on one home, lets them go at the same moment, and takes what each says. */
async function inGateways(script: string, home: string, count: number): Promise<Round> {
  const started = Array.from({ length: count }, () => gateway(script, home));
  await Promise.all(started.map(({ ready }) => ready));
  const server = postgresTime();
  for (const { child } of started) child.stdin?.write("go\n");
  const gateways = await Promise.all(started.map(({ said }) => said));
  const released = gateways.reduce((sum, { release }) => sum + release.count, 0);
  const files = readdirSync(path.join(home, "outbox/erp")).length;
  if (released !== ORDERS || files !== ORDERS) throw new Error(`${released} orders and ${files} files of ${ORDERS}`);
  return { gateways, server: postgresTime() - server };
}

interface Gateway {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly said: Promise<Released>;
}

function gateway(script: string, home: string): Gateway {
  const words = (process.env["CALLOFF_BENCH_NODE"] ?? "").split(" ").filter(Boolean);
  const child = spawn(process.execPath, [...words, script, "run", home], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const told = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("a gateway ended before it was done");
    return value;
  };
  const result = async (): Promise<Released> => {
    await ready;
    return JSON.parse(await told()) as Released;
  };
  const ready = told();
  return { child, ready, said: result() };
}

interface Floors {
  readonly rows: { readonly rows: number; readonly seconds: number; readonly processor: number } | undefined;
  readonly oneByOne: number;
  readonly atOnce: number;
}

async function floorsOf(kind: Kind, home: string): Promise<Floors> {
  const bytes = readFileSync(path.join(home, "outbox/erp/order_SO-000001.json")).length;
  const floor = (atOnce: number) => filesPerSecond(home, { files: ORDERS, bytes, atOnce });
  return {
    rows: kind === "sqlite" ? await rawRows(home, TABLES) : undefined,
    oneByOne: await floor(1),
    atOnce: await floor(AT_ONCE),
  };
}

const middle = (rounds: readonly Round[], figure: (of: Released) => number): number =>
  median(rounds.map(({ gateways }) => Math.max(...gateways.map(figure))));

function report(kind: Kind, rounds: readonly Round[], floors: readonly Floors[]): void {
  printTitle(`release on ${kind}: ${ORDERS} orders, median of ${rounds.length}, ${cpus().length} cores`);
  printRow("", "seconds", "cpu s", "per second", "per cpu s", "statements");
  const line = (name: string, of: (released: Released) => Step) => {
    const seconds = middle(rounds, (released) => of(released).seconds);
    const processor = middle(rounds, (released) => of(released).processor);
    const statements = middle(rounds, (released) => of(released).statements);
    const rates = [seconds, processor].map((spent) => Math.round(ORDERS / spent).toString());
    printRow(name, seconds.toFixed(3), processor.toFixed(2), ...rates, String(statements));
    return seconds;
  };
  const release = line("due splits to orders (T5)", ({ release: step }) => step);
  const render = line("documents to bytes (T9)", ({ render: step }) => step);
  const write = line("bytes to files (T10, T11)", ({ write: step }) => step);
  const oneByOne = median(floors.map((floor) => floor.oneByOne));
  const atOnce = median(floors.map((floor) => floor.atOnce));
  printRow("floor: files synced one by one", (ORDERS / oneByOne).toFixed(3), "", oneByOne.toFixed(0));
  printRow(`floor: files synced ${AT_ONCE} at a time`, (ORDERS / atOnce).toFixed(3), "", atOnce.toFixed(0));
  const rows = floors.flatMap((floor) => floor.rows ?? []);
  if (rows.length > 0) {
    const seconds = median(rows.map((floor) => floor.seconds));
    const processor = median(rows.map((floor) => floor.processor));
    printRow(
      `floor: the ${rows[0]?.rows} rows of T5, raw`,
      seconds.toFixed(3),
      processor.toFixed(2),
      (ORDERS / seconds).toFixed(0),
    );
    printRow("T5 / floor, orders per second", (seconds / release).toFixed(2));
  }
  printRow("orders per second to the database", (ORDERS / release).toFixed(0), "", kind === "sqlite" ? ">= 1500" : "");
  printRow("orders per second to the disk, all steps", (ORDERS / (release + render + write)).toFixed(0));
  printRow("files / floor one by one", (ORDERS / write / oneByOne).toFixed(2));
}

/** The longest of the gateways counts: all is done when the last one is. */
function reportTwo(one: readonly Round[], two: readonly Round[]): void {
  printTitle(`release with two gateways on one database, ${cpus().length} cores`);
  printRow("", "one", "two", "one / two", "expected");
  const line = (name: string, figure: (of: Released) => number, expected = "") => {
    const [alone, both] = [middle(one, figure), middle(two, figure)];
    printRow(name, `${alone.toFixed(3)} s`, `${both.toFixed(3)} s`, (alone / both).toFixed(2), expected);
  };
  const expected = cpus().length >= 4 ? ">= 1.6" : ">= 1.0";
  line("due splits to orders (T5)", ({ release }) => release.seconds, expected);
  line("all steps", ({ release, render, write }) => release.seconds + render.seconds + write.seconds, expected);
  const server = (rounds: readonly Round[]) => median(rounds.map((round) => round.server)).toFixed(2);
  printRow("processor of the database server", `${server(one)} s`, `${server(two)} s`);
  const shares = two.map(({ gateways }) => gateways.map(({ release }) => release.count).join("+"));
  printRow("orders of each gateway", "", shares.join(" "));
}
