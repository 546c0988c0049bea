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

const LEVEL_A: Told = { element: "+", component: ":", segment: "'", release: "?" };
const LEVEL_B: Told = { element: "\u001D", component: "\u001F", segment: "\u001C", release: "" };
/** Stand in for a release character where there is none, and for the decimal mark: nothing that is read holds them. */
const NO_RELEASE = 0xf8ff;
const NO_DECIMAL = 0xf8fe;
/** The package takes no control characters, nor bytes 0x80 to 0x9F: they are read as characters of private use. */
const PRIVATE = 0xe000;
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
  const parser = new Parser(undefined, {
    segmentTerminator: told.segment.charCodeAt(0),
    dataElementSeparator: told.element.charCodeAt(0),
    componentDataSeparator: told.component.charCodeAt(0),
    releaseCharacter: told.release === "" ? NO_RELEASE : told.release.charCodeAt(0),
    // Figures are kept as they are written, whatever their mark.
    decimalMark: NO_DECIMAL,
  });
  parser.onopensegment = (tag) => {
    elements = [tag];
    segments.push(elements);
  };
  parser.onelement = flush;
  parser.oncomponent = (data) => element.push(released(opened(data), told));
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
  return segments;
}

function toldBy(text: string): Told {
  if (!text.startsWith("UNA")) return text.startsWith(`UNB${LEVEL_B.element}`) ? LEVEL_B : LEVEL_A;
  const [component = "", element = "", , release = "", , segment = ""] = text.slice(3, UNA_LENGTH);
  return { component, element, release: release.trim(), segment };
}

/** `text` as the package takes it: line breaks only behind terminators, no character that it refuses. */
function covered(text: string, told: Told): string {
  const delimiters: readonly string[] = [told.component, told.element, told.release, told.segment];
  let plain = "";
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isControl = code < 0x20 ? code !== 10 && code !== 13 : code >= 0x7f && code < 0xa0;
    if (!isControl || delimiters.includes(text.charAt(at))) continue;
    plain += text.slice(from, at) + String.fromCharCode(PRIVATE + code);
    from = at + 1;
  }
  return plain + text.slice(from);
}

const opened = (data: string): string =>
  data.replace(/[\uE000-\uE0FF]/g, (character) => String.fromCharCode(character.charCodeAt(0) - PRIVATE));

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
