/** XML of parts of workbooks, read strictly: no DOCTYPE, so no entities of its own, no depth that data needs not. */
import { StringDecoder } from "node:string_decoder";
import { SaxesParser } from "saxes";
import { coerceError } from "../values/errors.ts";
import { ZipFault } from "./zip.ts";

const MOST_DEPTH = 100;
const PIECE = 65_536;

export interface XmlHandlers {
  /** Names are without their prefixes. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads the part piece by piece; after each piece the caller may take what the handlers collected.
 * @throws ZipFault when it is no well-formed XML in UTF-8, has a DOCTYPE or is nested too deep
 */
export function* xmlPieces(part: string, bytes: Buffer, handlers: XmlHandlers): Generator<void> {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new ZipFault(`${part} in UTF-8`, "UTF-16");
  }
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  parser.on("doctype", () => {
    throw new ZipFault(`${part} without a DOCTYPE`, "one");
  });
  parser.on("opentag", ({ attributes, name }) => {
    depth += 1;
    if (depth > MOST_DEPTH) throw new ZipFault(`at most ${MOST_DEPTH} elements inside each other in ${part}`, "more");
    handlers.open?.(local(name), attributes);
  });
  parser.on("closetag", ({ name }) => {
    depth -= 1;
    handlers.close?.(local(name));
  });
  parser.on("text", (text) => handlers.text?.(text));
  parser.on("cdata", (text) => handlers.text?.(text));
  const decoder = new StringDecoder("utf8");
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      parser.write(decoder.write(bytes.subarray(at, at + PIECE)));
      yield;
    }
    parser.write(decoder.end()).close();
  } catch (thrown) {
    if (thrown instanceof ZipFault) throw thrown;
    throw new ZipFault(`well-formed XML in ${part}`, coerceError(thrown).message.slice(0, 200));
  }
  yield;
}

/** Reads the part to its end. @throws ZipFault */
export function readXml(part: string, bytes: Buffer, handlers: XmlHandlers): void {
  for (const _ of xmlPieces(part, bytes, handlers));
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
