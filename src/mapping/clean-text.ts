/** From the raw text of a place to the text it says: parted at separators, release characters taken out, decoded. */
import { undecodableAt } from "../syntax/charsets.ts";
import { isPlain, placeIn, type Run, report } from "./run.ts";

/** Splits at a separator that no release character stands in front of. */
export function splitAt(raw: string, separator: string, release: string): readonly string[] {
  if (separator === "" || !raw.includes(separator)) return [raw];
  if (release === "" || !raw.includes(release)) return raw.split(separator);
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === release) {
      part += character + raw.charAt(at + 1);
      at += 1;
    } else if (character === separator) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  parts.push(part);
  return parts;
}

/** The text without its release characters. */
export function released(raw: string, release: string): string {
  if (release === "" || !raw.includes(release)) return raw;
  let text = "";
  for (let at = 0; at < raw.length; at += 1) {
    if (raw.charAt(at) === release) at += 1;
    text += raw.charAt(at);
  }
  return text;
}

/** The text of one value: release characters taken out, decoded, trimmed; control characters are a finding. */
export function cleaned(
  raw: string,
  release: string,
  run: Run,
  element: number,
  component: number,
  repetition: number,
): string {
  if (raw === "" || isPlain(raw, run.special)) return raw;
  const bytes = released(raw, release);
  const decoded = run.decode(bytes);
  const text = decoded ?? bytes;
  if (decoded === undefined || hasControl(text)) {
    report(run, {
      code: "ELEMENT_BAD_CHARACTER",
      severity: "tolerated",
      message:
        decoded === undefined
          ? `The value is not ${run.context.charset} text; it was kept byte by byte`
          : "The value holds control characters",
      place: placeIn(run, element, component > 1 ? component : 0, repetition > 1 ? repetition : 0),
      expected: decoded === undefined ? `${run.context.charset} characters` : "printable characters",
      found: `${decoded === undefined ? strangerIn(bytes, run) : ""}${JSON.stringify(text.slice(0, 80))}`,
      remedy:
        decoded === undefined
          ? "Set the partner's charset to the one it sends."
          : "A segment terminator is missing or another one is used here: ask the sender.",
      ack: { segment: "8", element: "6" },
    });
  }
  return text.trim();
}

/** The first byte that the character set does not have, and where in the value it stands. */
function strangerIn(bytes: string, run: Run): string {
  const at = undecodableAt(run.context.charset, bytes);
  if (at === undefined) return "";
  const value = bytes.charCodeAt(at).toString(16).toUpperCase().padStart(2, "0");
  return `byte 0x${value} at position ${at + 1} of `;
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
