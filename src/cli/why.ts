import type { Command } from "commander";
import { archiveIn } from "../answers/archive-reading.ts";
import { why } from "../answers/why.ts";
import { whyInWords } from "../answers/why-text.ts";
import { exchangePaths } from "../exchange/context.ts";
import { layoutOf } from "../exchange/tables.ts";
import { answers } from "./frame.ts";
import { inHome } from "./session.ts";

export function declareWhy(command: Command): void {
  command.argument("<id>", "SO-000123, SO-000123/10, SH-000012, IN-000007, file:12 or file:12#7 (a segment)");
  answers(command, (invocation, _options, id = "") =>
    inHome(invocation, async ({ store, config }) => {
      const layout = (mapping: string, partner: string) => {
        const held = config.mappings.named(mapping);
        return held === undefined ? undefined : layoutOf(held.message, mapping, config.partners.get(partner));
      };
      const answer = await why(store, archiveIn(exchangePaths(config.home).archive, layout), id);
      return { document: answer, words: whyInWords(answer) };
    }),
  );
}
