/**
 * `npm run conformance -- DIR [--workers 2] [--timeout 30] [--mappings DIR] [--json] [--failed]`: checks every file of a folder as `calloff check` does and
 * prints a line per file (message, version, documents, findings) and a summary. It fails on a crash, on a file that takes too
 * long, on segments or elements that are not accounted for, on a message that is valid and mapped and gives no document, on one
 * that is invalid and is read, on a finding that is not where INDEX.tsv expects it, on a second reader that reads
 * otherwise, and on a document that is another one when it is written and read again.
 *
 * What is expected of a file: DIR may hold an INDEX.tsv with the columns path, message type and expected; a file is invalid when it stands under a folder
 * `invalid`, when INDEX.tsv says so, or when its counts or control numbers disagree. Every other file is valid.
 */
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { loadMappings } from "../../src/mapping/library.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { placeInWords } from "../../src/values/finding.ts";
import { type Expectation, expectationsOf } from "./conformance-index.ts";
import type { ConformanceAnswer, ConformanceTask, MessageAnswer } from "./conformance-worker.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: String(Math.min(4, availableParallelism())) },
    timeout: { type: "string", default: "30" },
    mappings: { type: "string", default: path.resolve(import.meta.dirname, "../../mappings") },
    json: { type: "boolean", default: false },
    failed: { type: "boolean", default: false },
  },
});
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const folder = path.resolve(positionals[0] ?? ".");
const timeout = Number(values.timeout) * 1000;

if (positionals.length !== 1 || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true || !(timeout > 0)) {
  process.stderr.write(
    "usage: npm run conformance -- DIR [--workers 2] [--timeout 30] [--mappings DIR] [--json] [--failed]\n",
  );
  process.exit(2);
}

function newWorker(): Worker {
  // A worker must be taught to read sources first: loaders do not reach into workers.
  const module = JSON.stringify(new URL("./conformance-worker.ts", import.meta.url).href);
  const taught = `import("tsx/esm/api").then(({ register }) => { register(); return import(${module}); })`;
  return new Worker(taught, { eval: true, workerData: { folder, mappings: path.resolve(values.mappings) } });
}

const failedWith = ({ file }: Expectation, fault: string): ConformanceAnswer => ({
  file,
  family: "",
  messages: [],
  findings: [],
  listed: 0,
  faults: [fault],
  notes: [],
});

/** Gives a file to a thread; a thread that hangs or dies is ended, and the file has failed. */
function answerOf(worker: Worker, expectation: Expectation): Promise<{ answer: ConformanceAnswer; isAlive: boolean }> {
  return new Promise((resolve) => {
    const ended = (answer: ConformanceAnswer, isAlive: boolean): void => {
      clearTimeout(watch);
      worker.off("message", told).off("error", died);
      resolve({ answer, isAlive });
    };
    const told = (answer: ConformanceAnswer): void => ended(answer, true);
    const died = (error: Error): void => ended(failedWith(expectation, `killed the reader: ${String(error)}`), false);
    const watch = setTimeout(() => {
      void worker.terminate();
      ended(failedWith(expectation, `took longer than ${values.timeout} s`), false);
    }, timeout);
    worker.on("message", told).on("error", died);
    const task: ConformanceTask = { expectation };
    worker.postMessage(task, []);
  });
}

/** Checks files until none is left; answers are told in the order of the files, as soon as all before are there. */
async function checkAll(
  all: readonly Expectation[],
  tell: (answer: ConformanceAnswer) => void,
): Promise<ConformanceAnswer[]> {
  const answers: (ConformanceAnswer | undefined)[] = all.map(() => undefined);
  let next = 0;
  let told = 0;
  const lane = async (): Promise<void> => {
    let worker = newWorker();
    for (let at = next++; at < all.length; at = next++) {
      const { answer, isAlive } = await answerOf(worker, all[at] as Expectation);
      answers[at] = answer;
      for (; answers[told] !== undefined; told += 1) tell(answers[told] as ConformanceAnswer);
      if (!isAlive) worker = newWorker();
    }
    await worker.terminate();
  };
  const lanes = Math.max(1, Math.min(Number(values.workers) || 1, all.length));
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers.filter((answer) => answer !== undefined);
}

const grouped = (words: readonly string[]): [string, number][] => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts];
};
const timesInWords = (words: readonly string[]): string =>
  grouped(words)
    .map(([word, count]) => (count === 1 ? word : `${count} × ${word}`))
    .join(", ");

function lineOf({ file, family, messages, findings, listed, faults, notes }: ConformanceAnswer): string {
  const kinds = timesInWords(messages.map(({ type, version }) => `${type} ${version}`.trim()));
  const documents = timesInWords(messages.map(documentInWords));
  return [
    `${faults.length === 0 ? "ok  " : "FAIL"} ${file}`,
    kinds === "" ? (family === "" ? "of no kind that is read" : family) : kinds,
    documents === "" ? "no documents" : documents,
    findings.length === 0 ? "no findings" : timesInWords(findings.map(({ severity, words }) => `${severity} ${words}`)),
    ...(listed > 0 ? [`${listed} elements listed as unmapped`] : []),
    ...notes,
    ...faults.map((fault) => `FAULT ${fault}`),
  ].join(" | ");
}

const documentInWords = ({ outcome, document }: MessageAnswer): string =>
  outcome === "no mapping" ? "no mapping" : `${outcome} ${document}`;

function summaryOf(answers: readonly ConformanceAnswer[], seconds: number): string {
  const messages = answers.flatMap((answer) => answer.messages);
  const failed = answers.filter(({ faults }) => faults.length > 0).length;
  const byKind = new Map<string, MessageAnswer[]>();
  for (const message of messages) byKind.set(message.type, [...(byKind.get(message.type) ?? []), message]);
  const codes = answers.flatMap(({ findings }) => findings.map(({ words }) => words.split(" ").at(-1) ?? ""));
  return [
    "",
    `${answers.length} files, ${messages.length} messages in ${seconds.toFixed(1)} s`,
    ...[...byKind]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([type, held]) => `  ${type.padEnd(8)} ${timesInWords(held.map(({ outcome }) => outcome).toSorted())}`),
    ...(codes.length === 0 ? [] : [`findings: ${timesInWords(codes.toSorted())}`]),
    `${answers.length - failed} passed, ${failed} failed`,
  ].join("\n");
}

// A mapping that is refused is told here, once, and not for every file.
try {
  loadMappings([path.resolve(values.mappings)]);
} catch (thrown) {
  if (!(thrown instanceof CalloffError)) throw thrown;
  process.stderr.write(`${thrown.code} at ${placeInWords(thrown.place ?? {})}: ${thrown.message}\n`);
  process.exit(1);
}
const began = performance.now();
const all = expectationsOf(folder);
const answers = await checkAll(all, (answer) => {
  if (!values.json && (!values.failed || answer.faults.length > 0)) print(lineOf(answer));
});
if (values.json) print(JSON.stringify(answers, undefined, 2));
else print(summaryOf(answers, (performance.now() - began) / 1000));
if (answers.length === 0 || answers.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
