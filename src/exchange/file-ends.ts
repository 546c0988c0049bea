/** How a file of interchanges ends once its sets have been tried: applied, in part, or failed at one of them. */
import { select, update } from "../store/rows.ts";
import { type FileRow, type InterchangeRow, interchange, type MessageRow, message } from "../store/tables.ts";
import { CalloffError } from "../values/errors.ts";
import { detailsOf } from "../values/finding.ts";
import type { Exchange } from "./context.ts";
import { type FileEnd, finishFile, passesByItself } from "./file-state.ts";
import { readFindings } from "./findings.ts";
import { isPoison, keepPoison, poisonCause } from "./poison.ts";

/** A fault of ours at one set of a file. */
class StoppedAtSet extends CalloffError {
  readonly set: MessageRow;
  constructor(set: MessageRow, error: Error) {
    const told = error instanceof CalloffError ? error : undefined;
    super(told?.code ?? "EXCHANGE_SET_FAILED", `set ${set.control} (${set.type}): ${error.message}`, {
      cause: error,
      ...detailsOf(told ?? {}),
    });
    this.set = set;
  }
}

/** Names the set that a fault of ours stopped at; what passes by itself leaves it as it is. */
export const stopped = (row: MessageRow, error: Error): Error =>
  passesByItself(error) ? error : new StoppedAtSet(row, error);

/** Gives a file its final state and writes its one line in the log. */
export async function closeFile(exchange: Exchange, row: FileRow): Promise<void> {
  const interchanges = await select(exchange.store, interchange, "WHERE file_id = :id", { id: row.id });
  const ids = interchanges.map(({ id }) => id);
  const messages =
    ids.length === 0 ? [] : await select(exchange.store, message, "WHERE interchange_id IN (:ids)", { ids });
  const whole =
    interchanges.every(({ state }) => state === "closed" || state === "duplicate") &&
    messages.every(({ state }) => state === "applied");
  const sets: Record<string, number> = {};
  for (const held of messages) sets[held.state] = (sets[held.state] ?? 0) + 1;
  const lines = messages.reduce((sum, held) => sum + held.lines_applied, 0);
  const cause = whole ? "" : withoutEffect(interchanges, messages);
  await finishFile(exchange, row, { state: whole ? "applied" : "in part", cause, sets, lines });
}

/** Names at most so many of the sets that had no effect. */
const MOST_NAMED = 5;

/** `set 0002 rejected: The table has no column Part; interchange 000000007 refused`. */
function withoutEffect(interchanges: readonly InterchangeRow[], messages: readonly MessageRow[]): string {
  const without = messages.filter(({ state }) => state !== "applied");
  const names = [
    ...without.map(
      ({ control, state, findings }) => `set ${control} ${state}${without.length > 1 ? "" : reason(findings)}`,
    ),
    ...interchanges
      .filter(({ state }) => state === "refused" || state === "held")
      .map(({ control, state }) => `interchange ${control} ${state}`),
  ];
  const more = names.length > MOST_NAMED ? [`${names.length - MOST_NAMED} more`] : [];
  return [...names.slice(0, MOST_NAMED), ...more].join("; ");
}

/** Why the only set of a file that had no effect had none. */
function reason(findings: string): string {
  const rejecting = readFindings(findings).find(({ severity }) => severity === "reject");
  if (rejecting === undefined) return "";
  const { message: what, place } = rejecting;
  return `: ${what}${place.line === undefined ? "" : `, line ${place.line}`}`;
}

/** Ends a file at a fault of ours; what came before it in the file keeps its effect. */
export async function failFile(exchange: Exchange, row: FileRow, error: Error): Promise<void> {
  exchange.log.error({ claim: row.claim, name: row.name, err: error }, "a file could not be applied to its end");
  const messages = await select(
    exchange.store,
    message,
    "WHERE interchange_id IN (SELECT id FROM interchange WHERE file_id = :id) ORDER BY id",
    { id: row.id },
  );
  const applied = messages.filter(({ state }) => state === "applied").map(({ control }) => control);
  const sets: Record<string, number> = {};
  for (const held of messages) {
    const state = error instanceof StoppedAtSet && error.set.id === held.id ? "failed" : held.state;
    sets[state] = (sets[state] ?? 0) + 1;
  }
  const before = applied.length === 0 ? "no set applied before" : `applied before: ${applied.join(", ")}`;
  const code = error instanceof CalloffError ? error.code : "EXCHANGE_SET_FAILED";
  if (isPoison(error)) await keepPoison(exchange, row, error);
  // What has had an effect is no longer only a file that lies apart.
  const end: FileEnd =
    isPoison(error) && applied.length === 0
      ? { state: "quarantined", cause: poisonCause(error), sets, lines: 0 }
      : { state: "failed", cause: `${code} ${error.message}; ${before}`, sets, lines: 0 };
  // In the same transaction: a set that has failed in a file that has not would be passed over at the next start.
  await finishFile(exchange, row, end, async (tx) => {
    if (!(error instanceof StoppedAtSet)) return;
    await update(tx, message, { state: "failed" }, "id = :id AND state = 'catalogued'", { id: error.set.id });
  });
}
