/**
 * How fast X12 is read: 10 MB and 100 MB of 830s through the tokenizer, and through tokenizer and mapping to documents,
 * beside x12-parser and node-x12 on the same bytes. Every reading is a process of its own, so that peaks of memory are its
 * own; readers take turns, and the median counts. They are compiled first, as the package is: run from their sources, they
 * would carry what a loader adds to each of their functions.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { write830s } from "./schedules-830.ts";

const READERS = ["tokenizer", "documents", "x12-parser", "node-x12"] as const;
type Reader = (typeof READERS)[number];
const SIZES = [10, 100] as const;
type Size = (typeof SIZES)[number];
const ROUNDS = 3;
const MEGABYTE = 1_000_000;

interface Run {
  readonly segments: number;
  readonly documents: number;
  readonly seconds: number;
  /** User and system time of all the process's threads: what another load on the machine does not change. */
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

/** Writes the files to a temporary folder, measures, prints the table and what is expected of it. */
export function benchRead(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const script = compiledReaders(folder);
    const files = new Map(SIZES.map((size) => [size, path.join(folder, `${size}.edi`)] as const));
    const bytes = new Map([...files].map(([size, file]) => [size, write830s(file, size * MEGABYTE)] as const));
    const results = measure(script, files);
    report(results, bytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Results = ReadonlyMap<`${Reader} ${Size}`, Run>;

function measure(script: string, files: ReadonlyMap<Size, string>): Results {
  const runs = new Map<`${Reader} ${Size}`, Run[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [size, file] of files) {
      for (const reader of READERS) {
        const key = `${reader} ${size}` as const;
        runs.set(key, [...(runs.get(key) ?? []), runOnce(script, reader, file)]);
      }
    }
  }
  return new Map([...runs].map(([key, list]) => [key, median(list)]));
}

const PACKAGE = path.resolve(import.meta.dirname, "..");

/** Compiles the readers and what they use into `folder`; returns the script to run. */
function compiledReaders(folder: string): string {
  const built = path.join(folder, "built");
  const config = {
    extends: path.join(PACKAGE, "tsconfig.json"),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: PACKAGE, outDir: built, types: [] },
    files: [path.join(import.meta.dirname, "readers.ts")],
    include: [],
  };
  const file = path.join(folder, "tsconfig.json");
  writeFileSync(file, JSON.stringify(config));
  execFileSync(process.execPath, [path.join(PACKAGE, "node_modules/typescript/bin/tsc"), "-p", file]);
  writeFileSync(path.join(built, "package.json"), JSON.stringify({ type: "module" }));
  for (const name of ["node_modules", "mappings"]) symlinkSync(path.join(PACKAGE, name), path.join(built, name));
  return path.join(built, "bench", "readers.js");
}

/**
 * Our readers begin with a young generation of the size it would grow to, sooner or later: else peaks would tell how far it
 * came. It makes them no faster, and x12-parser slower, which therefore runs as it is.
 */
const OPTIONS: Readonly<Record<Reader, readonly string[]>> = {
  tokenizer: ["--min-semi-space-size=16"],
  documents: ["--min-semi-space-size=16"],
  "x12-parser": [],
  "node-x12": [],
};

function runOnce(script: string, reader: Reader, file: string): Run {
  const output = execFileSync(process.execPath, [...OPTIONS[reader], script, reader, file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Run;
}

/** Every figure's median by itself. */
function median(runs: readonly Run[]): Run {
  const middle = (figure: (run: Run) => number) =>
    runs.map(figure).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] as number;
  return {
    ...(runs[0] as Run),
    seconds: middle((run) => run.seconds),
    processorSeconds: middle((run) => run.processorSeconds),
    peakBytes: middle((run) => run.peakBytes),
  };
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, at) => (at === 0 ? cell.padEnd(28) : cell.padStart(12))).join("")}\n`);
}

function report(results: Results, bytes: ReadonlyMap<Size, number>): void {
  const run = (reader: Reader, size: Size) => results.get(`${reader} ${size}`) as Run;
  const megabytes = (size: Size) => (bytes.get(size) as number) / MEGABYTE;
  print("", "10 MB", "100 MB", "100 MB", "", "peak", "peak", "");
  print("reader", "MB/s", "MB/s", "MB/cpu s", "segments", "10 MB", "100 MB", "ratio");
  for (const reader of READERS) {
    const [small, large] = [run(reader, 10), run(reader, 100)];
    print(
      reader,
      (megabytes(10) / small.seconds).toFixed(1),
      (megabytes(100) / large.seconds).toFixed(1),
      (megabytes(100) / large.processorSeconds).toFixed(1),
      String(large.segments),
      `${(small.peakBytes / MEGABYTE).toFixed(0)} MB`,
      `${(large.peakBytes / MEGABYTE).toFixed(0)} MB`,
      (large.peakBytes / small.peakBytes).toFixed(2),
    );
  }
  process.stdout.write("\n");
  const times = (reader: Reader, peer: Reader) => {
    const [mine, other] = [run(reader, 100), run(peer, 100)];
    return [(other.seconds / mine.seconds).toFixed(1), (other.processorSeconds / mine.processorSeconds).toFixed(1)];
  };
  const peak = (reader: Reader) => (run(reader, 100).peakBytes / run(reader, 10).peakBytes).toFixed(2);
  print("at 100 MB", "by clock", "by cpu", "expected");
  print("tokenizer / x12-parser", ...times("tokenizer", "x12-parser"), ">= 5");
  print("documents / x12-parser", ...times("documents", "x12-parser"), ">= 2.5");
  print("tokenizer / node-x12", ...times("tokenizer", "node-x12"), "");
  print("peak of tokenizer", peak("tokenizer"), "", "<= 1.2");
  print("peak of documents", peak("documents"), "", "<= 1.2");
}
