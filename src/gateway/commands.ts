/**
 * Commands that change something, by name with plain arguments. Whoever gives one (the command line, the demo, a replay) does
 * so here; the audit trail notes name, arguments, date, instant and who in the transaction of the effect, which is all
 * that is needed to give it again.
 */
import type { Configuration } from "../config/configuration.ts";
import type { ErpReceipt } from "../documents/erp.ts";
import { takeRecord } from "../exchange/erp-inbound.ts";
import { readErpText } from "../exchange/erp-text.ts";
import { reopenFile } from "../exchange/reopen-file.ts";
import { resendDocument, resendFile } from "../exchange/resend.ts";
import { shipOrder } from "../fulfilment/automatic.ts";
import { type InvoiceOutcome, invoiceShipment } from "../fulfilment/invoice.ts";
import type { ShipmentOutcome } from "../fulfilment/ship.ts";
import { cancelOrder } from "../orders/cancel-order.ts";
import { acceptRevisions, type DecidedRevision, withdrawRevisions } from "../orders/decide.ts";
import { type DecidedReceipt, dismissReceipts, placeReceipt, type ReceiptPlacing } from "../orders/decide-receipts.ts";
import { liftWithheld } from "../orders/withheld.ts";
import type { WithheldLine } from "../orders/withheld-facts.ts";
import { recordAudit } from "../store/audit.ts";
import { tellGateways } from "../store/gateways.ts";
import { selectOne } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { outboxFile } from "../store/tables.ts";
import { type Clock, type Occasion, occasionOf } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { detailsOf, findingInWords } from "../values/finding.ts";
import type { Json } from "../values/json.ts";

/** What a command works on; a keeper is one, and so is a home opened for one command. */
export interface CommandGround {
  readonly config: Configuration;
  readonly store: Store;
  readonly clock: Clock;
}

/** The arguments of every command, and what it answers. */
export interface Commands {
  "schedule accept": {
    given: { ids: readonly number[]; reason?: string; requestKey?: string };
    answer: DecidedRevision[];
  };
  "schedule withdraw": {
    given: { ids: readonly number[]; reason: string; requestKey?: string };
    answer: DecidedRevision[];
  };
  "receipt place": { given: { id: number } & ReceiptPlacing; answer: DecidedReceipt };
  "receipt dismiss": { given: { ids: readonly number[]; reason: string }; answer: DecidedReceipt[] };
  "order ship": {
    given: {
      order: string;
      /** Line number → quantity; everything that is open unless given. */
      quantities?: Readonly<Record<string, string>>;
      closeShort?: boolean;
      confirmation?: string;
      note?: string;
      shippedOn?: PlainDate;
    };
    answer: ShipmentOutcome;
  };
  "order cancel": { given: { order: string; reason: string }; answer: WithheldLine[] };
  "order lift": { given: { order: string; reason: string }; answer: WithheldLine[] };
  /** `text` is what the ERP would have sent as a file; all records are taken, or none. */
  import: { given: { name: string; text: string }; answer: ErpReceipt["records"] };
  "file retry": { given: { file: string }; answer: undefined };
  "outbox resend": { given: { folder: string; name: string }; answer: undefined };
  /** `cause` is what the held document is there for. */
  "document resend": { given: { cause: string }; answer: undefined };
  "invoice release": { given: { shipment: string }; answer: InvoiceOutcome };
}
export type CommandName = keyof Commands;

type Doing<Name extends CommandName> = (
  ground: Omit<CommandGround, "clock">,
  given: Commands[Name]["given"],
  occasion: Occasion,
) => Promise<Commands[Name]["answer"]>;

const COMMANDS: { readonly [Name in CommandName]: Doing<Name> } = {
  "schedule accept": ({ store, config }, { ids, ...details }, occasion) =>
    acceptRevisions(store, config, ids, occasion, details),
  "schedule withdraw": ({ store }, { ids, ...details }, occasion) => withdrawRevisions(store, ids, occasion, details),
  "receipt place": ({ store, config }, { id, ...placing }, occasion) =>
    placeReceipt(store, config, id, placing, occasion),
  "receipt dismiss": ({ store }, { ids, reason }, occasion) => dismissReceipts(store, ids, reason, occasion),
  "order ship": ({ store, config }, { order, quantities, ...more }, occasion) => {
    const wanted = quantities === undefined ? undefined : Object.entries(quantities);
    const byLine = wanted?.map(([line, quantity]) => [Number(line), quantity] as const);
    const command = byLine === undefined ? more : { ...more, quantities: new Map(byLine) };
    return shipOrder(store, config, order, command, occasion);
  },
  "order cancel": ({ store, config }, { order, reason }, occasion) =>
    cancelOrder(store, config, order, occasion, reason),
  "order lift": ({ store, config }, { order, reason }, occasion) =>
    liftWithheld(store, config, order, occasion, reason),
  import: importText,
  "file retry": async ({ store }, { file }, occasion) => {
    await reopenFile(store, file.replace(/^file:/, ""), occasion);
    return undefined;
  },
  "outbox resend": async ({ store }, { folder, name }, occasion) => {
    const row = await selectOne(store, outboxFile, "WHERE folder = :folder AND name = :name", { folder, name });
    await resendFile(store, row?.id ?? 0, occasion);
    return undefined;
  },
  "document resend": async ({ store }, { cause }, occasion) => {
    await resendDocument(store, cause, occasion);
    return undefined;
  },
  "invoice release": ({ store, config }, given, occasion) =>
    store.write((tx) => invoiceShipment(tx, config, given.shipment, occasion)),
};

/** Whether an entry's verb in the audit trail is a command's, and which. */
export function commandOfVerb(verb: string): CommandName | undefined {
  const name = verb.startsWith(PREFIX) ? verb.slice(PREFIX.length) : "";
  return Object.hasOwn(COMMANDS, name) ? (name as CommandName) : undefined;
}

const PREFIX = "command:";

/**
 * Gives a command on the occasion of this moment.
 * @param who the user's name
 * @param object business key of what it is done to, for the audit trail
 * @throws CalloffError what the command refuses with; nothing of it has effect then
 */
export async function giveCommand<Name extends CommandName>(
  { config, store, clock }: CommandGround,
  who: string,
  name: Name,
  object: string,
  given: Commands[Name]["given"],
): Promise<Commands[Name]["answer"]> {
  const occasion = occasionOf(clock, who);
  const command: Doing<Name> = COMMANDS[name];
  const audited = auditing(store, occasion, `${PREFIX}${name}`, object, given);
  const answer = await command({ config, store: audited }, given, occasion);
  // A gateway that is not told finds it at its next round.
  await tellGateways(store).catch(() => {});
  return answer;
}

/** A store whose first write transaction ends with an entry in the audit trail. */
function auditing(store: Store, occasion: Occasion, verb: string, object: string, given: object): Store {
  let noted = false;
  return {
    ...store,
    write: async (work) => {
      const result = await store.write(async (tx) => {
        const done = await work(tx);
        if (!noted) await recordAudit(tx, occasion, verb, object, { args: given as Json });
        return done;
      });
      noted = true;
      return result;
    },
  };
}

async function importText(
  { store, config }: Omit<CommandGround, "clock">,
  { name, text }: Commands["import"]["given"],
  occasion: Occasion,
): Promise<ErpReceipt["records"]> {
  const { records, findings } = readErpText(name, Buffer.from(text, "utf8"));
  const [fault, ...more] = [...findings, ...records.flatMap((record) => record.findings)];
  if (fault !== undefined) {
    throw new CalloffError(fault.code, [fault.message, ...more.map((one) => `\n  ${findingInWords(one)}`)].join(""), {
      place: fault.place,
      ...detailsOf(fault),
      exit: EXIT.badFile,
    });
  }
  return store.write(async (tx) => {
    const taken: ErpReceipt["records"] = [];
    for (const { document, label } of records) {
      if (document !== undefined) taken.push(await takeRecord(tx, config, document, label, occasion));
    }
    return taken;
  });
}
