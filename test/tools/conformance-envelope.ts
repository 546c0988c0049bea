/**
 * Counts and control numbers of an X12 or EDIFACT file, and counters of a VDA 4905, worked out once more in the simplest way that can be right for most
 * files. It excuses nothing that it does not understand: a file it cannot cut is told to have no fault.
 */

/** Trailer, its element, what it states and what was found, e.g. `SE01 18 (8 found)`. */
export interface EnvelopeFault {
  readonly tag: string;
  readonly element: number;
  readonly words: string;
}

/** Faults of counts and control numbers in the file's envelopes. */
export function envelopeFaults(bytes: Buffer): EnvelopeFault[] {
  const text = bytes.toString("latin1").replace(/^(?:\xef\xbb\xbf)?\s*/, "");
  if (/^ISA[^A-Za-z0-9\s]/.test(text)) return x12Faults(text);
  if (/^(?:UNA|UNB\+)/.test(text)) return edifactFaults(text);
  if (/^511\d\d/.test(text)) return fixedFaults(text);
  return [];
}

/** Counters of 519 in their order, seven digits each from position 6 on. */
const COUNTERS = [511, 512, 513, 514, 517, 518, 519, 515];

function fixedFaults(text: string): EnvelopeFault[] {
  const records = text.replace(/[\r\n]/g, "").match(/.{1,128}/g) ?? [];
  const isCut =
    /[\r\n]/.test(text.trim()) && text.split(/[\r\n]+/).some((record) => record.length > 0 && record.length < 128);
  if (isCut) return [];
  const faults: EnvelopeFault[] = [];
  let found = new Map<string, number>();
  for (const record of records) {
    const type = record.slice(0, 3);
    found.set(type, (found.get(type) ?? 0) + 1);
    if (type !== "519") continue;
    COUNTERS.forEach((kind, n) => {
      const stated = record.slice(5 + n * 7, 12 + n * 7).trim();
      const count = found.get(String(kind)) ?? 0;
      if (stated !== "" && Number(stated) !== count)
        faults.push({ tag: type, element: 6 + n * 7, words: `${type} ${kind}: ${stated} (${count} found)` });
    });
    found = new Map();
  }
  return faults;
}

type Cut = readonly (readonly string[])[];

function x12Faults(text: string): EnvelopeFault[] {
  const element = text[3] ?? "*";
  const header = text.split(element, 17);
  const last = header[16] ?? "";
  // ISA16 is one character; the terminator stands behind it.
  const terminator = last.slice(1, 2) === "\r" && last[2] === "\n" ? "\n" : last.slice(1, 2);
  // An ISA16 that ends every other line is no ISA16.
  const isMissing =
    terminator === "\n" && /^[^A-Za-z0-9\s]$/.test(last[0] ?? "") && text.split(`${last[0]}\n`).length > 3;
  if (
    isMissing ||
    terminator === "" ||
    /[A-Za-z0-9*]/.test(terminator) ||
    last.length < 4 ||
    !/^\s*GS|^\s*TA1|^\s*ISB/.test(last.slice(2))
  )
    return [];
  const cut = text
    .split(terminator)
    .map((segment) =>
      unwrapped(segment, terminator)
        .trim()
        .split(element)
        .map((value) => value.trim()),
    )
    .filter(([tag]) => tag !== "");
  return [
    ...counted(cut, "ST", "SE", { control: 2, trailerControl: 2, of: "segments" }),
    ...counted(cut, "GS", "GE", { control: 6, trailerControl: 2, of: "ST" }),
    ...counted(cut, "ISA", "IEA", { control: 13, trailerControl: 2, of: "GS" }),
  ];
}

function edifactFaults(text: string): EnvelopeFault[] {
  const una = text.startsWith("UNA") ? text.slice(3, 9) : ":+.? '";
  const [component = ":", element = "+", , release = "?", , terminator = "'"] = una.split("");
  const body = text.startsWith("UNA") ? text.slice(9) : text;
  const cut = splitReleased(body, terminator, release)
    .map((segment) => splitReleased(unwrapped(segment, terminator).trim(), element, release))
    .map((elements) => elements.map((value) => value.split(component, 1)[0] ?? ""))
    .filter(([tag]) => tag !== "");
  return [
    ...counted(cut, "UNH", "UNT", { control: 1, trailerControl: 2, of: "segments" }),
    ...counted(cut, "UNG", "UNE", { control: 5, trailerControl: 2, of: "UNH" }),
    ...counted(cut, "UNB", "UNZ", { control: 5, trailerControl: 2, of: "UNG or UNH" }),
  ];
}

/** Files are wrapped at any column; where segments do not end with lines, a line says nothing. */
const unwrapped = (segment: string, terminator: string): string =>
  terminator === "\n" || terminator === "\r" ? segment : segment.replace(/[\r\n]+/g, "");

function splitReleased(text: string, by: string, release: string): string[] {
  const parts = [""];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === release && release.trim() !== "") {
      parts[parts.length - 1] += character + (text[at + 1] ?? "");
      at += 1;
    } else if (character === by) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

interface Envelope {
  readonly control: number;
  readonly trailerControl: number;
  /** What the trailer's first element counts. */
  readonly of: string;
}

function counted(
  cut: Cut,
  header: string,
  trailer: string,
  { control, trailerControl, of }: Envelope,
): EnvelopeFault[] {
  const faults: EnvelopeFault[] = [];
  let open: { control: string; at: number; inside: Map<string, number> } | undefined;
  cut.forEach((segment, at) => {
    const [tag] = segment;
    if (tag === header) open = { control: segment[control] ?? "", at, inside: new Map() };
    else if (open !== undefined) open.inside.set(tag ?? "", (open.inside.get(tag ?? "") ?? 0) + 1);
    if (tag !== trailer || open === undefined) return;
    const found = of === "segments" ? at - open.at + 1 : foundIn(open.inside, of);
    if (Number(segment[1]) !== found)
      faults.push({ tag: trailer, element: 1, words: `${trailer}01 ${segment[1] ?? ""} (${found} found)` });
    if (numberOf(segment[trailerControl] ?? "") !== numberOf(open.control))
      faults.push({
        tag: trailer,
        element: trailerControl,
        words: `${trailer}02 ${segment[trailerControl] ?? ""} (${open.control} in ${header})`,
      });
    open = undefined;
  });
  return faults;
}

/** UNZ counts groups where there are any, else messages. */
const foundIn = (inside: ReadonlyMap<string, number>, of: string): number =>
  of
    .split(" or ")
    .map((tag) => inside.get(tag) ?? 0)
    .find((count) => count > 0) ?? 0;

const numberOf = (control: string): string => control.trim().replace(/^0+(?=.)/, "");
