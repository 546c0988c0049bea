/**
 * How long a customer waits for an answer: an 830 renamed into the inbox of an idle daemon until its 997 can be read in the
 * outbox, 200 times, less the quiet time that is configured.
 * `npm run bench -- latency [times]`
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { addDays } from "../src/values/dates.ts";
import { type BenchDaemon, builtProgram, startDaemon, type TimedEvent } from "./daemon.ts";
import { blanketOrder, FIRST_DAY, POLICY, partnerFile, schedule830 } from "./ingest-customer.ts";
import { median, percentile, printRow, printTitle } from "./tables.ts";

const TIMES = 200;
/** Unmeasured: a daemon that has run for a while has its code compiled. */
const WARM = 20;
const QUIET = 200;
const CODE = "acme";
const ITEMS = 5;
const EXPECTED = 150;

/** Milliseconds from the rename into the inbox. */
interface Answer {
  readonly readable: number;
  readonly steps: Readonly<Record<string, number>>;
}

const STEPS = ["file.claimed", "file.registered", "file.applied", "outbox.rendered", "outbox.written"];

/** Measures and prints the table. */
export async function benchLatency([times = String(TIMES)]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const script = builtProgram(folder);
    const home = path.join(folder, "home");
    layOut(home);
    const daemon = startDaemon(script, home, FIRST_DAY);
    try {
      await daemon.next(({ event }) => event === "idle");
      await drop(home, daemon, "erp", "agreed.json", blanketOrder(CODE, ITEMS));
      for (let n = 1; n <= WARM; n += 1) await answered(home, daemon, n);
      const answers: Answer[] = [];
      for (let n = 1; n <= Number(times); n += 1) answers.push(await answered(home, daemon, WARM + n));
      report(answers);
    } finally {
      await daemon.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function layOut(home: string): void {
  const folders = [
    "config/partners",
    "config/policies",
    `inbox/${CODE}`,
    "inbox/erp",
    `outbox/${CODE}`,
    "data",
    "drop",
  ];
  for (const name of folders) mkdirSync(path.join(home, name), { recursive: true });
  const settings = `version: 1
company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }
intake: { quietMilliseconds: ${QUIET} }
logLevel: error
`;
  writeFileSync(path.join(home, "config/gateway.yaml"), settings);
  writeFileSync(path.join(home, "config/policies/standard.yaml"), POLICY);
  writeFileSync(path.join(home, `config/partners/${CODE}.yaml`), partnerFile(CODE));
}

/** Complete at once: written elsewhere, then renamed in. Ends when the daemon is idle again. */
async function drop(home: string, daemon: BenchDaemon, folder: string, name: string, content: string): Promise<void> {
  const prepared = path.join(home, "drop", name);
  writeFileSync(prepared, content);
  renameSync(prepared, path.join(home, "inbox", folder, name));
  await daemon.next(({ event }) => event === "idle");
}

/** One schedule more, and the way of its answer. */
async function answered(home: string, daemon: BenchDaemon, n: number): Promise<Answer> {
  const outbox = path.join(home, "outbox", CODE);
  const before = new Set(readdirSync(outbox));
  const readable = nextAnswer(outbox, before);
  const prepared = path.join(home, "drop", `${n}.edi`);
  writeFileSync(prepared, nextSchedule(n));
  const renamed = now();
  renameSync(prepared, path.join(home, "inbox", CODE, `${n}.edi`));
  const read = await readable;
  const steps: Record<string, number> = {};
  await daemon.next((told) => {
    if (STEPS.includes(told.event)) steps[told.event] = milliseconds(renamed, told);
    return told.event === "idle";
  });
  return { readable: read - renamed, steps };
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const milliseconds = (from: number, { at }: TimedEvent): number => at * 1000 - from;

/** The same schedule, issued again a minute later: nothing changes, everything is looked at. */
function nextSchedule(n: number): string {
  const text = schedule830({ code: CODE, week: 1, start: addDays(FIRST_DAY, 0), items: ITEMS });
  const control = String(n + 1).padStart(9, "0");
  return text
    .replaceAll("000000001", control)
    .replace("*1*X*004010", `*${n + 1}*X*004010`)
    .replace(/GE\*1\*1~/, `GE*1*${n + 1}~`)
    .replace("*05**R1*", `*05**R${n}*`);
}

/** When a name that was not there before stands in the outbox and has been read, by this process's own watch. */
function nextAnswer(outbox: string, before: ReadonlySet<string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const watcher = watch(outbox, () => {
      const name = readdirSync(outbox).find((found) => found.startsWith("997_") && !before.has(found));
      if (name === undefined) return;
      const content = readFileSync(path.join(outbox, name), "latin1");
      const at = now();
      watcher.close();
      if (content.includes("AK9*A")) resolve(at);
      else reject(new Error(`${name}: ${content}`));
    });
  });
}

const printFigures = (name: string, values: readonly number[], expected = ""): void =>
  printRow(
    name,
    ...[median(values), percentile(values, 99), Math.max(...values)].map((value) => value.toFixed(1)),
    expected,
  );

function report(answers: readonly Answer[]): void {
  printTitle(`latency: ${answers.length} files, one after the other, quiet time ${QUIET} ms taken off`);
  printRow("milliseconds", "median", "99 %", "longest", "expected");
  for (const step of STEPS) {
    printFigures(
      step,
      answers.map(({ steps }) => (steps[step] ?? Number.NaN) - QUIET),
    );
  }
  printFigures(
    "997 readable",
    answers.map(({ readable }) => readable - QUIET),
    `<= ${EXPECTED}`,
  );
}
