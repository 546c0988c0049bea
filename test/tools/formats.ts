/** `npm run docs:formats`: writes docs/formats.md, the table of each canonical field against its place in each message. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { loadMappings } from "../../src/mapping/library.ts";
import { formatsInWords } from "./formats-text.ts";

const root = path.resolve(import.meta.dirname, "../..");
const library = loadMappings([path.join(root, "mappings")]);
writeFileSync(path.join(root, "docs/formats.md"), formatsInWords(library));
