/**
 * How fast a schedule is applied: an 830 of 1,000 items × 26 weeks into a running daemon, from its claim to its *written*
 * 997; first for new accounts, then a week later: every first bucket delivered, one new last bucket, 5 % of the items
 * changed. Beside it the database's own speed with the same split rows, and the same with 50 other customers stored.
 * `npm run bench -- ingest [sqlite|postgres|both] [rounds] [others]`; PostgreSQL is the server of CALLOFF_TEST_POSTGRES.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "../src/store/store.ts";
import { addDays, type PlainDate } from "../src/values/dates.ts";
import { createPostgres, dropPostgres } from "../test/support/databases.ts";
import { type BenchDaemon, builtProgram, postgresTime, startDaemon } from "./daemon.ts";
import {
  blanketOrder,
  type Delivered,
  FIRST_DAY,
  ITEMS,
  POLICY,
  partnerFile,
  schedule830,
  WEEKS,
} from "./ingest-customer.ts";
import { postgresFloor, type Spent, sqliteFloor } from "./ingest-floor.ts";
import { storeOthers } from "./ingest-others.ts";

const KINDS = ["sqlite", "postgres"] as const;
type Kind = (typeof KINDS)[number];
const ROUNDS = 3;
const OTHERS = 50;
/** Applied first in every daemon, unmeasured: a daemon that runs has its code compiled. */
const WARM = { code: "warm", items: 300 };

interface Home {
  readonly kind: Kind;
  readonly path: string;
  readonly url: string;
  readonly script: string;
}

interface Measured {
  readonly first: readonly Spent[];
  readonly later: readonly Spent[];
}

/** Measures on each database asked for and prints the tables. */
export async function benchIngest(words: readonly string[]): Promise<void> {
  const [wanted = "both", rounds = String(ROUNDS), others = String(OTHERS)] = words;
  const size = { rounds: Number(rounds), others: Number(others) };
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const script = builtProgram(folder);
    for (const kind of KINDS) {
      if (wanted === kind || wanted === "both") await benchOn(kind, path.join(folder, kind), script, size);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchOn(
  kind: Kind,
  folder: string,
  script: string,
  { rounds, others }: { readonly rounds: number; readonly others: number },
): Promise<void> {
  const made = kind === "sqlite" ? undefined : await createPostgres();
  const home: Home = { kind, path: folder, url: made?.url ?? "sqlite:data/calloff.sqlite", script };
  try {
    const alone = await measured(home, customers("a", rounds), FIRST_DAY);
    const one = "a1";
    const floor =
      kind === "sqlite" ? await sqliteFloor(home.path, one, rounds) : await postgresFloor(home.url, one, rounds);
    if (others > 0) await storeOthers(home.url, home.path, Math.ceil(others / rounds));
    const among = others > 0 ? await measured(home, customers("b", rounds), addDays(FIRST_DAY, 14)) : undefined;
    report(kind, rounds, others, { alone, among, floor });
  } finally {
    if (made !== undefined) await dropPostgres(made.name);
  }
}

const customers = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);

/** Both weeks of these customers, one after the other in one daemon per week. */
async function measured(home: Home, codes: readonly string[], start: PlainDate): Promise<Measured> {
  const warm = `${WARM.code}${start.replaceAll("-", "")}`;
  layOut(home, [warm, ...codes]);
  const first = await inDaemon(home, start, async (daemon) => {
    for (const code of [warm, ...codes]) await takeBlanketOrder(home, daemon, code, code === warm ? WARM.items : ITEMS);
    await applied(home, daemon, warm, schedule830({ code: warm, week: 1, start, items: WARM.items }));
    const spent: Spent[] = [];
    for (const code of codes) spent.push(await applied(home, daemon, code, schedule830({ code, week: 1, start })));
    return spent;
  });
  const later = await inDaemon(home, addDays(start, 7), async (daemon) => {
    const delivered = await deliveries(home);
    const next = (code: string, items: number) =>
      schedule830({ code, week: 2, start, items, delivered: delivered.get(code) as Delivered });
    await applied(home, daemon, warm, next(warm, WARM.items));
    const spent: Spent[] = [];
    for (const code of codes) spent.push(await applied(home, daemon, code, next(code, ITEMS)));
    return spent;
  });
  return { first, later };
}

function layOut(home: Home, codes: readonly string[]): void {
  for (const name of ["config/partners", "config/policies", "inbox/erp", "data", "drop"]) {
    mkdirSync(path.join(home.path, name), { recursive: true });
  }
  const settings = "company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }";
  const quiet = "intake: { quietMilliseconds: 20, scanSeconds: 1 }\nlogLevel: error";
  const put = (name: string, text: string) => writeFileSync(path.join(home.path, name), text);
  put("config/gateway.yaml", `version: 1\n${settings}\ndatabase: ${home.url}\n${quiet}\n`);
  put("config/policies/standard.yaml", POLICY);
  for (const code of codes) put(`config/partners/${code}.yaml`, partnerFile(code));
}

/** Runs the daemon on a day until the work is done; what is due on that day is released and shipped before. */
async function inDaemon<T>(home: Home, date: PlainDate, work: (daemon: BenchDaemon) => Promise<T>): Promise<T> {
  const daemon = startDaemon(home.script, home.path, date);
  try {
    await daemon.next(({ event }) => event === "idle");
    return await work(daemon);
  } finally {
    await daemon.stop();
  }
}

/** Complete at once: written elsewhere, then renamed in. */
function drop(home: Home, folder: string, name: string, content: string): void {
  const prepared = path.join(home.path, "drop", name);
  writeFileSync(prepared, content);
  renameSync(prepared, path.join(home.path, "inbox", folder, name));
}

async function takeBlanketOrder(home: Home, daemon: BenchDaemon, code: string, items: number): Promise<void> {
  drop(home, "erp", `${code}.json`, blanketOrder(code, items));
  const { state, cause } = await daemon.next(({ event, name }) => event === "file.applied" && name === `${code}.json`);
  if (state !== "applied") throw new Error(`the blanket order of ${code}: ${String(state)} ${String(cause)}`);
  await daemon.next(({ event }) => event === "idle");
}

/** From the claim of an 830 to its written 997. */
async function applied(home: Home, daemon: BenchDaemon, code: string, content: string): Promise<Spent> {
  const name = `${code}.edi`;
  const server = postgresTime();
  drop(home, code, name, content);
  const claimed = await daemon.next((told) => told.event === "file.claimed" && told["name"] === name);
  const told = await daemon.next(({ event, name: of }) => event === "file.applied" && of === name);
  if (told["state"] !== "applied") throw new Error(`the 830 of ${code}: ${JSON.stringify(told)}`);
  const written = await daemon.next(({ event, folder, name: of }) => {
    return event === "outbox.written" && folder === code && String(of).startsWith("997");
  });
  const spent = { seconds: written.at - claimed.at, processor: written.processor - claimed.processor };
  await daemon.next(({ event }) => event === "idle");
  await allAccepted(home, code);
  return { ...spent, server: postgresTime() - server };
}

/** Nothing may have been held: it would cost less. */
async function allAccepted(home: Home, code: string): Promise<void> {
  const held = await asked(home, "SELECT COUNT(*) AS n FROM revision WHERE partner = :code AND state <> 'accepted'", {
    code,
  });
  if (Number(held[0]?.["n"]) > 0) throw new Error(`schedules of ${code} were not accepted`);
}

async function deliveries(home: Home): Promise<Map<string, Delivered>> {
  const rows = await asked(home, "SELECT partner, note, shipped_on FROM shipment ORDER BY id");
  return new Map(
    rows.map((row) => [
      String(row["partner"]),
      { note: String(row["note"]), on: String(row["shipped_on"]) as PlainDate },
    ]),
  );
}

async function asked(home: Home, sql: string, replacements: Readonly<Record<string, unknown>> = {}) {
  const store = openStore(home.url, home.path);
  try {
    return await store.ask(sql, replacements);
  } finally {
    await store.close();
  }
}

interface Result {
  readonly alone: Measured;
  readonly among: Measured | undefined;
  readonly floor: readonly Spent[];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, at) => (at === 0 ? cell.padEnd(36) : cell.padStart(12))).join("")}\n`);
}

const figureOf = (runs: readonly Spent[], figure: keyof Spent): number => median(runs.map((run) => run[figure]));
const clock = (runs: readonly Spent[]): number => figureOf(runs, "seconds");
const processor = (runs: readonly Spent[]): number => median(runs.map((run) => run.processor + run.server));

function report(kind: Kind, rounds: number, others: number, { alone, among, floor }: Result): void {
  const rows = ITEMS * WEEKS;
  process.stdout.write(
    `\n${kind}: ${ITEMS} items × ${WEEKS} weeks, median of ${rounds}, ${cpus().length} cores; claim to written 997\n`,
  );
  print("", "seconds", "cpu s", "server cpu", "splits/s");
  const line = (name: string, runs: readonly Spent[]) =>
    print(
      name,
      clock(runs).toFixed(3),
      figureOf(runs, "processor").toFixed(2),
      figureOf(runs, "server").toFixed(2),
      Math.round(rows / clock(runs)).toString(),
    );
  line("floor: raw rows", floor);
  line("first time", alone.first);
  line("a week later", alone.later);
  if (among !== undefined) {
    line(`first time, ${others} others stored`, among.first);
    line(`a week later, ${others} others stored`, among.later);
  }
  process.stdout.write("\n");
  print("", "by clock", "by cpu", "expected");
  const ratio = (name: string, one: readonly Spent[], other: readonly Spent[], expected: string) =>
    print(name, (clock(one) / clock(other)).toFixed(2), (processor(one) / processor(other)).toFixed(2), expected);
  ratio("first time / floor, rows per second", floor, alone.first, ">= 0.4");
  ratio("a week later / first time", alone.later, alone.first, "<= 0.5");
  if (among === undefined) return;
  ratio("first time, others / none", among.first, alone.first, "<= 1.15");
  ratio("a week later, others / none", among.later, alone.later, "<= 1.15");
}
