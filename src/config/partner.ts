/** Partner files: `config/partners/<code>.yaml` (design.md, *A home*). */
import { z } from "zod";
import { party } from "../documents/fields.ts";
import { CHARSETS } from "../syntax/charsets.ts";
import { fulfilmentOptions, schedule } from "./schedule-settings.ts";

const PARTNER_CODE = /^[a-z0-9][a-z0-9_-]{0,39}$/;
export const partnerCode = z
  .string()
  .regex(PARTNER_CODE, "a partner code: small letters, digits, - and _, at most 40")
  .refine((code) => code !== "erp", "another code than erp, which is the ERP's own");

const folderName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/, "a folder name: letters, digits, - _ and ., at most 80")
  .refine((name) => name !== "erp", "another folder than erp, which is the ERP's own");

const identity = z.strictObject({
  qualifier: z.string().max(4).default("").describe("ISA05/ISA07 or UNB 0007; empty where the family has none"),
  id: z.string().min(1).max(35).describe("ISA06/ISA08, UNB 0004/0010, VDA code; compared without trailing blanks"),
});

const outboundMessage = z.strictObject({
  mapping: z
    .string()
    .describe("Of any family, e.g. x12/856, edifact/desadv, fixed/4913; a dialect x12/856.acme wins when it exists"),
  version: z
    .string()
    .optional()
    .describe("GS08 or the version in UNH, e.g. D:97A; 004010 or D:97A unless given, no version in other families"),
  association: z
    .string()
    .regex(/^[A-Z0-9]{1,6}$/, "one to six capital letters and digits, such as GAVF11")
    .optional()
    .describe("EDIFACT: association assigned code of the message (UNH 0057)"),
});
export type OutboundMessage = z.infer<typeof outboundMessage>;

/** A party by the code that the partner knows it by. */
const codedParty = party.extend({
  code: z.string().min(1).describe("The code that the partner knows the party by"),
  scheme: z.string().min(1).default("customer").describe("Who gave the code: customer, supplier, duns, gln …"),
});

const tableFile = z.strictObject({
  files: z
    .string()
    .min(1)
    .max(120)
    .describe("Names of files, * for any characters and ? for one, whatever their case: *.csv"),
  mapping: z.string().describe("How they are read: csv/schedule-long"),
});

export const partner = z
  .strictObject({
    version: z.literal(1).default(1).describe("Version of this file's format"),
    name: z.string().min(1).describe("The partner's name, for people"),
    theirs: z
      .array(identity)
      .min(1)
      .default([])
      .describe("Senders this partner's folder is declared for; none where tables alone come and go"),
    ours: z
      .array(identity)
      .min(1)
      .default([])
      .describe("How the partner addresses us; the first is what we send as; none where tables alone come and go"),
    groupIds: z
      .strictObject({ theirs: z.string().optional(), ours: z.string().optional() })
      .prefault({})
      .describe("GS02/GS03 where they differ from the interchange's"),
    test: z.boolean().default(false).describe("Whether this partner sends and gets test interchanges"),
    folders: z
      .array(folderName)
      .min(1)
      .optional()
      .describe("Folders of the inbox this partner may use; its own code unless given"),
    charset: z
      .enum(CHARSETS)
      .optional()
      .describe("How the bytes of text are read and written; in EDIFACT the level of UNB unless given, else latin1"),
    tables: z
      .array(tableFile)
      .default([])
      .describe("Files without an envelope, by their names: how each is read; the first that fits counts"),
    mappings: z
      .record(z.string(), z.string())
      .default({})
      .describe("Set or message type → mapping name, where the standard one is not meant"),
    lenient: z
      .array(z.enum(["counts"]))
      .default([])
      .describe("Faults that are tolerated: counts"),
    acknowledge: z.enum(["997", "999", "none"]).default("997").describe("X12: what is answered to each group"),
    ta1: z
      .enum(["asked", "always", "never"])
      .default("asked")
      .describe("X12: when each interchange is answered by a TA1; asked: where ISA14 asks for it"),
    contrl: z
      .enum(["always", "asked", "errors", "never"])
      .default("always")
      .describe(
        "EDIFACT: when an interchange is answered by CONTRL; asked: where UNB 0031 asks, errors: what is rejected",
      ),
    applicationAdvice: outboundMessage
      .nullable()
      .default(null)
      .describe("How faults in the business of a message are answered (824, APERAK); null: not at all"),
    acknowledgedWithin: z
      .number()
      .int()
      .positive()
      .max(525_600)
      .optional()
      .describe("Minutes within which the partner acknowledges what was written to him; then an alarm says so"),
    numberGaps: z
      .enum(["warn", "hold", "ignore"])
      .default("warn")
      .describe(
        "What missing control numbers of this sender do: a warning, or later interchanges are held until they come",
      ),
    repeatAck: z.boolean().default(false).describe("A file that comes twice is answered twice"),
    shipNotice: outboundMessage
      .nullable()
      .default({ mapping: "x12/856" })
      .describe("How ship notices are written; null where the partner takes none"),
    invoice: outboundMessage
      .nullable()
      .default({ mapping: "x12/810" })
      .describe("How invoices are written; null where the partner takes none"),
    delimiters: z
      .strictObject({
        element: z.string().length(1).default("*"),
        component: z.string().length(1).default(">"),
        segment: z.string().length(1).default("~"),
        newline: z.boolean().default(true).describe("Whether a line break follows each segment"),
      })
      .prefault({})
      .describe("X12: separators of what is written to the partner"),
    edifact: z
      .strictObject({
        syntax: z
          .string()
          .regex(/^UNO[A-KWXY]:[1-4]$/, "a level and a version of the syntax, such as UNOC:3")
          .default("UNOC:3")
          .describe("UNB S001: the level names the character set"),
        una: z.boolean().default(true).describe("Whether UNA stands before UNB"),
        newline: z.boolean().default(true).describe("Whether a line break follows each segment"),
        acknowledgementRequested: z.boolean().default(false).describe("Whether UNB asks for a CONTRL (0031)"),
        groups: z.boolean().default(false).describe("Whether messages stand in a group, UNG to UNE"),
      })
      .prefault({})
      .describe("EDIFACT: how interchanges to the partner are written"),
    fixed: z
      .strictObject({ newline: z.boolean().default(true).describe("Whether each record is a line of its own") })
      .prefault({})
      .describe("VDA: how transmissions to the partner are written"),
    replaceForbidden: z
      .string()
      .max(1)
      .optional()
      .describe("Character written where data holds a delimiter; such a document is held unless set"),
    policy: z
      .string()
      .default("standard")
      .describe("Policy file its schedules are judged by: config/policies/<name>.yaml"),
    schedule: schedule.prefault({}).describe("What the figures of its schedules mean"),
    orders: fulfilmentOptions.prefault({}).describe("From its dates to ours: orders, shipments, invoices"),
    us: codedParty
      .optional()
      .describe("How this partner calls us, in ship notices and invoices; what is not stated is the company's"),
    buyer: codedParty
      .optional()
      .describe(
        "How the buyer is named in ship notices and invoices, the party billed too; its name alone unless given",
      ),
    shipTos: z.record(z.string(), party).default({}).describe("Ship-to code → name and address"),
    outboxFolder: folderName.optional().describe("Folder of the outbox this partner reads; its own code unless given"),
  })
  .describe("A trading partner");

export type Partner = z.infer<typeof partner> & { readonly code: string };

/** The mapping that the partner's file names for a type of message; senders may write anything for the type. */
export const mappingNamed = ({ mappings }: Pick<Partner, "mappings">, type: string): string | undefined =>
  Object.hasOwn(mappings, type) ? mappings[type] : undefined;

/** The version that a message is written in: what the partner's file says, else the usual one of its family. */
export function versionOf({ mapping, version }: OutboundMessage): string {
  if (version !== undefined) return version;
  if (mapping.startsWith("x12/")) return "004010";
  return mapping.startsWith("edifact/") ? "D:97A" : "";
}

/** Places that VDA records have for a note number (513, 713). */
const NOTE_PLACES = 8;

/** Places that the formats a partner reads and writes have for our note numbers; undefined where they carry any. */
export const notePlacesOf = ({ shipNotice }: Pick<Partner, "shipNotice">): number | undefined =>
  shipNotice?.mapping.startsWith("fixed/") === true ? NOTE_PLACES : undefined;
