/** The interchanges that came before and count, by what they are known by again. Pure. */
import type { InterchangeEntry } from "../syntax/segment.ts";
import type { InterchangePlan } from "./file-plan.ts";

/** An interchange of the same partner, sender, receiver and control number that came before and counts. */
export interface EarlierInterchange {
  readonly partner: string;
  readonly family: string;
  /** What it carries, where the family counts that apart; see `countedAs`. */
  readonly counted: string;
  readonly sender: string;
  readonly receiver: string;
  readonly control: string;
  readonly sha256: string;
  /** Claim of the file it came in. */
  readonly claim: string;
}

/** Interchanges without a control number that came before and count. */
export interface Unnumbered {
  /** SHA-256 of those of each partner that have these very bytes. */
  readonly same: readonly Pick<EarlierInterchange, "partner" | "sha256" | "claim">[];
  /** The latest of each partner and kind. */
  readonly latest: readonly (Pick<EarlierInterchange, "partner" | "sha256" | "claim"> & { readonly kind: string })[];
}
export const NONE: Unnumbered = { same: [], latest: [] };

/** Transmissions of VDA are counted apart for each message, by its first record. */
export const countedAs = ({ family, groups }: Pick<InterchangeEntry, "family" | "groups">): string =>
  family === "fixed" ? (groups[0]?.sets[0]?.type ?? "") : "";

/** Interchanges without a number and date are compared with the latest of their kind: a table's is its mapping. */
export const kindOf = ({ family, groups, table }: Pick<InterchangeEntry, "family" | "groups" | "table">): string =>
  JSON.stringify([family, table?.mapping ?? groups[0]?.sets[0]?.type ?? ""]);

/** What came before, of this file and of others. */
export interface Known {
  readonly numbered: Map<string, EarlierInterchange>;
  /** Without a number, by partner and bytes; and the latest by partner and kind. */
  readonly same: Map<string, Pick<EarlierInterchange, "sha256" | "claim">>;
  readonly latest: Map<string, Pick<EarlierInterchange, "sha256" | "claim">>;
}

/** An interchange as one that came, by the numbers it is known by. */
export const namedBy = (entry: InterchangeEntry, partner: string) => ({
  partner,
  family: entry.family,
  counted: countedAs(entry),
  sender: entry.sender.id,
  receiver: entry.receiver.id,
  control: entry.control,
});

export function remember({ numbered, same, latest }: Known, { entry, partner, sha256 }: InterchangePlan): void {
  if (entry.control !== "") {
    const named = namedBy(entry, partner);
    numbered.set(keyOf(named), { ...named, sha256, claim: "" });
    return;
  }
  same.set(JSON.stringify([partner, sha256]), { sha256, claim: "" });
  latest.set(JSON.stringify([partner, kindOf(entry)]), { sha256, claim: "" });
}

export const keyOf = (of: Omit<EarlierInterchange, "sha256" | "claim">): string =>
  JSON.stringify([of.partner, of.family, of.counted, of.sender, of.receiver, of.control]);

/**
 * What an interchange without a control number may repeat: with a date of its own, anything of the same bytes; without one the
 * latest of its kind only, since a table may lawfully return to what it said before.
 */
export function unnumberedBefore(
  entry: InterchangeEntry,
  partner: string,
  sha256: string,
  { same, latest }: Known,
): Pick<EarlierInterchange, "sha256" | "claim"> | undefined {
  if (entry.sentOn !== "") return same.get(JSON.stringify([partner, sha256]));
  return latest.get(JSON.stringify([partner, kindOf(entry)]));
}

export const fileOf = ({ claim }: Pick<EarlierInterchange, "claim">): string =>
  claim === "" ? "one before in this file" : `file:${claim}`;
