/** Characters: values are bytes held as latin-1 text until a byte from 0x80 on makes a closer look worth it. */

/** windows-1252 where it differs from latin-1; 0 marks bytes that stand for nothing. */
const WINDOWS_1252 = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];
const WINDOWS_1252_BYTES: ReadonlyMap<number, number> = new Map(
  WINDOWS_1252.flatMap((code, at): [number, number][] => (code === 0 ? [] : [[code, 0x80 + at]])),
);

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
};

/** Bytes (as latin-1 text) to characters; undefined where the bytes are none of the character set. */
export function decoderOf(charset: string): (raw: string) => string | undefined {
  if (charset === "utf-8") {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return (raw) => {
      if (isAscii(raw)) return raw;
      try {
        return decoder.decode(Buffer.from(raw, "latin1"));
      } catch {
        return undefined;
      }
    };
  }
  if (charset === "ascii") return (raw) => (isAscii(raw) ? raw : undefined);
  if (charset === "windows-1252") return (raw) => (isAscii(raw) ? raw : fromWindows(raw));
  return (raw) => raw;
}

function fromWindows(raw: string): string | undefined {
  let text = "";
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw.charCodeAt(at);
    const code = byte >= 0x80 && byte < 0xa0 ? (WINDOWS_1252[byte - 0x80] ?? 0) : byte;
    if (code === 0) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Characters to bytes (as latin-1 text); undefined where the character set has no such character. */
export function encoderOf(charset: string): (text: string) => string | undefined {
  const most = charset === "ascii" ? 0x7f : 0xff;
  if (charset === "utf-8") return (text) => (isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1"));
  return (text) => {
    if (isAscii(text)) return text;
    let raw = "";
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      const byte =
        charset === "windows-1252" && (code > 0xff || (code >= 0x80 && code < 0xa0))
          ? WINDOWS_1252_BYTES.get(code)
          : code;
      if (byte === undefined || byte > most) return undefined;
      raw += String.fromCharCode(byte);
    }
    return raw;
  };
}
