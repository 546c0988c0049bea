/** Fails when a room of `src/` imports from a room that does not stand before it in the order of the way (docs/architecture.md). */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOMS = [
  "values",
  "syntax",
  "documents",
  "mapping",
  "config",
  "schedules",
  "store",
  "orders",
  "fulfilment",
  "exchange",
  "answers",
  "gateway",
  "demo",
  "web",
  "cli",
];
/** Rooms that are not on one line though they stand next to each other. */
const STRANGERS = new Set(["web>cli", "cli>web", "demo>web", "demo>cli", "syntax>documents"]);

const source = path.resolve(import.meta.dirname, "../../src");
const broken: string[] = [];
let seen = 0;
for (const file of readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name))) {
  const room = file.split(path.sep)[0] as string;
  if (!ROOMS.includes(room)) broken.push(`src/${file}: ${room} is no room; rooms are ${ROOMS.join(", ")}`);
  for (const match of readFileSync(path.join(source, file), "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const target = path
      .relative(source, path.resolve(source, path.dirname(file), match[1] as string))
      .split(path.sep)[0] as string;
    if (target === room) continue;
    seen += 1;
    if (ROOMS.indexOf(target) > ROOMS.indexOf(room) || STRANGERS.has(`${room}>${target}`)) {
      broken.push(`src/${file}: ${room} may not import from ${target} (${match[1]})`);
    }
  }
}
if (broken.length > 0) {
  process.stderr.write(`${broken.join("\n")}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`rooms: ${seen} imports between rooms, all from rooms before\n`);
}
