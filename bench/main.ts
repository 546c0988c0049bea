/** `npm run bench -- NAME`: runs one benchmark; without a name it says which there are. */
import { benchIngest } from "./ingest.ts";
import { benchRead } from "./read.ts";

const BENCHES: Readonly<Record<string, () => Promise<void> | void>> = {
  /** X12 830s: tokenizer, and tokenizer with mapping, beside other readers. */
  read: benchRead,
  /** An 830 of 1,000 items × 26 weeks: applied first, a week later, and with 50 other customers stored. */
  ingest: benchIngest,
};

const name = process.argv[2] ?? "";
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`Usage: npm run bench -- NAME, where NAME is one of: ${Object.keys(BENCHES).join(", ")}\n`);
  process.exitCode = 2;
} else await bench();
