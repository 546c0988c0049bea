/** Temporary files of files that were given up: a process that was killed then leaves them for the next one. */
import type { Exchange } from "./context.ts";
import { removeTemporary, temporaryName } from "./outbox-files.ts";

const looked = new WeakSet<Exchange>();

/** Removes them, once in the life of a process. */
export async function removeLeftovers(exchange: Exchange): Promise<void> {
  if (looked.has(exchange)) return;
  const rows = await exchange.store.ask(
    "SELECT id, folder, staged_by FROM outbox_file WHERE state <> 'written' AND state = 'failed'",
  );
  for (const { id, folder, staged_by } of rows) {
    const row = { id: Number(id), folder: String(folder), staged_by: Number(staged_by) };
    await removeTemporary(temporaryName(exchange, row));
  }
  looked.add(exchange);
}
