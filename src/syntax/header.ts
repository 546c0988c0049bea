/** What the readers of ISA and UNA/UNB hand on. */
import type { Finding, Place } from "../values/finding.ts";
import type { Delimiters, InterchangeEntry } from "./segment.ts";

/** Where a header begins, and what is known of the file before it. */
export interface HeaderStart {
  readonly byte: number;
  readonly line: number;
  /** Ordinal in the file that the header segment has. */
  readonly segment: number;
}

export interface Header {
  readonly delimiters: Delimiters;
  readonly values: Pick<
    InterchangeEntry,
    | "version"
    | "sender"
    | "receiver"
    | "control"
    | "sentOn"
    | "sentAt"
    | "test"
    | "acknowledgementRequested"
    | "charset"
    | "stamp"
  >;
  /** The header segment's tag and elements, without line breaks; empty where it is not readable. */
  readonly elements: readonly string[];
  /** Length in bytes, terminator included. */
  readonly length: number;
  /** Lines that end inside the header or with it. */
  readonly lines: number;
  readonly findings: Finding[];
  /** False when what follows cannot be cut into segments; then only the findings count. */
  readonly readable: boolean;
}

/** Most bytes a header may take; beyond them a separator or terminator is missing. */
export const MAX_HEADER = 1024;

const NOTHING: Header["values"] = {
  version: "",
  sender: { qualifier: "", id: "" },
  receiver: { qualifier: "", id: "" },
  control: "",
  sentOn: "",
  sentAt: "",
  test: false,
  acknowledgementRequested: false,
};

/**
 * A header that cannot be read, for the reason that `finding` gives; `values` are what could be read all the same, and
 * the next header is looked for behind what `skip` says.
 */
export function unreadable(
  finding: Finding,
  delimiters: Delimiters,
  values = NOTHING,
  skip = { length: 3, lines: 0 },
): Header {
  return { delimiters, values, elements: [], ...skip, findings: [finding], readable: false };
}

/** The file ends inside a header of `length` bytes so far. */
export function truncatedHeader(start: HeaderStart, tag: string, length: number, delimiters: Delimiters): Header {
  const place: Place = { byte: start.byte + length, line: start.line, segment: start.segment, tag };
  return unreadable(
    {
      code: "SYNTAX_TRUNCATED",
      severity: "reject",
      message: `The file ends inside the interchange's first segment, ${tag}.`,
      place,
      expected: `the rest of ${tag} and the interchange to its end`,
      found: "the end of the file",
      remedy: "Ask the sender to send the file again, whole.",
    },
    delimiters,
  );
}
