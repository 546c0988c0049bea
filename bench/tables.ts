/** What the benches have in common: medians, tables on the terminal, and the machine they ran on. */
import { cpus } from "node:os";

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The smallest value that so many per cent of all values do not exceed. */
export const percentile = (values: readonly number[], percent: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil((values.length * percent) / 100) - 1] as number;

/** Prints one line of a table: the first cell is a name, the others are figures. */
export function printRow(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, at) => (at === 0 ? cell.padEnd(40) : cell.padStart(12))).join("")}\n`);
}

/** Prints what stands above a table. */
export function printTitle(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

/** The machine, for the first line of a run. */
export const machine = (): string =>
  `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, ${process.platform}`;
