/** Damaged files of every family without end: the n-th of a seed is always the same, whatever was tried before it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { textRows, workbookOf } from "../syntax/workbooks.ts";

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

/** What files are made of; `xlsx` are workbooks of the rows of tables. */
export const FAMILIES = ["x12", "edifact", "fixed", "csv", "xlsx", "json"] as const;
export type FuzzFamily = (typeof FAMILIES)[number];

const FIXTURES = path.join(import.meta.dirname, "..", "fixtures");
/** Larger real files say nothing new per byte and cost most of the time. */
const LARGEST = 20_000;
/** Where the real files of a family lie. */
const REAL: Partial<Record<FuzzFamily, string>> = { x12: "x12", edifact: "edifact", fixed: "vda" };

/** Texts to damage, by family, as latin-1 text. */
export type Material = Readonly<Record<FuzzFamily, readonly string[]>>;

/** What inputs are made from: our own fixtures and, where there is a folder of real files, those, too. */
export function material(): Material {
  const [x12 = [], edifact = [], fixed = [], csv = [], json = []] = (
    ["x12", "edifact", "fixed", "csv", "json"] as const
  ).map(textsOf);
  return { x12, edifact: [...edifact, EDIFACT], fixed: [...fixed, FIXED], csv, xlsx: csv, json };
}

function textsOf(family: FuzzFamily): string[] {
  const folders = [
    path.join(FIXTURES, family),
    ...(hasCorpus && REAL[family] !== undefined ? [ofCorpus(REAL[family])] : []),
  ];
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
    .map((name) => readFileSync(name, "latin1"))
    .filter((text) => text.length <= LARGEST);
}

/** A schedule with released characters and a repetition, since fixtures have few of both. */
const EDIFACT = [
  "UNA:+.?*'UNB+UNOC:4+KUNDE:14+WIR:1+20270201:0715+17'UNH+1+DELFOR:D:97A:UN'BGM+241+R?'7+5'DTM+137:20270201:102'",
  "NAD+SE+WIR::92'NAD+BY+KUNDE::92'GIS+37'NAD+ST+P1::92'LIN+1++PART?+1:IN'IMD+++:::T?:\u00FCr*B'RFF+ON:550001'QTY+70:2500:PCE'DTM+51:20270101:102'",
  "SCC+1++D'QTY+113:400:PCE'DTM+2:20270208:102'SCC+4++W'QTY+113:600:PCE'DTM+2:202707:616'SCC+10'QTY+83:10:PCE'UNS+S'UNT+21+1'UNZ+1+17'",
].join("");
const FIXED = [
  "51102KUNDE    WIR      0004600047270201270101",
  "5120201 000000047270201000000046270125PART-1                OURS-1                550001      R12  WERKSTM",
  "51301270129LS0000172701280000004000000000002500333333000000010270208000000400270200000000600270027000000050",
  "51401270300000000700000000000000000",
  "51501270201270228000000390027030127033100000045001234567890",
  "51801A text of forty characters",
  `51901${[1, 1, 1, 1, 0, 1, 1, 1].map((count) => String(count).padStart(7, "0")).join("")}`,
]
  .map((text) => text.padEnd(128))
  .join("\r\n");

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
  "UNA:+.  '",
  "UNH+1+DELFOR:D:97A:UN'",
  "UNT+2+1'",
  "?'",
  '"',
  '""',
  ";",
  "51102",
  "51901",
  "333333",
  "{",
  "]",
  "<!DOCTYPE x>",
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
  // Fixed records: other characters of the same number.
  (text, draw) => {
    const length = 1 + draw(9);
    return spliced(text, draw(text.length), length, pick(draw, ["0", "9", " ", "A", "3"]).repeat(length));
  },
];

/** The family of the n-th input where all are tried in turn. */
export const familyOf = (n: number): FuzzFamily => FAMILIES[n % FAMILIES.length] as FuzzFamily;

/** The n-th input of a seed, made from a text of the family by one to four changes. */
export function inputOf(texts: Material, seed: number, n: number, family: FuzzFamily): Buffer {
  const draw = drawer(seed, n);
  const text = pick(draw, texts[family]);
  if (family !== "xlsx") return Buffer.from(damaged(text, draw), "latin1");
  const rows = textRows(text.split(/\r?\n/).map((row) => row.split(";")));
  // One in four is damaged as a zip, the others in the sheet within.
  if (draw(4) > 0) return workbookOf({ rows: damaged(rows, draw) });
  return Buffer.from(damaged(workbookOf({ rows }).toString("latin1"), draw), "latin1");
}

function damaged(whole: string, draw: Draw): string {
  let text = whole;
  for (let left = 1 + draw(4); left > 0 && text !== ""; left -= 1) text = pick(draw, CHANGES)(text, draw);
  return text.slice(0, 4 * LARGEST);
}
