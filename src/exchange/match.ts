/** Transaction T12: an acknowledgement of a customer, matched to what we sent him by its control numbers. */
import type { Partner } from "../config/partner.ts";
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import { select, update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type FileRow, type MessageRow, message, type OutboxPartRow, outboxPart } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { Finding } from "../values/finding.ts";
import type { Exchange } from "./context.ts";
import { readFindings, writeFindings } from "./findings.ts";

interface Answering {
  readonly file: FileRow;
  readonly partner: Partner;
  readonly row: MessageRow;
  readonly occasion: Occasion;
}

interface Alarm {
  readonly reason: string;
  readonly group: string;
  readonly set: string;
}

/** Control numbers are compared without leading zeros: writers of 997 differ in whether they keep them. */
const plain = (control: string | undefined): string => (control ?? "").trim().replace(/^0+(?=.)/, "");

/** Stores what a customer answered to each set; a rejection, or an answer to what we never sent, is an alarm. */
export async function matchAcknowledgement(
  exchange: Exchange,
  { file, partner, row }: Answering,
  answer: Acknowledgement,
): Promise<void> {
  const alarms = await exchange.store.write(async (tx) => {
    const parts = await partsOf(tx, partner.code, answer);
    const found = await store(tx, row, answer, parts);
    await update(
      tx,
      message,
      {
        state: "applied",
        answer: "accepted",
        findings: writeFindings([...readFindings(row.findings), ...found.map((alarm) => findingOf(file, alarm))]),
      },
      "id = :id AND state = 'catalogued'",
      { id: row.id },
    );
    at("matching");
    return found;
  });
  at("matched");
  for (const alarm of alarms) {
    const about = { claim: file.claim, folder: file.folder, name: file.name, partner: partner.code };
    exchange.log.error({ ...about, ...alarm }, "acknowledgement needs attention");
    exchange.events.emit("acknowledgement.alarm", { ...about, ...alarm });
  }
}

/** Parts of what we sent this partner under the group's control number. */
async function partsOf(tx: Tx, receiver: string, { group = {} }: Acknowledgement): Promise<OutboxPartRow[]> {
  return select(
    tx,
    outboxPart,
    "WHERE receiver = :receiver AND group_control = :control AND functional_id = :functionalId ORDER BY id",
    { receiver, control: plain(group.control), functionalId: group.functionalId ?? "" },
  );
}

async function store(
  tx: Tx,
  row: MessageRow,
  answer: Acknowledgement,
  parts: readonly OutboxPartRow[],
): Promise<Alarm[]> {
  const group = plain(answer.group?.control);
  if (parts.length === 0) return [{ reason: "answers what was never sent", group, set: "" }];
  const alarms: Alarm[] = [];
  const said = new Map((answer.sets ?? []).map((set) => [plain(set.control), set.status ?? ""]));
  for (const control of said.keys()) {
    if (!parts.some((part) => plain(part.set_control) === control)) {
      alarms.push({ reason: "answers a set that was never sent", group, set: control });
    }
  }
  for (const part of parts) {
    const set = plain(part.set_control);
    const status = said.get(set) ?? answer.group?.status ?? "";
    // The first answer counts; a later one is compared with it only.
    await update(tx, outboxPart, { answered_by: row.id, answer: status }, "id = :id AND answered_by IS NULL", {
      id: part.id,
    });
    if (!status.startsWith("accepted")) alarms.push({ reason: `not accepted: ${status || "no status"}`, group, set });
  }
  return alarms;
}

const findingOf = (file: FileRow, { reason, group, set }: Alarm): Finding => ({
  code: "EXCHANGE_ACKNOWLEDGEMENT",
  severity: "note",
  message: `The acknowledgement ${reason}`,
  place: { file: file.name },
  found: set === "" ? `group ${group}` : `group ${group}, set ${set}`,
  remedy: "See `calloff outbox show` for what was sent, and talk to the partner",
});
