/** Blocks of a fixed record read from its bytes, where all of their places are digits, as nearly all are (VDA 4905). */
import type { UncutSegment } from "../syntax/uncut.ts";
import type { FieldDefinition, RepeatDefinition } from "./definition.ts";
import { listOf } from "./paths.ts";
import { digitsAt, figureOf } from "./read-bytes.ts";
import type { Held, Run } from "./run.ts";
import { knownKeys, saidByKey } from "./shapes-vda.ts";

/** Reads the blocks of a record, with `make` for their objects; `closely` is called for each that has to be looked at closely. */
type ReadBlocks = (
  record: UncutSegment,
  target: Held,
  run: Run,
  make: (segment: number) => Held,
  closely: (block: number) => void,
) => void;

/** A place of a block that is digits: a whole number, or a date key, which says a timing and a date. */
interface Digits {
  /** Offsets in the block. */
  readonly from: number;
  readonly end: number;
  readonly name: string;
  /** Name of a key's date; undefined for a whole number. */
  readonly date: string | undefined;
}

/** Compiles a `repeat` whose first place is a date key, and the others digits; undefined for any other. */
export function quickBlocks({ by, count, end, fields, from, opens, width }: RepeatDefinition): ReadBlocks | undefined {
  const [key, ...others] = fields.map(digitsOf);
  if (by !== undefined || key?.date === undefined || key.from !== 0) return undefined;
  const figures = others.filter((place) => place !== undefined && place.date === undefined) as Digits[];
  if (figures.length < others.length) return undefined;
  const unused = unusedKeys(end, key.end);
  const numbers = figures.map(() => 0);
  return (record, target, run, make, closely) => {
    const { bytes } = record.held;
    const known = knownKeys(run.shapes.sentYear);
    for (let block = 0; block < count; block += 1) {
      const start = record.start + from - 1 + block * width;
      const number = start + width > record.end ? -1 : digitsAt(bytes, start, start + key.end);
      const sum = number < 0 ? -1 : readFigures(figures, bytes, start, numbers);
      // An unused block with content beside its key has lost what that is for.
      if (sum === 0 && unused.has(number)) continue;
      const said = sum < 0 || unused.has(number) ? undefined : saidByKey(number, known, run.shapes);
      if (said === undefined || "fault" in said) {
        closely(block);
        continue;
      }
      const object = make(record.inSet);
      listOf(target, opens).push(object);
      object[key.name] = said[0];
      if (said[1] !== "") object[key.date as string] = said[1];
      for (let at = 0; at < figures.length; at += 1) {
        object[(figures[at] as Digits).name] = figureOf(numbers[at] as number);
      }
    }
  };
}

/** Notes the whole numbers of the block that begins at `start`, and returns their sum; -1 where other characters stand there. */
function readFigures(figures: readonly Digits[], bytes: Uint8Array, start: number, numbers: number[]): number {
  let sum = 0;
  for (let at = 0; at < figures.length; at += 1) {
    const { end, from } = figures[at] as Digits;
    const number = digitsAt(bytes, start + from, start + end);
    if (number < 0) return -1;
    numbers[at] = number;
    sum += number;
  }
  return sum;
}

/** The field as digits of its block; undefined where it may be anything else. */
function digitsOf({
  address,
  also,
  as,
  codes,
  count,
  empty,
  is,
  length,
  of,
  or,
  pieces,
  shared,
  sum,
  to,
  use,
}: FieldDefinition): Digits | undefined {
  const isBare = [codes, count, is, length, of, or, pieces, sum].every((one) => one === undefined);
  if (address.kind !== "range" || !isBare || also || shared || empty.length > 0 || use === "never") return undefined;
  const [[name, deeper] = [], [date, deeperDate] = [], more] = to;
  if (name === undefined || deeper !== undefined || deeperDate !== undefined || more !== undefined) return undefined;
  const isKey = as === "vda" && date !== undefined && address.last - address.first === KEY - 1;
  if (!isKey && (as !== "number/0" || date !== undefined)) return undefined;
  return { from: address.first - 1, end: address.last, name, date };
}

/** Digits of a date key. */
const KEY = 6;

/** The numbers of keys that mark an unused block. */
const unusedKeys = (end: readonly string[], length: number): ReadonlySet<number> =>
  new Set(
    end
      .flatMap((text) => [text, text.slice(0, length)])
      .filter((text) => /^\d+$/.test(text) && text.length === length)
      .map(Number),
  );
