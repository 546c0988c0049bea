/**
 * Where several homes share a database, a receiver's files are written in the home that his own files came to last; one who
 * has never sent anything, in the home that had something for him first. A home that has its database to itself asks nothing.
 */
import type { Tx } from "../store/store.ts";
import type { Exchange } from "./context.ts";

/** Remembers, with the registration of a file, that its senders use this home. */
export async function filesComeTo(tx: Tx, { gateways }: Exchange, senders: readonly string[]): Promise<void> {
  const named = [...new Set(senders)].filter((code) => code !== "").toSorted();
  if (gateways === undefined || named.length === 0) return;
  await tx.run(
    `INSERT INTO mailbox (receiver, home) VALUES ${named.map((_, n) => `(:s${n}, :home)`).join(", ")}
     ON CONFLICT (receiver) DO UPDATE SET home = excluded.home WHERE mailbox.home <> excluded.home`,
    { home: gateways.home, ...Object.fromEntries(named.map((code, n) => [`s${n}`, code])) },
  );
}

/** Whether a sender's files came to this home last. */
export async function cameHere({ gateways, store }: Exchange, sender: string): Promise<boolean> {
  if (gateways === undefined) return true;
  const [held] = await store.ask("SELECT home FROM mailbox WHERE receiver = :sender", { sender });
  return held?.["home"] === gateways.home;
}

/** Whether what waits for a receiver is for this home to write. */
export async function writesFor({ gateways, store }: Exchange, receiver: string): Promise<boolean> {
  if (gateways === undefined) return true;
  const { home } = gateways;
  const [held] = await store.ask("SELECT home FROM mailbox WHERE receiver = :receiver", { receiver });
  if (held !== undefined) return held["home"] === home;
  const [row] = await store.write((tx) =>
    tx.run(
      `INSERT INTO mailbox (receiver, home) VALUES (:receiver, :home)
       ON CONFLICT (receiver) DO UPDATE SET home = mailbox.home RETURNING home`,
      { receiver, home },
    ),
  );
  return row?.["home"] === home;
}
