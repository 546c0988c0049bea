/** Refuses, when a mapping is compiled, what could be read but not written, or written but not read. */
import {
  checkAddresses,
  checkCarrying,
  checkCounters,
  checkQualifier,
  checkWords,
  linesBelow,
} from "./both-ways-line.ts";
import { type LineDefinition, type MappingDefinition, UNLIMITED } from "./definition.ts";
import { checkScope, scopeOf } from "./filled-once.ts";
import { fieldPaths } from "./held-fields.ts";
import { against } from "./one-way.ts";

/** @throws CalloffError MAPPING_ONE_WAY with the place of what cannot work in both directions */
export function checkBothWays(definition: MappingDefinition): void {
  const tags = new Set(linesBelow(definition.lines).map((line) => line.tag));
  for (const line of linesBelow(definition.lines)) {
    checkWords(line, definition);
    checkAddresses(line);
    checkQualifier(line);
    checkCarrying(line);
    checkCounters(line, tags);
  }
  checkReach(definition.lines);
  checkScope(scopeOf(definition.lines, []), definition.lines);
  checkLoses(definition);
}

/** A line behind one that takes every segment of its tag is never reached. */
function checkReach(lines: readonly LineDefinition[]): void {
  lines.forEach((line, at) => {
    const before = lines
      .slice(0, at)
      .find((one) => one.tag === line.tag && one.when.length === 0 && one.next === undefined && one.most === UNLIMITED);
    if (before !== undefined) {
      against(
        line.spot,
        `${line.path} is never reached: ${before.path} before it takes every ${line.tag}`,
        "Put the line with when in front.",
      );
    }
    checkReach(line.below);
  });
}

function checkLoses(definition: MappingDefinition): void {
  const held = new Set(fieldPaths(definition.lines, ""));
  const wrong = definition.loses.find((path) => held.has(path));
  if (wrong !== undefined) {
    const [line] = definition.lines;
    against(
      line?.spot ?? { file: definition.name, line: 1, column: 1 },
      `${wrong} is listed in loses, but the message holds it`,
      "Take it off the list.",
    );
  }
}
