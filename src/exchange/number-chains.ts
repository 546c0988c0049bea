/**
 * The chain of a sender's control numbers: it proves that nothing was lost between two computers. Each interchange is expected
 * to carry the number after the highest that came; what was passed over is missing until it comes. Pure, but for the row that
 * keeps what is expected next.
 */
import type { Partner } from "../config/partner.ts";
import type { Scope } from "../store/series.ts";
import type { Queryable, Tx } from "../store/store.ts";
import type { Finding, Place } from "../values/finding.ts";

/** Whose numbers they are. */
export interface Chain {
  readonly partner: string;
  readonly sender: string;
  readonly receiver: string;
  /** The first record of the messages that are counted apart (VDA); absent where one count is for all. */
  readonly counted?: string;
}

/** Numbers that were passed over, both ends included. */
export interface Missing {
  readonly from: number;
  readonly to: number;
}

/** By chain, the number that is expected next. */
export type Expected = ReadonlyMap<Scope, number>;

/** A number farther ahead or behind than this was not lost on the way: the sender counts anew, or by dates. */
const FAR = 400;

export const chainScope = ({ partner, sender, receiver, counted }: Chain): Scope =>
  `received:${JSON.stringify([partner, sender, receiver, ...(counted === undefined ? [] : [counted])])}`;

/** What is missing before an interchange of that number; nothing where no number is expected yet, or it is none. */
export function missingBefore(expected: number | undefined, control: string): Missing | undefined {
  const number = numberOf(control);
  if (expected === undefined || number === undefined || number <= expected || number - expected > FAR) return undefined;
  return { from: expected, to: number - 1 };
}

/** What is expected after an interchange of that number. */
export function expectedAfter(expected: number | undefined, control: string): number | undefined {
  const number = numberOf(control);
  if (number === undefined) return expected;
  // A number that comes late changes nothing; a far lower one is a new count.
  return expected === undefined || number >= expected || expected - number > FAR ? number + 1 : expected;
}

const numberOf = (control: string): number | undefined =>
  /^\d{1,14}$/.test(control.trim()) ? Number(control) : undefined;

/** `5` or `5 to 7`. */
export const missingInWords = ({ from, to }: Missing): string => (from === to ? String(from) : `${from} to ${to}`);

/** The gap that an interchange was held for, as its findings say it. */
export function gapIn(findings: readonly Finding[]): Missing | undefined {
  const gap = findings.find(({ code }) => code === "EXCHANGE_NUMBERS_MISSING");
  const [, from, to = from] = /^(\d+)(?: to (\d+))?$/.exec(gap?.expected ?? "") ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Number(to) };
}

/** What is said of a gap in the report of the file. */
export function gapFinding(missing: Missing, control: string, place: Place, action: Partner["numberGaps"]): Finding {
  const held = action === "hold";
  return {
    code: "EXCHANGE_NUMBERS_MISSING",
    severity: held ? "reject" : "note",
    message: `Control numbers of this sender are missing before ${control}: ${missingInWords(missing)}`,
    place,
    expected: missingInWords(missing),
    found: control,
    remedy: held
      ? "It is applied as soon as they have come; calloff file retry applies it without them"
      : "Ask the sender whether he sent them, and to send them again",
  };
}

/** The numbers that are expected next in these chains. */
export async function expectedIn(from: Queryable, chains: readonly Chain[]): Promise<Map<Scope, number>> {
  const scopes = [...new Set(chains.map(chainScope))];
  if (scopes.length === 0) return new Map();
  const rows = await from.ask("SELECT scope, next FROM number_series WHERE scope IN (:scopes)", { scopes });
  return new Map(rows.map((row) => [row["scope"] as Scope, Number(row["next"])]));
}

/** Every chain of a partner that has begun. */
export async function chainsOf(from: Queryable, partner: string): Promise<{ chain: Chain; next: number }[]> {
  const beginning = `received:${JSON.stringify([partner]).slice(0, -1)},`;
  const rows = await from.ask("SELECT scope, next FROM number_series WHERE scope LIKE :like ORDER BY scope", {
    like: `${beginning}%`,
  });
  return rows.flatMap((row) => {
    const scope = String(row["scope"]);
    // An underscore of the code stands for any character there.
    if (!scope.startsWith(beginning)) return [];
    const [, sender = "", receiver = "", counted] = JSON.parse(scope.slice("received:".length)) as string[];
    const chain = { partner, sender, receiver, ...(counted === undefined ? {} : { counted }) };
    return [{ chain, next: Number(row["next"]) }];
  });
}

/** Writes down what is expected next. */
export async function expectNext(tx: Tx, expected: Expected): Promise<void> {
  for (const [scope, next] of expected) {
    await tx.run(
      "INSERT INTO number_series (scope, next) VALUES (:scope, :next) ON CONFLICT (scope) DO UPDATE SET next = :next",
      { scope, next },
    );
  }
}
