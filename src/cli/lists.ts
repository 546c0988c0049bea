/** What all lists have in common: the same options, a page, and a word on how to see more. */
import type { Command } from "commander";
import type { ListFilter, Page } from "../answers/page.ts";
import type { Configuration } from "../config/configuration.ts";
import { ERP } from "../exchange/context.ts";
import { notFound, numberOption, usage } from "./frame.ts";

export interface ListOptions {
  readonly partner?: string;
  readonly state?: string;
  readonly limit: string;
}

const PAGE = "50";

/** Adds `--partner`, `--limit` and, where there are `states`, `--state`. */
export function withListOptions(command: Command, states?: readonly string[]): Command {
  command.option("--partner <code>", "only this partner's");
  if (states !== undefined) {
    command.option("--state <state>", `only in this state: ${states.join(", ")}`, (given: string) =>
      oneOf(states, given),
    );
  }
  return command.option("--limit <n>", "most rows", PAGE);
}

/** @throws CalloffError USAGE for a state that there is none of */
function oneOf(states: readonly string[], given: string): string {
  if (states.includes(given)) return given;
  throw usage("--state is no state of these", {
    place: { field: "--state" },
    expected: `one of ${states.join(", ")}`,
    found: given,
    remedy: "Give one of them, or leave --state out",
  });
}

/**
 * What a list is narrowed to.
 * @throws CalloffError USAGE for a limit below 1, NOT_FOUND for a partner that is neither configured nor the ERP
 */
export function filterOf({ partner, state, limit }: ListOptions, { partners }: Configuration): ListFilter {
  if (partner !== undefined && partner !== ERP && !partners.has(partner)) {
    throw notFound("partner", partner, "See calloff partner list");
  }
  const most = numberOption("--limit", limit);
  if (most > 0) return { partner, state, limit: most };
  throw usage("--limit leaves nothing to list", {
    place: { field: "--limit" },
    expected: "1 or more",
    found: limit,
    remedy: "Give --limit a larger number",
  });
}

/** Said under a list that has more rows than were asked for. */
export const moreInWords = (page: Pick<Page<unknown>, "more" | "rows">): string =>
  page.more ? `… more than these ${page.rows.length}; see them with --limit\n` : "";
