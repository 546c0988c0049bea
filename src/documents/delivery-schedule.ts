/**
 * The canonical delivery schedule: what a forecast (X12 830, EDIFACT DELFOR, VDA 4905) or a call-off (862, DELJIT, 4915)
 * says, free of its format (domain.md part 2, section 1). Figures are decimal text, dates ISO text; a field that the
 * message does not state is absent.
 *
 * A field that formats state once for a whole message (order number, release number, ship-to, unit …) may stand on the
 * header; `withInheritance` hands it down to every line that does not state its own.
 */
import { z } from "zod";
import {
  contact,
  date,
  dated,
  decimal,
  freeText,
  freight,
  identified,
  located,
  party,
  qualified,
  reference,
  route,
  segmentOrdinal,
  text,
  transmitted,
} from "./fields.ts";
import { step } from "./schedule-step.ts";

export const LAYERS = ["forecast", "call-off"] as const;

const receipt = z.strictObject({
  quantity: decimal.optional(),
  kind: text.optional().describe("received or shipped, as the message says"),
  date: date.optional(),
  note: text.optional().describe("Delivery note or shipment number, as the message spells it"),
  noteDate: date.optional(),
});

/** Where the customer's running total stands. */
const account = z.strictObject({
  cumulative: decimal.optional(),
  kind: text.optional().describe("received, shipped, or start where the figure's date is the start of the cumulative"),
  date: date
    .optional()
    .describe("The figure's date; the cumulative's start only where kind is start or the partner's file says so"),
  until: date.optional(),
  from: date.optional().describe("Start of the cumulative period, stated as such"),
  beforeReset: decimal.optional().describe("Cumulative reached at the moment of zeroing"),
  note: text.optional().describe("The last note counted in the cumulative"),
  backlog: decimal
    .optional()
    .describe("Item-level backlog figure: information unless the partner's file says otherwise"),
});

export const authorisation = z.strictObject({
  ...segmentOrdinal,
  kind: text.describe("fabrication, material, before-first-period"),
  from: date.optional(),
  to: date.optional(),
  quantity: decimal.optional(),
  cumulative: decimal.optional(),
});

export const inherited = {
  shipTo: party.optional(),
  orderNumber: text.optional(),
  contractNumber: text.optional(),
  releaseNumber: text.optional(),
  previousRelease: text.optional(),
  issuedOn: date.optional().describe("Issue date of the release"),
  issuedAt: text.optional().describe("Issue time of the release, HHMM or HHMMSS"),
  previousIssuedOn: date.optional(),
  unit: text.optional(),
  plant: text.optional(),
  dock: text.optional(),
  unloadingPoint: text.optional(),
  modelYear: text.optional(),
  accountFrom: date.optional().describe("Start of the cumulative period for all lines"),
  due: z
    .strictObject({
      kind: text.optional().describe("What the date is, as the message's qualifier says"),
      on: date.optional(),
      at: text.optional().describe("HHMM or HHMMSS"),
    })
    .optional()
    .describe("When the item is wanted, where that is said once for its steps"),
};

/** One item for one place, with its releases, receipts and steps. */
export const line = z.strictObject({
  ...segmentOrdinal,
  number: text.optional(),
  customerPart: text.optional(),
  ourPart: text.optional(),
  description: text.optional(),
  orderLine: text.optional(),
  engineeringLevel: text.optional(),
  drawing: text.optional(),
  kanban: text.optional(),
  manufacturerPart: text.optional(),
  continues: z
    .enum(["item"])
    .optional()
    .describe("The line is a further place of the item of the line before it, which alone says what the item is"),
  usage: text.optional().describe("series, spare, sample, test"),
  sequence: text.optional().describe("Place of the item in the customer's production sequence (job sequence number)"),
  vehicle: text.optional().describe("Vehicle or unit that the item is built into"),
  ...inherited,
  deliveredTo: party
    .optional()
    .describe("Who takes the goods in at the ship-to; the ship-to of a message that names no other"),
  price: decimal.optional(),
  priceUnit: text.optional(),
  priceMultiplier: text.optional(),
  interval: text.optional().describe("Bucket of the steps where the format states it once per item (VDA 512)"),
  pack: z
    .strictObject({
      count: text.optional(),
      size: decimal.optional(),
      unit: text.optional(),
      kind: text.optional(),
    })
    .optional()
    .describe("How the item is packed"),
  packs: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        kind: text.optional().describe("The customer's code of the packaging"),
        ourKind: text.optional().describe("Our code of the packaging"),
        count: text.optional(),
        size: decimal.optional().describe("How much of the item one packaging holds"),
        unit: text.optional(),
      }),
    )
    .optional()
    .describe("The packagings that the customer asks for"),
  includes: z
    .strictObject({ fabrication: text.optional(), material: text.optional() })
    .optional()
    .describe("Whether the call-off is a release for fabrication and for material as well, as its flags say (VDA 512)"),
  horizon: z
    .strictObject({ from: date.optional(), to: date.optional() })
    .optional()
    .describe("The item's own horizon, where it is stated per item"),
  pointOfUse: text.optional().describe("Where at the customer's the item is used"),
  warehouse: text.optional().describe("Where at the customer's the item is stored"),
  allocation: text.optional().describe("What the customer books the item on"),
  customerSign: text.optional().describe("The customer's sign for the item, e.g. of who plans it"),
  itemCode: text.optional().describe("A further code of the item (VDA 515)"),
  subSupplier: text.optional(),
  parties: z.array(identified).optional(),
  texts: z.array(freeText).optional(),
  references: z.array(reference).optional(),
  dates: z.array(dated).optional(),
  contacts: z.array(contact).optional(),
  routes: z.array(route).optional(),
  locations: z.array(located).optional().describe("Places other than the ship-to, the dock and the point of use"),
  completeness: z
    .enum(["complete", "changes"])
    .optional()
    .describe("Whether the message lists every item of the ship-to, or only those that have changed (GIS, GEI)"),
  amounts: z.array(qualified).optional().describe("Quantities beside the schedule, by qualifier"),
  figures: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        kind: text.optional(),
        quantity: decimal.optional(),
        state: text.optional(),
        from: date.optional(),
        to: date.optional(),
        on: date.optional().describe("The date of the figure, e.g. of the receipt"),
        references: z.array(reference).optional(),
      }),
    )
    .optional()
    .describe("Shipped and received figures other than the last receipt and the cumulative: information"),
  last: receipt.optional().describe("The last receipt or shipment the customer has counted"),
  account: account.optional(),
  lastReferences: z.array(reference).optional().describe("References beside the last receipt, other than its note"),
  accountReferences: z.array(reference).optional().describe("References beside the cumulative, other than its note"),
  fabrication: z
    .strictObject({ from: date.optional(), to: date.optional(), cumulative: decimal.optional() })
    .optional(),
  material: z.strictObject({ from: date.optional(), to: date.optional(), cumulative: decimal.optional() }).optional(),
  authorisations: z.array(authorisation).optional(),
  steps: z.array(step).optional(),
});

export const deliverySchedule = z
  .strictObject({
    layer: z.enum(LAYERS).optional().describe("Forecast unless the mapping says call-off"),
    numbers: z.enum(["message", "shipTo", "line"]).optional().describe("What the release number counts"),
    set: z.strictObject({ number: text.optional() }).optional(),
    number: text.optional().describe("The message's own document number"),
    purpose: text
      .optional()
      .describe("One of original, replace, change, net-change, cancel, delete, confirmation, copy; else the code"),
    basis: text.optional().describe("delivery or shipment: what the dates of the steps are"),
    quantities: text.optional().describe("discrete or cumulative; discrete unless stated"),
    horizon: z.strictObject({ from: date.optional(), to: date.optional() }).optional(),
    ...transmitted,
    ...inherited,
    currency: text.optional(),
    parties: z.array(identified).optional(),
    references: z.array(reference).optional(),
    notes: z.array(reference).optional(),
    contacts: z.array(contact).optional(),
    dates: z.array(dated).optional(),
    texts: z.array(freeText).optional(),
    routes: z.array(route).optional(),
    freightTerms: z.array(freight).optional(),
    lines: z.array(line),
  })
  .describe("A delivery schedule or call-off, whatever it came in");

export type DeliverySchedule = z.infer<typeof deliverySchedule>;
export type ScheduleLine = z.infer<typeof line>;
