/** Staged files of the outbox under the names their readers look for: renamed, synced, and then said to be *written*. */
import { rename } from "node:fs/promises";
import type { OutboxFileRow } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import { syncFolder, unless } from "./durable.ts";
import { byFolder, type Drain, still, tried, triedTogether } from "./outbox-drain.ts";
import { alarm, tellWritten } from "./outbox-ends.ts";
import { finalName, folderPath, holdsOtherContent, removeTemporary, temporaryName } from "./outbox-files.ts";
import { stillHad } from "./outbox-leases.ts";
import { expectAnswers } from "./overdue.ts";

/** Gives each file its name, in order; refuses to overwrite what is not ours. Gives those that were renamed. */
export async function publish(drain: Drain, rows: readonly OutboxFileRow[]): Promise<OutboxFileRow[]> {
  const { exchange } = drain;
  const renamed: OutboxFileRow[] = [];
  for (const row of rows) {
    const there = await tried(drain, row, async () => {
      const target = finalName(exchange, row);
      if (await holdsOtherContent(target, row.sha256)) return false;
      // One temporary file is renamed once, whoever does it.
      const taken = exchange.gateways === undefined ? [] : ["ENOENT"];
      if ((await unless(taken, "gone", () => rename(temporaryName(exchange, row), target))) === "gone")
        return undefined;
      at("renamed");
      return true;
    });
    if (there === true) renamed.push(row);
    if (there === false) await nameHeld(drain, row);
  }
  return renamed;
}

async function nameHeld(drain: Drain, row: OutboxFileRow): Promise<void> {
  const end = await tried(drain, row, async () => {
    const alarmed = await alarm(
      drain.exchange,
      row,
      "failed",
      "a file of this name with other content is there already",
    );
    // Not before the row says so: without its temporary file it would be taken for delivered, or for nobody knows what.
    await removeTemporary(temporaryName(drain.exchange, row));
    return alarmed;
  });
  if (end !== undefined) drain.done[end] += 1;
}

/** Makes the new names durable, then T11. */
export async function finish(drain: Drain, rows: readonly OutboxFileRow[]): Promise<void> {
  const { exchange } = drain;
  const durable: OutboxFileRow[] = [];
  for (const [folder, files] of byFolder(rows)) {
    const synced = await triedTogether(drain, files, async () => {
      await syncFolder(folderPath(exchange, folder));
      at("named");
      return true;
    });
    if (synced === true) durable.push(...files);
  }
  if (durable.length === 0) return;
  const moved = await triedTogether(drain, durable, () => markWritten(drain, durable));
  if (moved === undefined) return;
  at("written");
  for (const row of await still(drain, durable, moved)) drain.done[tellWritten(exchange, row)] += 1;
}

const markWritten = ({ exchange, writer }: Drain, files: readonly OutboxFileRow[]): Promise<Set<number>> =>
  exchange.store.write(async (tx) => {
    const rows = await tx.run(
      `UPDATE outbox_file SET state = 'written', written_at = :now, finding = ''
       WHERE id IN (:ids) AND state = 'staged'${stillHad(exchange)} RETURNING id`,
      { ids: files.map(({ id }) => id), now: exchange.clock.instant(), ...writer },
    );
    const moved = new Set(rows.map(({ id }) => Number(id)));
    await expectAnswers(
      tx,
      exchange,
      files.filter(({ id }) => moved.has(id)),
    );
    at("writing");
    return moved;
  });
