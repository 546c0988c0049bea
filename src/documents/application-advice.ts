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
  condition: text.optional().describe("The standard's own code beside it (TED01)"),
  label: text.optional().describe("Free text of at most 60 places beside the code (TED02)"),
  tag: text.optional().describe("Segment or record at fault"),
  position: text.optional().describe("Ordinal of that segment in its set"),
  element: text.optional(),
  component: text.optional(),
  repetition: text.optional(),
  elementNumber: text.optional().describe("Data element reference number"),
  found: text.optional().describe("Copy of the value at fault"),
  instead: text.optional().describe("What should stand there"),
  customerPart: text.optional(),
  shipTo: text.optional(),
  orderNumber: text.optional(),
  line: text.optional().describe("Line number of the message answered"),
  references: z.array(reference).optional(),
  texts: z.array(z.strictObject({ ...segmentOrdinal, kind: text.optional(), text: text.optional() })).optional(),
  details: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        text: text.optional(),
        related: text.optional(),
        agency: text.optional(),
        source: text.optional(),
        list: text.optional(),
        code: text.optional(),
      }),
    )
    .optional()
    .describe("Further codes of the fault, by who lists them (RED)"),
});

/** What was sent, as its sender named it. */
const answered = z.strictObject({
  ...segmentOrdinal,
  status: text.optional().describe("accepted, rejected, accepted-with-errors; else the code"),
  type: text.optional().describe("Set or message type answered: 830, DELFOR …"),
  number: text.optional().describe("Document number answered: release, note or invoice number"),
  numberKind: text.optional().describe("What that number is, as the message's qualifier says"),
  sender: text.optional().describe("Application code of the answered group's sender"),
  receiver: text.optional(),
  version: text.optional().describe("Version of the set answered"),
  interchange: text.optional().describe("Control number of the interchange answered"),
  group: text.optional().describe("Control number of the group answered"),
  control: text.optional().describe("Control number of the set answered"),
  functionalId: text.optional(),
  on: date.optional(),
  at: text.optional(),
  references: z.array(reference).optional(),
  dates: z.array(dated).optional(),
  contacts: z.array(contact).optional(),
  parties: z.array(identified).optional().describe("Parties said beside the message answered"),
  errors: z.array(applicationError).optional(),
});

export const applicationAdvice = z
  .strictObject({
    set: z.strictObject({ number: text.optional(), version: text.optional() }).optional(),
    number: text.optional(),
    purpose: text.optional(),
    kind: text.optional(),
    reference: text.optional().describe("Number of the message that this one goes with"),
    issuedOn: date.optional(),
    issuedAt: text.optional().describe("HHMM or HHMMSS"),
    status: text.optional().describe("accepted, rejected, accepted-with-errors where said once for the whole message"),
    parties: z.array(identified).optional(),
    references: z.array(reference).optional(),
    contacts: z.array(contact).optional(),
    dates: z.array(dated).optional(),
    answers: z.array(answered),
    errors: z.array(applicationError).optional().describe("Faults of a message that is not named"),
  })
  .describe("What is wrong with a message in the business it is about");

export type ApplicationAdvice = z.infer<typeof applicationAdvice>;
export type ApplicationAnswer = z.infer<typeof answered>;
export type ApplicationError = z.infer<typeof applicationError>;
