/**
 * What a second gateway on the same PostgreSQL database brings: four customers' 830s of 1,000 items × 26 weeks are dropped at
 * the same moment into a home that one daemon keeps, and into one that two keep, until the last 997 is written.
 * `npm run bench -- gateways [rounds]`; releasing with two gateways is measured by `release`.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { createPostgres, dropPostgres } from "../test/support/databases.ts";
import { type BenchDaemon, builtProgram, postgresTime, startDaemon, type TimedEvent } from "./daemon.ts";
import { blanketOrder, FIRST_DAY, ITEMS, POLICY, partnerFile, schedule830, WEEKS } from "./ingest-customer.ts";
import { median, printRow, printTitle } from "./tables.ts";

const ROUNDS = 3;
const CUSTOMERS = ["a1", "a2", "a3", "a4"];
/** Applied first, unmeasured: daemons that run have their code compiled. */
const WARM = ["w1", "w2", "w3", "w4"];
const WARM_ITEMS = 300;
const LONGEST_SECONDS = 300;

interface Taken {
  readonly seconds: number;
  readonly processor: number;
  readonly server: number;
  /** Files that each of the gateways applied. */
  readonly shares: readonly number[];
}

/** Measures with one and with two gateways in turns, and prints the table. */
export async function benchGateways([rounds = String(ROUNDS)]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const script = builtProgram(folder);
    const taken: Record<1 | 2, Taken[]> = { 1: [], 2: [] };
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const count of [1, 2] as const) {
        taken[count].push(await inGateways(path.join(folder, `${round}-${count}`), script, count));
      }
    }
    report(taken[1], taken[2]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inGateways(home: string, script: string, count: number): Promise<Taken> {
  const { name, url } = await createPostgres();
  layOut(home, url);
  const daemons: BenchDaemon[] = [];
  try {
    for (let n = 0; n < count; n += 1) {
      const daemon = startDaemon(script, home, FIRST_DAY);
      daemons.push(daemon);
      await daemon.next(({ event }) => event === "idle");
    }
    await dropAll(home, daemons, "erp", agreements(), isApplied);
    await dropAll(home, daemons, "", schedules(WARM, WARM_ITEMS), isAnswered);
    const server = postgresTime();
    const { seconds, processor, shares } = await dropAll(home, daemons, "", schedules(CUSTOMERS, ITEMS), isAnswered);
    return { seconds, processor, shares, server: postgresTime() - server };
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await dropPostgres(name);
    rmSync(home, { recursive: true });
  }
}

function layOut(home: string, url: string): void {
  const put = (name: string, text: string): void => {
    mkdirSync(path.join(home, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(home, name), text);
  };
  put(
    "config/gateway.yaml",
    `version: 1
company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }
database: ${url}
intake: { quietMilliseconds: 20, scanSeconds: 1 }
logLevel: error
`,
  );
  put("config/policies/standard.yaml", POLICY);
  for (const code of [...WARM, ...CUSTOMERS]) {
    put(`config/partners/${code}.yaml`, partnerFile(code));
    mkdirSync(path.join(home, "inbox", code), { recursive: true });
  }
  for (const folder of ["inbox/erp", "data", "drop"]) mkdirSync(path.join(home, folder), { recursive: true });
}

/** Files by the code of their customer. */
type Files = ReadonlyMap<string, string>;

const agreements = (): Files =>
  new Map([
    ...WARM.map((code) => [code, blanketOrder(code, WARM_ITEMS)] as const),
    ...CUSTOMERS.map((code) => [code, blanketOrder(code)] as const),
  ]);

const schedules = (codes: readonly string[], items: number): Files =>
  new Map(codes.map((code) => [code, schedule830({ code, week: 1, start: FIRST_DAY, items })]));

const isApplied = ({ event }: TimedEvent): boolean => event === "file.applied";
const isAnswered = ({ event, name }: TimedEvent): boolean =>
  event === "outbox.written" && String(name).startsWith("997");

/** Renames all files in, one right after the other, and waits until as many things have been told by any of the daemons. */
async function dropAll(
  home: string,
  daemons: readonly BenchDaemon[],
  folder: string,
  files: Files,
  fits: (event: TimedEvent) => boolean,
): Promise<Omit<Taken, "server">> {
  for (const [code, content] of files) writeFileSync(path.join(home, "drop", code), content);
  const before = daemons.map((daemon) => daemon.processor());
  const started = Number(process.hrtime.bigint()) / 1e9;
  for (const code of files.keys()) {
    renameSync(
      path.join(home, "drop", code),
      path.join(home, "inbox", folder === "" ? code : folder, `${code}.${folder === "" ? "edi" : "json"}`),
    );
  }
  const { last, shares } = await toldBy(daemons, fits, files.size);
  const processor = daemons.reduce((sum, daemon, n) => sum + daemon.processor() - (before[n] as number), 0);
  return { seconds: last - started, processor, shares };
}

/** Waits until so many events that fit were told by all daemons together. */
function toldBy(
  daemons: readonly BenchDaemon[],
  fits: (event: TimedEvent) => boolean,
  wanted: number,
): Promise<{ last: number; shares: readonly number[] }> {
  const shares = daemons.map(() => 0);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the gateways came to no end")), LONGEST_SECONDS * 1000);
    const stop = daemons.map((daemon, n) =>
      daemon.listen((event) => {
        if (isApplied(event)) {
          if (event["state"] !== "applied") reject(new Error(JSON.stringify(event)));
          shares[n] = (shares[n] as number) + 1;
        }
        if (!fits(event)) return;
        told += 1;
        if (told < wanted) return;
        clearTimeout(late);
        for (const end of stop) end();
        resolve({ last: event.at, shares });
      }),
    );
    let told = 0;
  });
}

function report(one: readonly Taken[], two: readonly Taken[]): void {
  printTitle(
    `ingest with two gateways on one database: ${CUSTOMERS.length} files of ${ITEMS} items × ${WEEKS} weeks, median of ${one.length}, ${cpus().length} cores`,
  );
  printRow("", "one", "two", "one / two", "expected");
  const of = (rounds: readonly Taken[], figure: (taken: Taken) => number) => median(rounds.map(figure));
  const line = (name: string, figure: (taken: Taken) => number, expected?: string) => {
    const [alone, both] = [of(one, figure), of(two, figure)];
    const ratio = expected === undefined ? [] : [(alone / both).toFixed(2), expected];
    printRow(name, `${alone.toFixed(2)} s`, `${both.toFixed(2)} s`, ...ratio);
  };
  line("first rename to last written 997", ({ seconds }) => seconds, cpus().length >= 4 ? ">= 1.6" : ">= 1.0");
  line("processor of the gateways", ({ processor }) => processor);
  line("processor of the database server", ({ server }) => server);
  printRow("files applied by each gateway", "", two.map(({ shares }) => shares.join("+")).join(" "));
}
