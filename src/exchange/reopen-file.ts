/** Taking a file up again that ended before its time. */
import { recordAudit } from "../store/audit.ts";
import { select, selectOne, update } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { type FileRow, file, interchange, message } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { passOverGaps } from "./after-gap.ts";
import { POISON } from "./poison.ts";

/**
 * Has a failed file taken up again at the first set that has no effect yet, one that no reader survived, or a held one after
 * all: that its control number came before with other content is then somebody's decision. The next run applies it.
 * @throws CalloffError EXCHANGE_NOT_FAILED when it is in another state, EXCHANGE_NO_FILE when there is none of that claim
 */
export async function reopenFile(store: Store, claim: string, occasion: Occasion): Promise<void> {
  await store.write(async (tx) => {
    const held = await selectOne(tx, file, "WHERE claim = :claim", { claim });
    if (held === undefined) throw noFile(claim);
    const changed = await update(
      tx,
      file,
      { state: "registered", cause: "", finished_at: "", attempts: held.attempts + 1 },
      // What no reader could list has no sets to go on with.
      `id = :id AND (state IN ('failed', 'held') OR (state = 'quarantined' AND family <> '' AND cause LIKE :poison))`,
      { id: held.id, poison: `${POISON}%` },
    );
    if (changed === 0) throw held.cause.startsWith(POISON) ? neverListed(held) : notFailed(held);
    await passOverGaps(
      tx,
      await select(tx, interchange, "WHERE file_id = :file AND state = 'held' ORDER BY ordinal", { file: held.id }),
    );
    const ofFile = "interchange_id IN (SELECT id FROM interchange WHERE file_id = :file)";
    await update(tx, interchange, { state: "open" }, "file_id = :file AND state = 'held'", { file: held.id });
    await update(tx, message, { state: "catalogued" }, `state IN ('failed', 'held') AND ${ofFile}`, { file: held.id });
    await recordAudit(tx, occasion, "file.reopened", `file:${claim}`, { before: held.state, cause: held.cause });
  });
}

const noFile = (claim: string): CalloffError =>
  new CalloffError("EXCHANGE_NO_FILE", `There is no file:${claim}`, {
    expected: "the number of a file",
    found: claim,
    remedy: "`calloff file list` names the files",
    exit: EXIT.notFound,
  });

const notFailed = (row: FileRow): CalloffError =>
  new CalloffError("EXCHANGE_NOT_FAILED", `file:${row.claim} neither failed nor is held`, {
    expected: "a file in state failed or held, or one that no reader survived",
    found: row.state,
    remedy: "Drop a quarantined file again once it is corrected; a file that was applied needs nothing",
    exit: EXIT.conflict,
  });

const neverListed = ({ claim, state, folder, name }: FileRow): CalloffError =>
  new CalloffError("EXCHANGE_NOT_FAILED", `No reader could so much as list what is in file:${claim}`, {
    expected: "a file whose sets are known",
    found: state,
    remedy: `Raise workers.memoryMegabytes or workers.secondsPerFile in config/gateway.yaml and drop data/quarantine/${claim}/${name} into inbox/${folder} again`,
    exit: EXIT.conflict,
  });
