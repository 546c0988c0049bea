/** What all lists have in common: the same options, a page, and a word on how to see more. */
import type { Command } from "commander";
import type { ListFilter, Page } from "../answers/page.ts";
import { numberOption } from "./frame.ts";

export interface ListOptions {
  readonly partner?: string;
  readonly state?: string;
  readonly limit: string;
}

const PAGE = "50";

/** Adds `--partner`, `--limit` and, where there are `states`, `--state`. */
export function withListOptions(command: Command, states?: readonly string[]): Command {
  command.option("--partner <code>", "only this partner's");
  if (states !== undefined) command.option("--state <state>", `only in this state: ${states.join(", ")}`);
  return command.option("--limit <n>", "most rows", PAGE);
}

export const filterOf = ({ partner, state, limit }: ListOptions): ListFilter => ({
  partner,
  state,
  limit: Math.max(1, numberOption("--limit", limit)),
});

/** Said under a list that has more rows than were asked for. */
export const moreInWords = (page: Pick<Page<unknown>, "more" | "rows">): string =>
  page.more ? `… more than these ${page.rows.length}; see them with --limit\n` : "";
