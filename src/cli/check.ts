import path from "node:path";
import type { Command } from "commander";
import { checkFile } from "../answers/check-file.ts";
import type { CheckedFile } from "../answers/checked-file.ts";
import { loadConfiguration } from "../config/configuration.ts";
import { packageRoot } from "../config/package-root.ts";
import type { Partner } from "../config/partner.ts";
import { isHome } from "../gateway/folders.ts";
import { loadMappings } from "../mapping/library.ts";
import { fileSource } from "../syntax/sources.ts";
import { EXIT } from "../values/errors.ts";
import { checkedInWords } from "./check-words.ts";
import { answers, type Invocation, notFound, usage } from "./frame.ts";
import { homeOf } from "./home.ts";

interface CheckOptions {
  readonly partner?: string;
  readonly mapping?: string;
  readonly lenient?: string;
  readonly documents?: boolean;
}

const LENIENCES = ["counts"];

export function declareCheck(command: Command): void {
  command
    .argument("<file>", "the file to read")
    .option("--partner <code>", "whose file it is: his dialects, and what would be held and why")
    .option("--mapping <name>", "the mapping that is to read it, e.g. csv/schedule-long for a table")
    .option("--lenient <list>", `faults to tolerate, comma between: ${LENIENCES.join(", ")}`)
    .option("--documents", "show the documents in full, too");
  answers(command, async (invocation, options: CheckOptions, file = "") => {
    const lenient = leniences(options.lenient);
    const settings = settingsFor(invocation, options);
    if (options.mapping !== undefined && settings.library.named(options.mapping) === undefined)
      throw notFound("mapping", options.mapping, `There are ${settings.library.names().join(", ")}`);
    const source = fileSource(invocation.pathOf(file));
    try {
      const named = { name: file, size: source.size, read: source.read.bind(source) };
      const checked = await checkFile(named, { ...settings, lenient, mapping: options.mapping });
      const preview =
        settings.partner === undefined ? undefined : await previewed(invocation, settings.partner, checked);
      return {
        document: preview === undefined ? checked : { ...checked, preview: preview.lines },
        words: checkedInWords(checked, options.documents === true, preview?.words),
        exit: checked.valid ? EXIT.done : EXIT.badFile,
      };
    } finally {
      source.close();
    }
  });
}

/** The database is only touched where it was said whose file it is. */
async function previewed(invocation: Invocation, partner: Partner, checked: CheckedFile) {
  const { previewInWords, previewOf } = await import("./check-preview.ts");
  const lines = await previewOf(invocation, partner, checked);
  return { lines, words: previewInWords(lines) };
}

function leniences(list: string | undefined): string[] {
  const given = list === undefined ? [] : list.split(",").map((one) => one.trim());
  const strange = given.find((one) => !LENIENCES.includes(one));
  if (strange === undefined) return given;
  throw usage("--lenient names something that cannot be tolerated", {
    place: { field: "--lenient" },
    expected: `one or more of ${LENIENCES.join(", ")}, comma between`,
    found: strange,
    remedy: "Correct the list",
  });
}

/** The home's partners and mappings where there is a home, else the package's mappings. */
function settingsFor(invocation: Invocation, { partner: code }: CheckOptions) {
  if (code === undefined && !isHome(invocation.home)) {
    return { library: loadMappings([path.join(packageRoot(), "mappings")]), partner: undefined };
  }
  const config = loadConfiguration(homeOf(invocation));
  const partner = code === undefined ? undefined : config.partners.get(code);
  if (code !== undefined && partner === undefined) throw notFound("partner", code, "See calloff partner list");
  return {
    library: config.mappings,
    partner,
    partners: [...config.partners.values()],
    environment: config.gateway.environment,
  };
}
