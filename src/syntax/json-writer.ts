/** Writes canonical documents as JSON under their envelope. */
import type { PlainDate } from "../values/dates.ts";
import type { WrittenSet } from "./x12-writer.ts";

export interface JsonEnvelope {
  /** `calloff/ship-notice/1`: the mapping's. */
  readonly schema: string;
  readonly sender: string;
  readonly receiver: string;
  readonly control: string;
  readonly sentOn: PlainDate;
  /** `HH:MM` */
  readonly sentAt?: string;
  readonly test: boolean;
}

/** The bytes of a JSON file: one document, or several under `documents`. The sets are as a mapping writes them. */
export function writeJsonInterchange(envelope: JsonEnvelope, sets: readonly WrittenSet[]): Buffer {
  const texts = sets.map(({ segments }) => Buffer.from(segments[0]?.[1] ?? "{}", "latin1").toString("utf8"));
  const documents = texts.map((text) => JSON.parse(text) as unknown);
  const { control, receiver, schema, sender, sentAt, sentOn, test } = envelope;
  const head = { schema, sender, receiver, control, sentOn, ...(sentAt === undefined ? {} : { sentAt }), test };
  const body = documents.length === 1 ? { ...head, document: documents[0] } : { ...head, documents };
  return Buffer.from(`${JSON.stringify(body, undefined, 2)}\n`, "utf8");
}
