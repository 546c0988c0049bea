/**
 * How fast X12 is read: 10 MB and 100 MB of 830s through the tokenizer, and through tokenizer and mapping to documents,
 * beside x12-parser and node-x12 on the same bytes. Every reading is a process of its own, so that peaks of memory are its
 * own; readers take turns, and the median counts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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
  readonly peakBytes: number;
}

/** Writes the files to a temporary folder, measures, prints the table and what is expected of it. */
export function benchRead(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "calloff-bench-"));
  try {
    const files = new Map(SIZES.map((size) => [size, path.join(folder, `${size}.edi`)] as const));
    const bytes = new Map([...files].map(([size, file]) => [size, write830s(file, size * MEGABYTE)] as const));
    const results = measure(files);
    report(results, bytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Results = ReadonlyMap<`${Reader} ${Size}`, Run>;

function measure(files: ReadonlyMap<Size, string>): Results {
  const runs = new Map<`${Reader} ${Size}`, Run[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [size, file] of files) {
      // Warm the page cache once, so that the first reader does not pay for the disk.
      if (round === 0) readFileSync(file);
      for (const reader of READERS) {
        const key = `${reader} ${size}` as const;
        runs.set(key, [...(runs.get(key) ?? []), runOnce(reader, file)]);
      }
    }
  }
  return new Map([...runs].map(([key, list]) => [key, median(list)]));
}

function runOnce(reader: Reader, file: string): Run {
  const script = path.join(import.meta.dirname, "readers.ts");
  const output = execFileSync(process.execPath, ["--import", "tsx", script, reader, file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Run;
}

/** The run of median time, with the median peak of memory. */
function median(runs: readonly Run[]): Run {
  const middle = Math.floor(runs.length / 2);
  const bySeconds = runs.toSorted((a, b) => a.seconds - b.seconds)[middle] as Run;
  const byPeak = runs.toSorted((a, b) => a.peakBytes - b.peakBytes)[middle] as Run;
  return { ...bySeconds, peakBytes: byPeak.peakBytes };
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, at) => (at === 0 ? cell.padEnd(28) : cell.padStart(12))).join("")}\n`);
}

function report(results: Results, bytes: ReadonlyMap<Size, number>): void {
  const run = (reader: Reader, size: Size) => results.get(`${reader} ${size}`) as Run;
  const speed = (reader: Reader, size: Size) => (bytes.get(size) as number) / MEGABYTE / run(reader, size).seconds;
  print("reader", "MB/s 10 MB", "MB/s 100 MB", "segments", "peak 10 MB", "peak 100 MB", "peak ratio");
  for (const reader of READERS) {
    const [small, large] = [run(reader, 10), run(reader, 100)];
    print(
      reader,
      speed(reader, 10).toFixed(1),
      speed(reader, 100).toFixed(1),
      String(large.segments),
      `${(small.peakBytes / MEGABYTE).toFixed(0)} MB`,
      `${(large.peakBytes / MEGABYTE).toFixed(0)} MB`,
      (large.peakBytes / small.peakBytes).toFixed(2),
    );
  }
  process.stdout.write("\n");
  const ratio = (reader: Reader, peer: Reader) => speed(reader, 100) / speed(peer, 100);
  const peaks = (reader: Reader) => run(reader, 100).peakBytes / run(reader, 10).peakBytes;
  print("at 100 MB", "measured", "expected");
  print("tokenizer / x12-parser", ratio("tokenizer", "x12-parser").toFixed(1), ">= 5");
  print("documents / x12-parser", ratio("documents", "x12-parser").toFixed(1), ">= 2.5");
  print("tokenizer / node-x12", ratio("tokenizer", "node-x12").toFixed(1), "");
  print("peak of tokenizer", peaks("tokenizer").toFixed(2), "<= 1.2");
  print("peak of documents", peaks("documents").toFixed(2), "<= 1.2");
}
