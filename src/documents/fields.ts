import { z } from "zod";
import { readDate } from "../values/dates.ts";
import { readMillionths } from "../values/figures.ts";

/** Text as a message states it, without surrounding blanks. */
export const text = z.string();
/** An exact figure as canonical decimal text with at most six decimals. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d{1,6})?$/, "a decimal number with at most six decimals")
  .refine(
    (held) => typeof readMillionths(held) === "bigint",
    "a decimal number with at most twelve digits before the point",
  );
/** A calendar date as ISO text. */
export const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "a date YYYY-MM-DD")
  .refine((held) => readDate(held) !== undefined, "a day of the calendar");

/** Ordinal, within its set, of the segment an object was opened by; absent in documents that no file stated. */
export const segmentOrdinal = {
  segment: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("Ordinal of the segment, record or row in its set that states this"),
};

/** A reference number with its qualifier; up to three more that the same place states (the composite of X12 REF). */
export const reference = z.strictObject({
  ...segmentOrdinal,
  kind: text.optional(),
  number: text.optional(),
  description: text.optional(),
  kind2: text.optional(),
  number2: text.optional(),
  kind3: text.optional(),
  number3: text.optional(),
  kind4: text.optional(),
  number4: text.optional(),
  on: date.optional().describe("Date of the document that the number is of"),
});
/** A date with its qualifier. */
export const dated = z.strictObject({
  ...segmentOrdinal,
  kind: text.optional(),
  on: date.optional(),
  at: text.optional(),
});
export const contact = z.strictObject({
  ...segmentOrdinal,
  role: text.optional(),
  name: text.optional(),
  numberKind: text.optional(),
  number: text.optional(),
});
/** A carrier or route as routing details state it. */
export const route = z.strictObject({
  ...segmentOrdinal,
  sequence: text.optional(),
  scheme: text.optional(),
  carrier: text.optional(),
  mode: text.optional(),
  route: text.optional(),
});
export const freight = z.strictObject({
  ...segmentOrdinal,
  payment: text.optional(),
  placeKind: text.optional(),
  place: text.optional(),
});
export const freeText = z.strictObject({
  ...segmentOrdinal,
  kind: text.optional().describe("What the text is about, as the message's qualifier says"),
  text: text.optional(),
  one: text.optional(),
  two: text.optional(),
  three: text.optional(),
  four: text.optional(),
  code: text.optional().describe("The text as a code of an agreed list"),
});
/** A place with what happens there, as the message's qualifier says. */
export const located = z.strictObject({
  ...segmentOrdinal,
  kind: text.optional(),
  code: text.optional(),
  scheme: text.optional().describe("Who gave the code, as a party's"),
  name: text.optional(),
});
/** What a transmission of fixed records says of itself in its header: who to whom, and its place in the chain of numbers. */
export const transmitted = {
  customerCode: text.optional().describe("The customer, by the code that both sides use in transmissions"),
  supplierCode: text.optional().describe("The supplier, by the code that both sides use in transmissions"),
  transmission: z
    .strictObject({ old: text.optional(), new: text.optional(), on: date.optional() })
    .optional()
    .describe("Numbers of the transmission before and of this one"),
};
/** A quantity with its qualifier. */
export const qualified = z.strictObject({
  ...segmentOrdinal,
  kind: text.optional(),
  quantity: decimal.optional(),
  unit: text.optional(),
});

const partyFields = {
  name: text.optional(),
  name2: text.optional(),
  name3: text.optional(),
  scheme: text.optional().describe("Who gave the code: customer, supplier, duns, gln …; else the code list qualifier"),
  code: text.optional(),
  street: text.optional(),
  street2: text.optional(),
  city: text.optional(),
  region: text.optional(),
  postcode: text.optional(),
  country: text.optional(),
};

export const party = z.strictObject(partyFields);
/** A party with the role it plays, as messages list them. */
export const identified = z.strictObject({
  ...segmentOrdinal,
  role: text.optional().describe("ship-to, ship-from, bill-to, buyer, supplier …; else the qualifier"),
  ...partyFields,
  dock: text.optional(),
  references: z.array(reference).optional(),
  contacts: z.array(contact).optional(),
});

export type Party = z.infer<typeof party>;
export type IdentifiedParty = z.infer<typeof identified>;
