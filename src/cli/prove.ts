import type { Command } from "commander";
import { EXIT } from "../values/errors.ts";
import { answers } from "./frame.ts";
import { homeOf } from "./home.ts";
import { counted } from "./words.ts";

export function declareProve(command: Command): void {
  command.addHelpText("after", "\nThe home is only read. Exit 1 when something differs.");
  answers(command, async (invocation) => {
    const { proveHome } = await import("../gateway/prove.ts");
    const proof = await proveHome(homeOf(invocation));
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
