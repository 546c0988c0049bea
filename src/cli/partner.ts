import type { Command } from "commander";
import type { Partner } from "../config/partner.ts";
import { foldersOfPartner } from "../gateway/folders.ts";
import { answers, notFound } from "./frame.ts";
import { settingsOf } from "./home.ts";
import { factsInWords, tableInWords } from "./words.ts";

const minutesInWords = (minutes: number | undefined): string =>
  minutes === undefined ? "not waited for" : `${minutes} minutes`;

const identitiesInWords = (identities: Partner["theirs"]): string =>
  identities.map(({ qualifier, id }) => `${qualifier}:${id}`).join(", ") || "none: its files are tables";

export function declarePartner(command: Command): void {
  answers(command.command("list").description("trading partners, by code"), async (invocation) => {
    const partners = [...settingsOf(invocation).config.partners.values()];
    return {
      document: { partners: partners.map(({ code, name, policy, test }) => ({ code, name, policy, test })) },
      words: tableInWords(
        ["CODE", "NAME", "SENDERS", "POLICY", "FOLDERS"],
        partners.map((partner) => [
          partner.code,
          partner.name,
          identitiesInWords(partner.theirs),
          partner.policy,
          foldersOfPartner(partner).join(", "),
        ]),
        "There are no partners. Describe one in config/partners/<code>.yaml.",
      ),
    };
  });

  const check = command
    .command("check")
    .description("whether a partner's file is right, and what it comes to with all defaults")
    .argument("<code>", "the file's name without .yaml");
  answers(check, async (invocation, _options, code = "") => {
    const { config } = settingsOf(invocation, "at once");
    const partner = config.partners.get(code);
    if (partner === undefined) throw notFound("partner", code, "See calloff partner list");
    const { name, hash } = config.policyOf(partner);
    return {
      document: { partner, policy: { name, hash } },
      words: `${factsInWords([
        ["partner", `${partner.code}, ${partner.name}`],
        ["folders", foldersOfPartner(partner).join(", ")],
        ["senders", identitiesInWords(partner.theirs)],
        ["we are", identitiesInWords(partner.ours)],
        ["policy", name],
        ["account key", partner.schedule.account.join(" + ")],
        ["dates", partner.schedule.dates],
        ["cumulatives", partner.schedule.cumulatives],
        ["fulfilment", partner.orders.fulfilment],
        ["tables", partner.tables.map(({ files, mapping }) => `${files} by ${mapping}`).join(", ") || "none"],
        ["answers", `X12 ${partner.acknowledge}, TA1 ${partner.ta1}, CONTRL ${partner.contrl}`],
        ["ship notice", partner.shipNotice?.mapping ?? "none"],
        ["invoice", partner.invoice?.mapping ?? "none"],
        ["application advice", partner.applicationAdvice?.mapping ?? "none"],
        ["acknowledged within", minutesInWords(partner.acknowledgedWithin)],
      ])}The file is right.\n`,
    };
  });
}
