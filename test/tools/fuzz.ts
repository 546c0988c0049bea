/**
 * `npm run fuzz -- [--inputs 1000000] [--seed 830] [--from 0] [--family edifact]`: damages files of every family in turn, or of one, in
 * every way it can think of and gives them to both passes of the reader, the mappings and the second reader. No crash, no hang, no more than 200 MB above the
 * start, nothing accepted in which the two readers see different things. CALLOFF_CORPUS adds real files to our own. An input that fails is made
 * smaller and printed with its number, by which it comes again: `--from N --inputs 1`.
 */
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { FAMILIES, familyOf, inputOf, material } from "./fuzz-inputs.ts";
import { minimised } from "./fuzz-minimise.ts";
import type { FuzzAnswer, FuzzTask } from "./fuzz-worker.ts";

const MEBI = 1024 * 1024;
const MOST_MEMORY = 200 * MEBI;
const LONGEST_MS = 20_000;
const LOOK_MS = 500;
const REPORT_MS = 30_000;
/** Kinds of failure that are shown; a reader that is wrong throughout needs no thousand examples. */
const MOST_SHOWN = 20;

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "830" },
    from: { type: "string", default: "0" },
    family: { type: "string" },
  },
});
const [inputs, seed, from] = [values.inputs, values.seed, values.from].map(Number) as [number, number, number];
const only = FAMILIES.find((family) => family === values.family);
if (values.family !== undefined && only === undefined) throw new Error(`--family is one of ${FAMILIES.join(", ")}`);
const end = from + inputs;
const texts = material();

/** A thread and the number of the input it is at. */
interface Judging {
  readonly worker: Worker;
  readonly progress: Int32Array;
}

function judging(): Judging {
  const shared = new SharedArrayBuffer(4);
  const progress = new Int32Array(shared);
  // A worker must be taught to read sources first: loaders do not reach into workers.
  const module = JSON.stringify(new URL("./fuzz-worker.ts", import.meta.url).href);
  const taught = `import("tsx/esm/api").then(({ register }) => { register(); return import(${module}); })`;
  const worker = new Worker(taught, { eval: true, workerData: shared });
  return { worker, progress };
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Gives one task to a thread and waits for its end; `undefined` when it hangs or dies, which ends it. */
function answerOf({ worker, progress }: Judging, task: FuzzTask, onFailure: (answer: FuzzAnswer) => void) {
  return new Promise<FuzzAnswer | undefined>((resolve) => {
    let last = { at: -1, since: performance.now() };
    const watch = setInterval(() => {
      const at = Atomics.load(progress, 0);
      if (at !== last.at) last = { at, since: performance.now() };
      else if (performance.now() - last.since > LONGEST_MS) void ended(undefined);
    }, LOOK_MS);
    const ended = async (answer: FuzzAnswer | undefined): Promise<void> => {
      clearInterval(watch);
      worker.off("message", told).off("error", died);
      if (answer === undefined) await worker.terminate();
      resolve(answer);
    };
    const told = (answer: FuzzAnswer): void => {
      if (answer.done) void ended(answer);
      else onFailure(answer);
    };
    const died = (error: Error): void => {
      print(`the reader died: ${String(error)}`);
      void ended(undefined);
    };
    worker.on("message", told).on("error", died);
    worker.postMessage(task, []);
  });
}

/** The part of a failure that says what kind it is: without the figures of the one input. */
const kindOf = (wrong: string): string => wrong.replace(/\d+/g, "#").slice(0, 60);

async function show(n: number, wrong: string): Promise<void> {
  const kind = kindOf(wrong);
  let own = judging();
  const family = only ?? familyOf(n);
  const small = await minimised(inputOf(texts, seed, n, family), async (bytes) => {
    const answer = await answerOf(own, { bytes, family }, () => {});
    if (answer === undefined) own = judging();
    return kindOf(answer?.wrong ?? "hangs or kills the reader") === kind;
  });
  await own.worker.terminate();
  print(
    `input ${n} of seed ${seed} (${family}): ${wrong}\n  smallest (${small.length} bytes): ${JSON.stringify(small.toString("latin1"))}`,
  );
}

const began = performance.now();
let current = judging();
// What the program itself takes is no part of what reading takes.
await answerOf(current, { seed, from: 0, to: 200, family: only }, () => {});
const start = process.memoryUsage.rss();
let highest = start;
const failed = new Map<string, number>();
let failures = 0;
const waiting: { n: number; wrong: string }[] = [];
const note = (n: number, wrong: string): void => {
  failures += 1;
  const kind = kindOf(wrong);
  if (!failed.has(kind) && failed.size < MOST_SHOWN) waiting.push({ n, wrong });
  failed.set(kind, (failed.get(kind) ?? 0) + 1);
};

const report = setInterval(() => {
  const done = Atomics.load(current.progress, 0) - from;
  const seconds = (performance.now() - began) / 1000;
  print(
    `${done} inputs, ${Math.round(done / seconds)} per second, ${failures} failures, ${Math.round((highest - start) / MEBI)} MB above the start`,
  );
}, REPORT_MS);
const memory = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, LOOK_MS);

for (let next = from; next < end; ) {
  const answer = await answerOf(current, { seed, from: next, to: end, family: only }, ({ at, wrong = "" }) =>
    note(at, wrong),
  );
  if (answer !== undefined) break;
  const at = Atomics.load(current.progress, 0);
  note(at, "hangs or kills the reader");
  if (failures > MOST_SHOWN) break;
  next = at + 1;
  current = judging();
}
clearInterval(report);
clearInterval(memory);
await current.worker.terminate();
for (const { n, wrong } of waiting) await show(n, wrong);
const above = highest - start;
const seconds = (performance.now() - began) / 1000;
print(`${inputs} inputs of seed ${seed} from ${Object.values(texts).flat().length} files in ${Math.round(seconds)} s`);
for (const [kind, count] of failed) print(`${count} × ${kind}`);
print(`${failures} failures; ${Math.round(above / MEBI)} MB above the start (at most ${MOST_MEMORY / MEBI})`);
process.exitCode = failures === 0 && above <= MOST_MEMORY ? 0 : 1;
