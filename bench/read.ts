/**
 * How fast files are read: 830s, DELFORs, VDA 4905s and tables through the tokenizer, and through tokenizer and mapping to
 * documents, beside other readers on the same bytes. Every reading is a process of its own, so that peaks of memory are its
 * own; readers take turns, and the median counts. They are compiled first, as the package is: run from their sources, they
 * would carry what a loader adds to each of their functions.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { write830s } from "./schedules-830.ts";
import { write4905s, writeDelfors, writeTables } from "./schedules-others.ts";

type Reader = "tokenizer" | "documents" | "x12-parser" | "node-x12" | "edifact" | "csv-parse";

/** What is read: files of one family, by our readers and others. */
interface Family {
  readonly end: string;
  readonly write: (path: string, bytes: number) => number;
  /** Megabytes. */
  readonly sizes: readonly number[];
  readonly readers: readonly Reader[];
  /** Ratios of speed at the largest size that are expected, by the clock. */
  readonly expected: readonly (readonly [reader: Reader, peer: Reader, least: number | undefined])[];
}

const FAMILIES: Readonly<Record<string, Family>> = {
  x12: {
    end: "edi",
    write: write830s,
    sizes: [10, 100],
    readers: ["tokenizer", "documents", "x12-parser", "node-x12"],
    expected: [
      ["tokenizer", "x12-parser", 5],
      ["documents", "x12-parser", 2.5],
      ["documents", "tokenizer", undefined],
      ["tokenizer", "node-x12", undefined],
    ],
  },
  edifact: {
    end: "edi",
    write: writeDelfors,
    sizes: [10, 100],
    readers: ["tokenizer", "documents", "edifact"],
    expected: [
      ["documents", "tokenizer", 0.5],
      ["documents", "edifact", undefined],
      ["tokenizer", "edifact", undefined],
    ],
  },
  vda: {
    end: "vda",
    write: write4905s,
    sizes: [10, 100],
    readers: ["tokenizer", "documents"],
    expected: [["documents", "tokenizer", 0.5]],
  },
  // A table is one document, which is in memory as a whole; no real one is larger.
  csv: {
    end: "csv",
    write: writeTables,
    sizes: [10],
    readers: ["tokenizer", "documents", "csv-parse"],
    expected: [
      ["documents", "csv-parse", 0.5],
      ["tokenizer", "csv-parse", undefined],
    ],
  },
};
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

/** Writes the files to a temporary folder, measures, prints tables and what is expected of them; `words` name families. */
export function benchRead(words: readonly string[] = []): void {
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const script = compiledReaders(folder);
    for (const [name, family] of Object.entries(FAMILIES)) {
      if (words.length > 0 && !words.includes(name)) continue;
      const files = family.sizes.map((size) => {
        const file = path.join(folder, `${name}-${size}.${family.end}`);
        return { size, file, bytes: family.write(file, size * MEGABYTE) };
      });
      report(name, family, files, measure(script, family, files));
      for (const { file } of files) rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Written {
  readonly size: number;
  readonly file: string;
  readonly bytes: number;
}

/** By reader and size. */
type Results = ReadonlyMap<string, Run>;
const keyOf = (reader: Reader, size: number): string => `${reader} ${size}`;

function measure(script: string, { readers }: Family, files: readonly Written[]): Results {
  const runs = new Map<string, Run[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { file, size } of files) {
      for (const reader of readers) {
        const key = keyOf(reader, size);
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
  edifact: [],
  "csv-parse": [],
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

function report(name: string, { expected, readers, sizes }: Family, files: readonly Written[], results: Results): void {
  const run = (reader: Reader, size: number) => results.get(keyOf(reader, size)) as Run;
  const perSecond = (reader: Reader, size: number, figure: "seconds" | "processorSeconds") =>
    ((files.find((file) => file.size === size)?.bytes ?? 0) / MEGABYTE / run(reader, size)[figure]).toFixed(1);
  const largest = sizes.at(-1) as number;
  const megabytes = sizes.map((size) => `${size} MB`);
  print("", ...megabytes, megabytes.at(-1) as string, "", ...megabytes.map(() => "peak"), "");
  print(`${name}: reader`, ...sizes.map(() => "MB/s"), "MB/cpu s", "segments", ...megabytes, "ratio");
  for (const reader of readers) {
    const peaks = sizes.map((size) => run(reader, size).peakBytes);
    print(
      reader,
      ...sizes.map((size) => perSecond(reader, size, "seconds")),
      perSecond(reader, largest, "processorSeconds"),
      String(run(reader, largest).segments),
      ...peaks.map((peak) => `${(peak / MEGABYTE).toFixed(0)} MB`),
      ratioOf(peaks),
    );
  }
  process.stdout.write("\n");
  print(`at ${largest} MB`, "by clock", "by cpu", "expected");
  for (const [reader, peer, least] of expected) {
    const [mine, other] = [run(reader, largest), run(peer, largest)];
    print(
      `${reader} / ${peer}`,
      (other.seconds / mine.seconds).toFixed(2),
      (other.processorSeconds / mine.processorSeconds).toFixed(2),
      least === undefined ? "" : `>= ${least}`,
    );
  }
  for (const reader of sizes.length > 1 ? (["tokenizer", "documents"] as const) : []) {
    print(`peak of ${reader}`, ratioOf(sizes.map((size) => run(reader, size).peakBytes)), "", "<= 1.2");
  }
  process.stdout.write("\n");
}

const ratioOf = (peaks: readonly number[]): string =>
  peaks.length < 2 ? "" : ((peaks.at(-1) as number) / (peaks[0] as number)).toFixed(2);
