/** What becomes of the files that a restored database means to send: what has left stays so, and what may have left is said. */
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { unless } from "../exchange/durable.ts";
import { sha256Of } from "../exchange/hashing.ts";
import { outboxKey } from "../exchange/trail-reading.ts";
import { select, update } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import type { Knowledge } from "./restore-knowledge.ts";

export interface RestoredOutbox {
  /** Files known to have left, or that lie in the outbox as they were written. */
  readonly confirmed: number;
  /** Files that nobody has seen: the next run writes them. */
  readonly waiting: readonly string[];
  /** Files that may have left, each with the reason; they go again only by command, and best not at all where `other`. */
  readonly uncertain: readonly Uncertain[];
  /** Files that left and that the database does not know. */
  readonly forgotten: readonly string[];
}

interface Uncertain {
  readonly file: string;
  readonly reason: string;
  /** It is known to have left, or to lie there, under this name or for this reason, and not as the database now has it. */
  readonly other: boolean;
}

/** Rows that were on their way to the outbox at some moment, by id; asked of the backup before anything is done again. */
export async function writtenBefore(from: Queryable): Promise<ReadonlySet<number>> {
  const rows = await from.ask("SELECT id FROM outbox_file WHERE state = 'written'");
  return new Set(rows.map(({ id }) => Number(id)));
}

/** Decides about every file that the backup did not already know as written. */
export async function settleOutbox(
  tx: Tx,
  { home }: Configuration,
  known: Knowledge,
  before: ReadonlySet<number>,
): Promise<RestoredOutbox> {
  const { outbox } = exchangePaths(home);
  const rows = (await select(tx, outboxFile, "ORDER BY id")).filter(({ id }) => !before.has(id));
  const causes = await causesOf(tx);
  const senders = new Map(
    [...known.leaving.values()].flatMap((file) =>
      file.causes.map((cause): [string, string] => [cause, outboxKey(file)]),
    ),
  );
  const result = { confirmed: 0, waiting: [] as string[], uncertain: [] as Uncertain[] };
  for (const row of rows) {
    const key = outboxKey(row);
    const verdict = await fateOf(outbox, row, known, causes.get(row.id) ?? [], senders);
    if (verdict === "left") {
      result.confirmed += 1;
      await change(tx, row, { state: "written", finding: "" });
    } else if (verdict === "here") {
      result.waiting.push(key);
      await change(tx, row, { state: "rendered", folder_device: "", folder_inode: "", written_at: "", finding: "" });
    } else {
      result.uncertain.push({ file: key, reason: verdict.doubt, other: verdict.other });
      await change(tx, row, { state: "uncertain", finding: verdict.doubt });
    }
  }
  const there = new Set(
    (await tx.ask("SELECT folder, name FROM outbox_file")).map((row) =>
      outboxKey({ folder: String(row["folder"]), name: String(row["name"]) }),
    ),
  );
  return { ...result, forgotten: [...known.leaving.keys()].filter((key) => !there.has(key)) };
}

const change = (tx: Tx, row: OutboxFileRow, set: Partial<OutboxFileRow>): Promise<number> =>
  update(tx, outboxFile, set, "id = :id", { id: row.id });

async function causesOf(from: Queryable): Promise<Map<number, string[]>> {
  const causes = new Map<number, string[]>();
  for (const row of await from.ask(
    "SELECT p.outbox_file_id AS id, d.cause_key AS cause FROM outbox_part p JOIN outbound_document d ON d.id = p.outbound_document_id",
  )) {
    const id = Number(row["id"]);
    causes.set(id, [...(causes.get(id) ?? []), String(row["cause"])]);
  }
  return causes;
}

type Fate = "left" | "here" | { readonly doubt: string; readonly other: boolean };

const otherwise = (doubt: string): Fate => ({ doubt: `${doubt}: do not send it again unasked`, other: true });

async function fateOf(
  outbox: string,
  row: OutboxFileRow,
  known: Knowledge,
  causes: readonly string[],
  senders: ReadonlyMap<string, string>,
): Promise<Fate> {
  const key = outboxKey(row);
  const sent = known.left.get(key);
  if (sent === row.sha256) return "left";
  if (sent !== undefined) return otherwise("before the restore a file of this name left with other content");
  const lying = await lyingIn(path.join(outbox, row.folder, row.name));
  if (lying === row.sha256) return "left";
  if (lying !== undefined) return otherwise("a file of this name with other content lies in the outbox");
  const before = causes.map((cause) => senders.get(cause)).find((file) => file !== undefined && file !== key);
  if (before !== undefined) return otherwise(`before the restore the same left as ${before}`);
  if (known.leaving.has(key))
    return { doubt: "it was about to leave before the restore; whether it did cannot be known", other: false };
  return "here";
}

async function lyingIn(file: string): Promise<string | undefined> {
  const there = await unless(["ENOENT", "ENOTDIR"], undefined, () => lstat(file));
  if (there === undefined) return undefined;
  return there.isFile() ? sha256Of(await readFile(file)) : "no file";
}
