/** `npm run bench -- NAME [options]`: runs one benchmark, or all of them where none is named, and prints their tables. */
import { benchGateways } from "./gateways.ts";
import { benchIngest } from "./ingest.ts";
import { benchLatency } from "./latency.ts";
import { benchRead } from "./read.ts";
import { benchRelease } from "./release.ts";
import { machine } from "./tables.ts";

const BENCHES: Readonly<Record<string, (words: readonly string[]) => Promise<void> | void>> = {
  /** 830s, DELFORs, 4905s and tables (`read edifact` for one of them): tokenizer, and with mapping, beside other readers. */
  read: benchRead,
  /** An 830 of 1,000 items × 26 weeks: applied first, a week later, and with 50 other customers stored. */
  ingest: benchIngest,
  /** 5,000 due splits to 5,000 orders in the database and files on disk. */
  release: benchRelease,
  /** Four customers' 830s on PostgreSQL, with one gateway and with two. */
  gateways: benchGateways,
  /** A file renamed into the inbox until its 997 can be read in the outbox. */
  latency: benchLatency,
};

const [name, ...words] = process.argv.slice(2);
const named = Object.entries(BENCHES).filter(([bench]) => name === undefined || bench === name);
if (named.length === 0) {
  process.stderr.write(`Usage: npm run bench [-- NAME [options]], NAME one of: ${Object.keys(BENCHES).join(", ")}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${machine()}\n`);
  for (const [bench, run] of named) {
    process.stdout.write(`\n== ${bench}\n`);
    await run(words);
  }
}
