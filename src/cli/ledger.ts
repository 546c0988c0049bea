import type { Command } from "commander";
import { accountKey } from "../answers/accounts.ts";
import { ledgerListing } from "../answers/ledger-listing.ts";
import { fingerprint } from "../store/fingerprint.ts";
import { answers, dateOption } from "./frame.ts";
import { inHome } from "./session.ts";
import { tableInWords } from "./words.ts";

interface LedgerOptions {
  readonly fingerprint?: boolean;
  readonly blanket?: string;
  readonly order?: string;
  readonly account?: string;
  readonly asOf?: string;
}

export function declareLedger(command: Command): void {
  command
    .option("--blanket <number>", "only this blanket order's facts, e.g. BA-000001")
    .option("--order <number>", "only this order's facts, e.g. SO-000123")
    .option("--account <key>", "only this account's facts, e.g. acme/4711-A/DOCK1")
    .option("--as-of <date>", "facts up to and including this day")
    .option("--fingerprint", "one hash over everything stored, in business keys: equal hashes are equal runs");
  answers(command, (invocation, options: LedgerOptions) =>
    inHome(invocation, async ({ store }) => {
      if (options.fingerprint === true) {
        const hash = await fingerprint(store);
        return { document: { fingerprint: hash }, words: `${hash}\n` };
      }
      const { blanket, order, account, asOf } = options;
      const facts = await ledgerListing(store, {
        ...(blanket === undefined ? {} : { agreement: blanket }),
        ...(order === undefined ? {} : { order }),
        ...(account === undefined ? {} : { account: accountKey(account) }),
        ...(asOf === undefined ? {} : { asOf: dateOption("--as-of", asOf) }),
      });
      return {
        document: { facts },
        words: tableInWords(
          ["ON", "KIND", ">QUANTITY", "ACCOUNT", "BLANKET LINE", "ORDER LINE", "CAUSE", "WHO"],
          facts.map((fact) => [
            fact.happenedOn,
            fact.kind,
            fact.quantity,
            fact.account,
            fact.blanketLine,
            fact.orderLine,
            fact.cause,
            fact.who,
          ]),
          "No facts yet. The first are booked when an accepted schedule falls due.",
        ),
      };
    }),
  );
}
