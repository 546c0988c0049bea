/** What the schedules of a checked file would come to if they came in now: applied in a transaction that is undone. */
import type { Configuration } from "../config/configuration.ts";
import type { Partner } from "../config/partner.ts";
import { deliverySchedule } from "../documents/delivery-schedule.ts";
import { type AppliedLine, applySchedule } from "../orders/apply-schedule.ts";
import { insertOne } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
import { file, interchange, message } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { CheckedFile, CheckedInterchange, CheckedSet } from "./checked-file.ts";

/** One line of a schedule, and what would become of it. */
export type PreviewLine = Pick<AppliedLine, "line" | "customerPart" | "shipTo" | "state" | "cause" | "sentence"> & {
  readonly interchange: string;
  readonly set: string;
};

/** Carries the answer out of the transaction it undoes. */
class Undo extends Error {
  readonly lines: readonly PreviewLine[];

  constructor(lines: readonly PreviewLine[]) {
    super("undone on purpose");
    this.lines = lines;
  }
}

/** Applies every schedule of the file that would have an effect, and undoes it; nothing stays in the database. */
export async function previewOfFile(
  store: Store,
  config: Configuration,
  partner: Partner,
  checked: CheckedFile,
  occasion: Occasion,
): Promise<readonly PreviewLine[]> {
  try {
    return await store.write(async (tx): Promise<never> => {
      throw new Undo(await appliedIn(tx, store, { config, partner, checked, occasion }));
    });
  } catch (thrown) {
    if (thrown instanceof Undo) return thrown.lines;
    throw thrown;
  }
}

interface Preview {
  readonly config: Configuration;
  readonly partner: Partner;
  readonly checked: CheckedFile;
  readonly occasion: Occasion;
}

async function appliedIn(tx: Tx, store: Store, preview: Preview): Promise<PreviewLine[]> {
  const inside: Store = { ...store, ask: (sql, replacements) => tx.ask(sql, replacements), write: (work) => work(tx) };
  const { config, partner, checked, occasion } = preview;
  const fileId = await insertOne(tx, file, {
    claim: "check",
    partner: partner.code,
    name: checked.file,
    state: "registered",
    business_date: occasion.businessDate,
    received_at: occasion.instant,
  });
  const lines: PreviewLine[] = [];
  for (const held of checked.interchanges) {
    const interchangeId = await insertOne(tx, interchange, interchangeRow(fileId, partner, held));
    for (const set of schedulesIn(held)) {
      const messageId = await insertOne(tx, message, {
        interchange_id: interchangeId,
        ordinal: set.ordinal,
        control: set.control,
        type: set.type,
        version: set.version,
        segments: set.segments,
        state: "catalogued",
      });
      const { name, policy, hash } = config.policyOf(partner);
      const applied = await applySchedule(inside, {
        messageId,
        partner,
        policy: { name, policy, hash },
        gateway: config.gateway,
        document: deliverySchedule.parse(set.document),
        occasion,
      });
      lines.push(...applied.map((line) => previewLine(held, set, line)));
    }
  }
  return lines;
}

/** Sets that would have an effect: read without a fault, in an envelope without a fault. */
function schedulesIn({ complete, findings, groups }: CheckedInterchange): CheckedSet[] {
  if (!complete || findings.some(({ severity }) => severity === "reject")) return [];
  return groups
    .filter((group) => !group.findings.some(({ severity }) => severity === "reject"))
    .flatMap(({ sets }) => sets)
    .filter(({ kind, outcome }) => kind === "delivery-schedule" && outcome !== "invalid");
}

const interchangeRow = (fileId: number, partner: Partner, held: CheckedInterchange) => ({
  file_id: fileId,
  ordinal: held.ordinal,
  partner: partner.code,
  syntax: held.family,
  version: held.version,
  sender: held.sender.id,
  receiver: held.receiver.id,
  control: held.control,
  sent_on: held.sentOn,
  state: "open",
});

const previewLine = (
  { control: number }: CheckedInterchange,
  { control }: CheckedSet,
  { line, customerPart, shipTo, state, cause, sentence }: AppliedLine,
): PreviewLine => ({ interchange: number, set: control, line, customerPart, shipTo, state, cause, sentence });
