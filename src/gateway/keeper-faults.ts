/** What a keeper itself cannot get past: nothing can be kept below data/, the log is lost. */
import { leftClaimed } from "../exchange/claim.ts";
import type { Exchange } from "../exchange/context.ts";
import type { Fault } from "../exchange/faults.ts";
import { systemWords } from "../exchange/system-words.ts";
import type { CalloffError } from "../values/errors.ts";

export const keptNothing = ({ code, message, remedy }: CalloffError): Fault => ({
  place: "data",
  kind: "keep",
  code,
  what: `nothing is taken from the inbox: ${message}`,
  remedy: remedy ?? "Make room and rights below data/; it goes on by itself",
});

/** That files can be kept again is proven by one that was, or by none that waits. */
export async function noteKept(exchange: Exchange, taken: number): Promise<void> {
  const { faults } = exchange;
  if (!faults.standing().some(({ kind }) => kind === "keep")) return;
  if (taken > 0 || (await leftClaimed(exchange)).length === 0) faults.ended("data", "keep");
}

export const logLost = (code: string): Fault => {
  const { what, remedy } = systemWords(code === "EPIPE" ? "" : code);
  return code === "EPIPE"
    ? {
        place: "log",
        kind: "log",
        code,
        what: "the log has no reader any more: its lines are lost",
        remedy: "Start calloff with its stderr kept",
      }
    : { place: "log", kind: "log", code, what: `the log cannot be written and its lines are lost: ${what}`, remedy };
};
