/**
 * The npm package edifact as the second reader of EDIFACT: an interchange is read by code that shares nothing with ours, and
 * the two readings are compared. What it is known to get wrong is kept from it: a service string with a repetition separator or
 * without release character, the control characters of level B, bytes outside its character sets, blanks between segments.
 */
import Parser from "edifact/parser.js";
import { CalloffError, coerceError } from "../values/errors.ts";
import { compareReaders, type Difference } from "./second-reader.ts";
import type { Delimiters } from "./segment.ts";

/** Delimiters as the second reader is told them. */
type Told = Pick<Delimiters, "component" | "element" | "release" | "segment">;

const LEVEL_A = { element: "+", component: ":", segment: "'", release: "?" } as const;
const LEVEL_B: Told = { element: "\u001D", component: "\u001F", segment: "\u001C", release: "" };
/**
 * The package takes no control characters nor bytes 0x80 to 0x9F, and other delimiters than the standard's may break the patterns
 * that it makes of them: it is given the standard's, and characters of private use for what would be taken for one.
 */
const PRIVATE = 0xe000;
const NAMES = ["component", "element", "release", "segment"] as const;
const UNA_LENGTH = 9;

/**
 * Reads one interchange, UNA or UNB to UNZ, as tag and elements per segment. Components are joined again by the component
 * separator, with the release character before every delimiter in their text.
 * @throws CalloffError `SYNTAX_SECOND_READER` when the package fails.
 */
export function readByEdifact(interchange: Uint8Array): string[][] {
  const text = Buffer.from(interchange.buffer, interchange.byteOffset, interchange.length).toString("latin1");
  const told = toldBy(text);
  const segments: string[][] = [];
  let element: string[] = [];
  let elements: string[] = [];
  const flush = () => {
    if (element.length > 0) elements.push(element.join(told.component));
    element = [];
  };
  const parser = new Parser();
  parser.onopensegment = (tag) => {
    elements = [tag];
    segments.push(elements);
  };
  parser.onelement = flush;
  parser.oncomponent = (data) => element.push(released(opened(data, told), told));
  parser.onclosesegment = flush;
  try {
    parser.encoding("UCS2");
    parser.write(covered(text.slice(text.startsWith("UNA") ? UNA_LENGTH : 0), told));
    parser.end();
  } catch (thrown) {
    throw new CalloffError(
      "SYNTAX_SECOND_READER",
      `edifact could not read the interchange: ${coerceError(thrown).message}`,
      {
        remedy: "Compare the interchange by hand; the first reader's reading stands.",
        cause: thrown,
      },
    );
  }
  // Our reader leaves out segments of nothing, too.
  return segments.filter(([tag], at) => tag !== "" || (segments[at]?.length ?? 0) > 1);
}

function toldBy(text: string): Told {
  if (!text.startsWith("UNA")) return text.startsWith(`UNB${LEVEL_B.element}`) ? LEVEL_B : LEVEL_A;
  const [component = "", element = "", , release = "", , segment = ""] = text.slice(3, UNA_LENGTH);
  // CR LF as the terminator is LF, with CR ignored before it.
  const isLine = segment === "\r" && text[UNA_LENGTH] === "\n";
  return { component, element, release: release.trim(), segment: isLine ? "\n" : segment };
}

/** `text` as the package takes it, in one of its characters for each byte. */
function covered(text: string, told: Told): string {
  const codes = Array.from({ length: 256 }, (_, code) => (isRefused(code) ? PRIVATE + code : code));
  for (const standard of Object.values(LEVEL_A)) codes[standard.charCodeAt(0)] = PRIVATE + standard.charCodeAt(0);
  for (const name of NAMES) {
    if (told[name] !== "") codes[told[name].charCodeAt(0)] = LEVEL_A[name].charCodeAt(0);
  }
  let plain = "";
  for (let at = 0; at < text.length; at += 1) plain += String.fromCharCode(codes[text.charCodeAt(at)] as number);
  // It takes no blanks between segments, where files are indented.
  plain = plain.replace(/'[\s\uE009]+/g, (after, at: number) => (isReleased(plain, at) ? after : "'"));
  // Where lines are wrapped, what is released may stand on the next one; the package would release the line break.
  plain = plain.replace(/[\r\n]+/g, (breaks, at: number) => (isReleased(plain, at) ? "" : breaks));
  // Only the trailer may lack its terminator, which the package asks for.
  return /'UNZ\+[^+']+\+[^+']+$/.test(plain.trimEnd()) ? `${plain.trimEnd()}'` : plain;
}

const isRefused = (code: number): boolean => (code < 0x20 ? code !== 10 && code !== 13 : code >= 0x7f && code < 0xa0);

/** Whether an odd number of release characters stands before `at`. */
function isReleased(text: string, at: number): boolean {
  let count = 0;
  while (text.charAt(at - count - 1) === LEVEL_A.release) count += 1;
  return count % 2 === 1;
}

/** The bytes that `data` stands for: a delimiter in it was released. */
function opened(data: string, told: Told): string {
  return data.replace(/[+:'?\uE000-\uE0FF]/g, (character) => {
    const name = NAMES.find((one) => LEVEL_A[one] === character);
    return name === undefined ? String.fromCharCode(character.charCodeAt(0) - PRIVATE) : told[name];
  });
}

function released(text: string, told: Told): string {
  if (told.release === "") return text;
  const special: readonly string[] = [told.component, told.element, told.release, told.segment];
  return Array.from(text, (character) => (special.includes(character) ? told.release + character : character)).join("");
}

/**
 * Where our reading of an EDIFACT interchange and the package's differ. Release characters that our reading kept where none was
 * needed are no difference; a repetition separator that was released cannot be told from one that was not, since the package knows none.
 */
export function compareEdifactReaders(
  ours: readonly (readonly string[])[],
  theirs: readonly (readonly string[])[],
  delimiters: Told,
): Difference[] {
  const plain = ours.map((segment) => segment.map((element) => canonical(element, delimiters)));
  return compareReaders(plain, theirs, delimiters.component).map((difference) => ({ ...difference, known: false }));
}

/** `element` with a release character exactly before the delimiters that stand in its text. */
function canonical(element: string, told: Told): string {
  if (told.release === "" || !element.includes(told.release)) return element;
  let text = "";
  for (let at = 0; at < element.length; at += 1) {
    if (element.charAt(at) !== told.release) text += element.charAt(at);
    else {
      at += 1;
      text += released(element.charAt(at), told);
    }
  }
  return text;
}
