/** Writing a long text at several places and in several segments. */
import type { FieldDefinition, LineDefinition, MappingDefinition } from "./definition.ts";
import { getAt } from "./paths.ts";
import { admits } from "./requirements.ts";
import type { Held } from "./run.ts";
import { checkTimes, type WriteLine } from "./write-lists.ts";
import { type BuiltSegment, compileBuilder, put } from "./write-segment.ts";

/** A long text at several places and in several segments, cut at blanks where there is one to cut at. */
export function piecewise(line: LineDefinition, field: FieldDefinition, definition: MappingDefinition): WriteLine {
  const isAdmitted = admits(line.onlyIf);
  const [path = []] = field.to;
  const get = getAt(path);
  const places = line.fields.filter(({ pieces }) => pieces !== undefined);
  const builds = places.map((_, count) => compileBuilder(withPlaces(line, places, count + 1), definition));
  return (object, writing) => {
    const text = isAdmitted(object, writing) ? (get(object) ?? "") : "";
    const pieces = text === "" ? [] : inPieces(text, field.pieces ?? text.length);
    checkTimes(line, path.join("."), Math.ceil(pieces.length / places.length), writing);
    for (let at = 0; at < pieces.length; at += places.length) {
      const held = pieces.slice(at, at + places.length);
      const holder: Held = Object.fromEntries(held.map((piece, n) => [`${PIECE}${n}`, piece]));
      const build = builds[held.length - 1];
      if (build !== undefined) put(told(build(holder, writing, []), path.join(".")), writing);
    }
    return pieces.length > 0;
  };
}

/** Name of the field that a piece of a text is handed over by. */
const PIECE = "piece of ";

/** The line with the first places of the text reading a piece each, and without the others. */
function withPlaces(line: LineDefinition, places: readonly FieldDefinition[], count: number): LineDefinition {
  const fields = line.fields.flatMap((field) => {
    const at = places.indexOf(field);
    if (at < 0) return [field];
    return at < count ? [{ ...field, to: [[`${PIECE}${at}`]] }] : [];
  });
  return { ...line, fields };
}

/** Findings about a piece are about the text. */
function told(built: BuiltSegment, name: string): BuiltSegment {
  const named = (text: string): string => text.replace(/piece of \d+/, name);
  const findings = built.findings.map((finding) => ({
    ...finding,
    message: named(finding.message),
    place: { ...finding.place, ...(finding.place.field === undefined ? {} : { field: named(finding.place.field) }) },
  }));
  return { ...built, findings };
}

/** Pieces that give the text again when they are joined by blanks; only a word longer than a piece is broken. */
function inPieces(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    let at = most;
    while (at > 0 && !(rest[at] === " " && rest[at - 1] !== " " && rest[at + 1] !== " ")) at -= 1;
    pieces.push(rest.slice(0, at === 0 ? most : at));
    rest = rest.slice(at === 0 ? most : at + 1);
  }
  return [...pieces, rest];
}
