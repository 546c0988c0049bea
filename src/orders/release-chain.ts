/** Whether one release continues another (domain.md, *Numbers*). */

import type { RevisionRow } from "../store/tables.ts";

/** What tells releases of one account and layer apart. */
export interface ReleaseMark {
  readonly releaseNo: string;
  readonly previousNo: string;
  /** Message date and time. */
  readonly issuedOn: string;
  readonly issuedAt: string;
}

/** What a kept revision is told apart by. */
export const markOf = (
  row: Pick<RevisionRow, "release_no" | "previous_no" | "issued_on" | "issued_at">,
): ReleaseMark => ({
  releaseNo: row.release_no,
  previousNo: row.previous_no,
  issuedOn: row.issued_on,
  issuedAt: row.issued_at,
});

/**
 * Whether `next` comes after `known`: because it names it as its predecessor, else by the later message date and time, then
 * by the higher number. Of two that cannot be told apart the one that arrives later is the newer.
 */
export function isNewer(next: ReleaseMark, known: ReleaseMark): boolean {
  if (next.previousNo !== "" && next.previousNo === known.releaseNo) return true;
  if (known.previousNo !== "" && known.previousNo === next.releaseNo) return false;
  if (next.issuedOn !== known.issuedOn) return next.issuedOn > known.issuedOn;
  if (next.issuedAt !== known.issuedAt && next.issuedAt !== "" && known.issuedAt !== "") {
    return next.issuedAt > known.issuedAt;
  }
  return compareNumbers(next.releaseNo, known.releaseNo) >= 0;
}

/** The newest of several, those that arrived later standing behind. */
export function newest<M extends ReleaseMark>(marks: readonly M[]): M | undefined {
  return marks.reduce<M | undefined>(
    (held, mark) => (held === undefined || isNewer(mark, held) ? mark : held),
    undefined,
  );
}

/** As numbers where both are, else as text of the same length first. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  if (left.length !== right.length && /^\d*$/.test(left) && /^\d*$/.test(right)) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
