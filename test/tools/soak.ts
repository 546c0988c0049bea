/**
 * Runs the built daemon for a while on a home of its own under sprinkled faults, and says whether it stayed whole and small:
 * memory, descriptors and watches at the beginning and the end, then the oracle.
 *
 * Usage: npm run soak -- MINUTES [--files N] [--seed S] [--keep]
 *
 * `--files` drops so many small files at once before the rest begins. In the first third of the time the daemon is killed and
 * stopped again and again; after that it lives on, and is measured. The home is removed unless `--keep` is given or it failed.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { addDays, plainDate } from "../../src/values/dates.ts";
import { readyHome, setting } from "../system/arriving.ts";
import { nextForecast, type SystemHome } from "../system/homes.ts";
import { assertSound, inStore } from "../system/oracle.ts";
import { type Measure, type SoakDaemon, soakDaemon } from "./soak-daemon.ts";
import { drawing, mountSmall, type Sprinkler, sprinkler } from "./soak-faults.ts";

const MINUTE = 60_000;
/** Between two measures. */
const INTERVAL = 2000;
/** Between two sprinkled faults at the most. */
const RARELY = 250;
/** What counts as flat. */
const MORE = { megabytes: 60, share: 0.25, descriptors: 8, watches: 0 };

interface Wanted {
  readonly minutes: number;
  readonly files: number;
  readonly seed: number;
  readonly keep: boolean;
}

function wanted(): Wanted {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      files: { type: "string", default: "0" },
      seed: { type: "string", default: "20270301" },
      keep: { type: "boolean", default: false },
    },
  });
  const minutes = Number(positionals[0] ?? "1");
  if (!(minutes > 0)) throw new Error("usage: npm run soak -- MINUTES [--files N] [--seed S] [--keep]");
  return { minutes, files: Number(values.files), seed: Number(values.seed), keep: values.keep };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const inWords = ({ megabytes, descriptors, watches }: Measure): string =>
  `${Math.round(megabytes)} MB, ${descriptors} descriptors, ${watches} watches`;

interface Soak {
  readonly home: SystemHome;
  readonly daemon: SoakDaemon;
  readonly measures: Measure[];
  /** How often each thing was done. */
  readonly done: Map<string, number>;
  /** The business date; each life of the daemon has a later one. */
  day: string;
}

/** So many small files at once; gives the seconds they took. */
async function load({ home, daemon }: Soak, files: number): Promise<void> {
  const began = performance.now();
  for (let n = 1; n <= files; n += 1) {
    writeFileSync(path.join(home.path, "inbox/acme", `load-${n}.edi`), nextForecast(home, n, "2000"));
    if (n % 500 === 0) await pause(0);
  }
  say(`${files} files dropped in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  let before = 0;
  let since = performance.now();
  for (let applied = 0; applied < files; ) {
    await pause(Math.min(10_000, 1000 + files));
    applied = daemon.told.get("file.applied") ?? 0;
    const seconds = (performance.now() - since) / 1000;
    say(`  ${applied} applied, ${((applied - before) / seconds).toFixed(0)} in a second; ${inWords(daemon.measure())}`);
    if (applied === before && seconds > 300) throw new Error("nothing was applied for five minutes");
    if (applied !== before) since = performance.now();
    before = applied;
  }
  say(`${files} files applied after ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** Sprinkles for so many milliseconds; `lives` are those in which the daemon is killed and started again. */
async function sprinkle(
  soak: Soak,
  faults: Sprinkler,
  draw: () => number,
  milliseconds: number,
  lives: boolean,
): Promise<void> {
  const until = performance.now() + milliseconds;
  let measured = performance.now();
  let lived = performance.now();
  while (performance.now() < until) {
    const what = await faults.next();
    soak.done.set(what, (soak.done.get(what) ?? 0) + 1);
    await pause(draw() * RARELY);
    if (lives && performance.now() - lived > 3000 + draw() * 8000) {
      await anotherLife(soak, draw() < 0.7 ? "SIGKILL" : "SIGTERM");
      lived = performance.now();
    }
    if (performance.now() - measured > INTERVAL) {
      if (!lives) soak.measures.push(soak.daemon.measure());
      measured = performance.now();
    }
  }
}

async function anotherLife(soak: Soak, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const code = await soak.daemon.end(signal);
  if (signal === "SIGTERM" && code !== 0) throw new Error(`stopped, the daemon ended with ${code}`);
  soak.done.set(signal, (soak.done.get(signal) ?? 0) + 1);
  soak.day = addDays(plainDate(soak.day), 1);
  await soak.daemon.start(soak.day);
}

/** The middle one of each measure. */
function median(of: readonly Measure[]): Measure {
  const middle = (field: keyof Measure): number =>
    of.map((measure) => measure[field]).toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
  return { megabytes: middle("megabytes"), descriptors: middle("descriptors"), watches: middle("watches") };
}

/** Whether what was measured is flat: after a warming up, the beginning against the end. */
function isFlat(measures: readonly Measure[]): boolean {
  const part = Math.ceil(measures.length / 5);
  const first = median(measures.slice(part, 2 * part));
  const last = median(measures.slice(-part));
  const most = first.megabytes + Math.max(MORE.megabytes, first.megabytes * MORE.share);
  const flat =
    last.megabytes <= most &&
    last.descriptors <= first.descriptors + MORE.descriptors &&
    last.watches <= first.watches + MORE.watches;
  for (let n = 0; n < 5; n += 1) {
    const from = Math.floor((n * measures.length) / 5);
    const some = measures.slice(from, Math.max(from + 1, Math.floor(((n + 1) * measures.length) / 5)));
    say(`  ${(["at first", "", "", "", "at last"][n] ?? "").padEnd(9)} ${inWords(median(some))}`);
  }
  say(`${flat ? "flat" : "NOT FLAT"}: ${inWords(first)} after warming up, ${inWords(last)} at the end`);
  return flat;
}

async function end(soak: Soak, faults: Sprinkler, files: number): Promise<void> {
  const { home, daemon } = soak;
  faults.over();
  await daemon.end("SIGTERM");
  // Halves that were never finished are set aside, and everything waiting is written.
  setting(home, "config/gateway.yaml", /patienceMinutes: [\d.]+/, "patienceMinutes: 0.001");
  await pause(200);
  await home.on(soak.day, ["run"]).catch(async () => home.on(soak.day, ["run"]));
  const grown = daemon.told.get("file.grown") ?? 0;
  await assertSound(home, {
    dropped: 1 + files + faults.dropped() + grown,
    taken: faults.taken,
    others: faults.others,
  });
  const states = await inStore(home, (store) =>
    store.ask("SELECT state, COUNT(*) AS files FROM file GROUP BY state ORDER BY state"),
  );
  say(`files: ${states.map((row) => `${String(row["files"])} ${String(row["state"])}`).join(", ")}; grown ${grown}`);
}

async function main(): Promise<void> {
  const { minutes, files, seed, keep } = wanted();
  const home = await readyHome();
  setting(
    home,
    "config/gateway.yaml",
    /^intake: .*$/m,
    "intake: { quietMilliseconds: 50, scanSeconds: 1, patienceMinutes: 0.2 }",
  );
  setting(
    home,
    "config/gateway.yaml",
    /^logLevel: .*$/m,
    'logLevel: warn\ntimetable: { release: "*/5 * * * * *" }\nworkers: { secondsPerFile: 2 }',
  );
  const mounted = mountSmall(home, files);
  say(
    `soak of ${minutes} minutes, seed ${seed}, in ${home.path}${mounted ? "" : "; without a small disk, which needs the right to mount"}`,
  );
  const soak: Soak = { home, daemon: soakDaemon(home.path), measures: [], done: new Map(), day: "2027-03-01" };
  const draw = drawing(seed);
  const faults = sprinkler(home, { draw, from: files, mounted, today: () => soak.day });
  let passed = false;
  try {
    await soak.daemon.start(soak.day);
    if (files > 0) await load(soak, files);
    await sprinkle(soak, faults, draw, (minutes * MINUTE) / 3, true);
    await sprinkle(soak, faults, draw, (minutes * MINUTE * 2) / 3, false);
    say([...soak.done].map(([what, times]) => `${times} × ${what}`).join(", "));
    const flat = isFlat(soak.measures);
    await end(soak, faults, files);
    say("the oracle finds the home whole");
    passed = flat;
  } finally {
    await soak.daemon.end("SIGKILL");
    faults.over();
    if (mounted) spawnSync("umount", ["--lazy", path.join(home.path, "outbox/acme")]);
    if (keep || !passed) say(`left: ${home.path}`);
    else await home.remove();
  }
  process.exitCode = passed ? 0 : 1;
  say(passed ? "PASS" : "FAIL");
}

await main();
