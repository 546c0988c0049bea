/** Damaged X12 files without end: the n-th of a seed is always the same, whatever was tried before it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";

/** Gives a whole number from 0 up to, not including, `below`. */
export type Draw = (below: number) => number;

/** Numbers that follow from two numbers, well mixed (splitmix32). */
export function drawer(seed: number, n: number): Draw {
  let state = (Math.imul(seed, 0x9e37_79b9) ^ Math.imul(n + 1, 0x85eb_ca6b)) >>> 0;
  return (below) => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296) * below);
  };
}

const FIXTURES = path.join(import.meta.dirname, "..", "fixtures", "x12");
/** Larger real files say nothing new per byte and cost most of the time. */
const LARGEST = 20_000;

/** What inputs are made from: our own fixtures and, where there is a folder of real files, those, too; as latin-1 text. */
export function material(): string[] {
  const own = readdirSync(FIXTURES).toSorted();
  const texts = own.map((name) => readFileSync(path.join(FIXTURES, name), "latin1"));
  if (!hasCorpus) return texts;
  const real = readdirSync(ofCorpus("x12"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
    .map((name) => readFileSync(name, "latin1"));
  return [...texts, ...real.filter((text) => text.length <= LARGEST)];
}

const pick = <Thing>(draw: Draw, things: readonly Thing[]): Thing => things[draw(things.length)] as Thing;

const TELLING = [
  "~",
  "*",
  ">",
  "^",
  ":",
  "\n",
  "\r",
  "\r\n",
  "'",
  "+",
  "?",
  " ",
  "\0",
  "\t",
  "\u001a",
  "\u00ff",
  "\u0085",
];
const WORDS = [
  "ISA*",
  "IEA*1*",
  "GS*PS*",
  "GE*1*1",
  "ST*830*0001",
  "SE*2*0001",
  "UNA",
  "UNB+",
  "ISA",
  "~IEA*1*000000001~",
];
const VALUES = [
  "",
  "0",
  "-1",
  "-0",
  "+5",
  "1E9",
  ".5",
  "1.",
  "999999999999999999999999",
  "0.0000001",
  "20270230",
  "99991231",
  "00000000",
  "__proto__",
  "constructor",
  "../../x",
  "\u00fc\u00df",
  " ",
  "  x  ",
];

type Change = (text: string, draw: Draw) => string;

const spliced = (text: string, at: number, gone: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + gone);

/** The character that ends a segment in most of the file. */
const terminatorOf = (text: string): string => (text.includes("~") ? "~" : text.includes("'") ? "'" : "\n");

function bySegments(text: string, change: (segments: string[]) => void): string {
  const terminator = terminatorOf(text);
  const segments = text.split(terminator);
  change(segments);
  return segments.join(terminator);
}

function byElements(text: string, draw: Draw, change: (elements: string[]) => void): string {
  return bySegments(text, (segments) => {
    const at = draw(segments.length);
    const elements = (segments[at] as string).split(text.charAt(3) || "*");
    change(elements);
    segments[at] = elements.join(text.charAt(3) || "*");
  });
}

const CHANGES: readonly Change[] = [
  (text, draw) => spliced(text, draw(text.length), draw(8), ""),
  (text, draw) => spliced(text, draw(text.length), draw(2), String.fromCharCode(draw(256))),
  (text, draw) => spliced(text, draw(text.length), draw(4), pick(draw, TELLING)),
  (text, draw) => spliced(text, draw(text.length), draw(8), pick(draw, WORDS)),
  (text, draw) => spliced(text, draw(text.length), 0, text.slice(draw(text.length)).slice(0, draw(300))),
  (text, draw) => text.slice(0, draw(text.length)),
  (text, draw) => text.slice(draw(Math.min(text.length, 200))),
  (text, draw) => byElements(text, draw, (elements) => elements.splice(draw(elements.length), 1, pick(draw, VALUES))),
  (text, draw) => byElements(text, draw, (elements) => elements.splice(draw(elements.length), 0, pick(draw, VALUES))),
  (text, draw) => byElements(text, draw, (elements) => elements.splice(draw(elements.length), 1)),
  (text, draw) => bySegments(text, (segments) => segments.splice(draw(segments.length), 1)),
  (text, draw) => bySegments(text, (segments) => segments.splice(draw(segments.length), 0, pick(draw, segments))),
  (text, draw) =>
    bySegments(text, (segments) => {
      const [taken = ""] = segments.splice(draw(segments.length), 1);
      segments.splice(draw(segments.length), 0, taken);
    }),
  (text, draw) => text.replaceAll(pick(draw, TELLING), pick(draw, TELLING)),
  (text, draw) => text.replaceAll(text.charAt(3), String.fromCharCode(draw(256))),
  (text, draw) => text.replaceAll(terminatorOf(text), String.fromCharCode(draw(256))),
  (text, draw) => text.replace(/ +/g, draw(2) === 0 ? "" : " "),
  (text, draw) => text.replace(new RegExp(`[^]{1,${40 + draw(60)}}`, "g"), "$&\r\n"),
  (text, draw) => (draw(2) === 0 ? "\u00ef\u00bb\u00bf" : "\r\n  ") + text,
  (text) => text + text,
];

/** The n-th input of a seed, made from one of `texts` by one to four changes. */
export function inputOf(texts: readonly string[], seed: number, n: number): Buffer {
  const draw = drawer(seed, n);
  let text = pick(draw, texts);
  for (let left = 1 + draw(4); left > 0 && text !== ""; left -= 1) text = pick(draw, CHANGES)(text, draw);
  return Buffer.from(text.slice(0, 4 * LARGEST), "latin1");
}
