/** Curves as they are kept: one compact text each, under its hash, so that an unchanged one is not stored again. */
import { hash } from "node:crypto";
import { insertAbsent, select } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { curve } from "../store/tables.ts";

const hashOf = (steps: string): string => hash("sha256", steps);

/** Keeps the texts that are not there yet and gives the row id of each. */
export async function keepCurves(tx: Tx, texts: readonly string[]): Promise<Map<string, number>> {
  const byHash = new Map(texts.map((steps) => [hashOf(steps), steps]));
  if (byHash.size === 0) return new Map();
  const made = await insertAbsent(
    tx,
    curve,
    [...byHash].map(([hashed, steps]) => ({ hash: hashed, steps })),
    ["hash"],
  );
  const ids = new Map(made.map((row) => [byHash.get(row["hash"] as string) as string, Number(row["id"])]));
  const known = [...byHash.keys()].filter((hashed) => !ids.has(byHash.get(hashed) as string));
  if (known.length === 0) return ids;
  const rows = await tx.ask("SELECT id, hash FROM curve WHERE hash IN (:known)", { known });
  for (const row of rows) ids.set(byHash.get(row["hash"] as string) as string, Number(row["id"]));
  return ids;
}

/** The texts of these curves by row id. */
export async function curveTexts(from: Queryable, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await select(from, curve, "WHERE id IN (:ids)", { ids: [...new Set(ids)] });
  return new Map(rows.map(({ id, steps }) => [id, steps]));
}
