import type { Command } from "commander";
import type { Progress } from "../gateway/prove.ts";
import { EXIT } from "../values/errors.ts";
import { answers, type Invocation } from "./frame.ts";
import { homeOf } from "./home.ts";
import { counted } from "./words.ts";

export function declareProve(command: Command): void {
  command.addHelpText(
    "after",
    "\nThe home is only read. How far it has come is told on stderr. Exit 1 when something differs.",
  );
  answers(command, async (invocation) => {
    const { proveHome } = await import("../gateway/prove.ts");
    const proof = await proveHome(homeOf(invocation), progressOf(invocation));
    const { same, missing, different, extra } = proof.files;
    const lines = [
      `${counted(proof.steps, "step")} done again on an empty database`,
      `${counted(same, "file")} of the outbox the same, byte for byte`,
      ...missing.map((name) => `not written again: ${name}`),
      ...different.map((name) => `other bytes: ${name}`),
      ...extra.map((name) => `written only this time: ${name}`),
      `fingerprint ${proof.fingerprint.before === proof.fingerprint.again ? "the same" : "differs"}: ${proof.fingerprint.again}`,
      proof.proven ? "proven" : "NOT proven",
    ];
    return { document: proof, words: `${lines.join("\n")}\n`, exit: proof.proven ? EXIT.done : EXIT.refused };
  });
}

/** Between two lines about how far it is. */
const TELL_MILLISECONDS = 2000;

/** Tells at once what there is to do, then every other second how much of it is done. */
function progressOf({ tell }: Invocation): (progress: Progress) => void {
  let told = performance.now();
  return ({ files, entries, next }) => {
    if (next === undefined) {
      const kept = `${counted(entries, "entry", "entries")} of the audit trail, ${counted(files, "file")} written`;
      void tell(`The home remembers ${kept}; all of it is done again on an empty database.`);
      return;
    }
    if (performance.now() - told < TELL_MILLISECONDS) return;
    told = performance.now();
    void tell(
      `${next.behind} of ${counted(entries, "entry", "entries")} done again; next ${next.object} of ${next.date}`,
    );
  };
}
