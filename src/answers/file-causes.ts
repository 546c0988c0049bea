/** Why a file is in its state, in a planner's words: the permanent words of its row are for programs. */
import type { Finding } from "../values/finding.ts";

/** What each permanent word says where no finding says it better. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["identity", "its sender, receiver or test mark is not as the partner's file says"],
  ["incomplete", "it breaks off before its end, or a row of it cannot be read"],
  ["envelope", "its envelope is wrong: counts, control numbers or separators"],
  ["unreadable", "it is of no kind that is read here"],
  ["empty", "nothing is in it"],
  ["refused", "records of it were refused: the receipt names them"],
]);

/** Whether a cause is a permanent word, which the findings of the file explain. */
export const isWord = (cause: string): boolean => WORDS.has(cause);

/** A word of ours in a planner's words: the first finding that rejects, where there is one; other causes are words already. */
export function causeInWords(cause: string, findings: readonly Finding[] = []): string {
  const words = WORDS.get(cause);
  if (words === undefined) return cause;
  const finding = findings.find(({ severity }) => severity === "reject");
  return finding === undefined ? words : findingInShort(finding);
}

/** `The folder is not declared for this sender: STRANGER`. */
function findingInShort({ message, found, place }: Finding): string {
  const line = place.line === undefined || place.line < 2 ? "" : ` (line ${place.line})`;
  const what = found === undefined || found === "" || found.length > MOST_FOUND ? "" : `: ${found}`;
  return `${message.replace(/\.$/, "")}${what}${line}`;
}

const MOST_FOUND = 40;
