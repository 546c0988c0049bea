/** Whose an interchange is by its sender, and whether it has a place in the folder it came to. Pure. */
import type { Partner } from "../config/partner.ts";
import type { Identity, InterchangeEntry } from "../syntax/segment.ts";
import type { Finding, Place } from "../values/finding.ts";
import type { Arrival } from "./file-plan.ts";
import type { DeclaredTable } from "./tables.ts";
import { undeclaredTable } from "./undeclared-tables.ts";

/** Whose an interchange is: by its sender, a table by its file's name; `undefined` when the folder is not declared for him. */
export function partnerOf(
  { family, sender }: Pick<InterchangeEntry, "family" | "sender">,
  partners: readonly Partner[],
  table?: Pick<DeclaredTable, "partner">,
): Partner | undefined {
  if (family === "csv") return table?.partner;
  // JSON need not name its sender where the folder says whose it is.
  if (family === "json" && sender.id === "" && partners.length === 1) return partners[0];
  return partners.find(({ theirs }) => theirs.some((identity) => sameIdentity(identity, sender, family)));
}

/** Families whose envelopes have no qualifiers of identities. */
const UNQUALIFIED: ReadonlySet<string> = new Set(["fixed", "json"]);
/** Families whose envelopes cannot say that they are a test. */
const UNFLAGGED: ReadonlySet<string> = new Set(["fixed", "csv"]);

/** A configured identity without qualifier fits any; blanks behind an identifier are padding. */
function sameIdentity(configured: Identity, stated: Identity, family: string): boolean {
  const qualifier = UNQUALIFIED.has(family) ? "" : configured.qualifier.trim();
  if (qualifier !== "" && qualifier !== stated.qualifier.trim()) return false;
  return configured.id.trimEnd() === stated.id.trimEnd();
}

/** Why an interchange has no place in its folder: nobody is answered then. */
export function identityFault(
  { name, partners, environment }: Arrival,
  entry: InterchangeEntry,
  partner: Partner | undefined,
  place: Place,
): Finding | undefined {
  if (partner === undefined && entry.family === "csv") return undeclaredTable(name, partners);
  if (partner === undefined) {
    return {
      code: "EXCHANGE_UNKNOWN_SENDER",
      severity: "reject",
      message: "The folder is not declared for this sender",
      place,
      expected: oneOf(partners.flatMap(({ theirs }) => theirs)),
      found: identityInWords(entry.sender),
      remedy:
        "Put the file into the folder of its sender, or add the identity to `theirs` of a partner that uses this folder",
    };
  }
  // A table names neither sender nor receiver, JSON need not.
  const namesReceiver = entry.family !== "csv" && !(entry.family === "json" && entry.receiver.id === "");
  if (namesReceiver && !partner.ours.some((identity) => sameIdentity(identity, entry.receiver, entry.family))) {
    return {
      code: "EXCHANGE_WRONG_RECEIVER",
      severity: "reject",
      message: "The interchange is addressed to somebody else",
      place,
      expected: oneOf(partner.ours),
      found: identityInWords(entry.receiver),
      remedy: `Tell the sender, or add the identity to \`ours\` of ${partner.code}`,
    };
  }
  if (environment === "test" || UNFLAGGED.has(entry.family) || entry.test === partner.test) return undefined;
  return {
    code: "EXCHANGE_TEST_FLAG",
    severity: "reject",
    message: entry.test ? "A test interchange has no place in production" : "This partner sends tests only",
    place,
    expected: partner.test ? "a test interchange" : "a production interchange",
    found: entry.test ? "a test interchange" : "a production interchange",
    remedy: `Tell the sender, or change \`test\` of ${partner.code}`,
  };
}

const oneOf = (identities: readonly Identity[]): string =>
  identities.length === 0
    ? "a table, since the folder's partners state no identities"
    : `one of ${identities.map(identityInWords).join(", ")}`;

const identityInWords = ({ qualifier, id }: Identity): string =>
  qualifier.trim() === "" ? id.trimEnd() : `${qualifier.trim()}/${id.trimEnd()}`;
