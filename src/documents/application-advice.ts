/**
 * The canonical application advice (X12 824, EDIFACT APERAK): what is wrong with a message in the business it is about, such
 * as an unknown item, as opposed to its syntax (features.md F2). Ours and theirs.
 */
import { z } from "zod";
import { contact, date, dated, identified, reference, segmentOrdinal, text } from "./fields.ts";

const applicationError = z.strictObject({
  ...segmentOrdinal,
  code: text.optional().describe("Our word for it (unknown-item, wrong-agreement …); else the partner's own code"),
  text: text.optional().describe("In a planner's words"),
  tag: text.optional().describe("Segment or record at fault"),
  position: text.optional().describe("Ordinal of that segment in its set"),
  element: text.optional(),
  found: text.optional().describe("Copy of the value at fault"),
  customerPart: text.optional(),
  shipTo: text.optional(),
  orderNumber: text.optional(),
  line: text.optional().describe("Line number of the message answered"),
  references: z.array(reference).optional(),
  texts: z.array(z.strictObject({ ...segmentOrdinal, text: text.optional() })).optional(),
});

/** What was sent, as its sender named it. */
const answered = z.strictObject({
  ...segmentOrdinal,
  status: text.optional().describe("accepted, rejected, accepted-with-errors; else the code"),
  type: text.optional().describe("Set or message type answered: 830, DELFOR …"),
  number: text.optional().describe("Document number answered: release, note or invoice number"),
  interchange: text.optional().describe("Control number of the interchange answered"),
  group: text.optional().describe("Control number of the group answered"),
  control: text.optional().describe("Control number of the set answered"),
  functionalId: text.optional(),
  on: date.optional(),
  at: text.optional(),
  references: z.array(reference).optional(),
  errors: z.array(applicationError).optional(),
});

export const applicationAdvice = z
  .strictObject({
    set: z.strictObject({ number: text.optional() }).optional(),
    number: text.optional(),
    purpose: text.optional(),
    kind: text.optional(),
    issuedOn: date.optional(),
    issuedAt: text.optional().describe("HHMM or HHMMSS"),
    status: text.optional().describe("accepted, rejected, accepted-with-errors where said once for the whole message"),
    parties: z.array(identified).optional(),
    references: z.array(reference).optional(),
    contacts: z.array(contact).optional(),
    dates: z.array(dated).optional(),
    answers: z.array(answered),
  })
  .describe("What is wrong with a message in the business it is about");

export type ApplicationAdvice = z.infer<typeof applicationAdvice>;
export type ApplicationAnswer = z.infer<typeof answered>;
export type ApplicationError = z.infer<typeof applicationError>;
