/** What chooses a line: words at places of its segment (`when`), and the segment that follows (`next`). */
import type { Segment } from "../syntax/segment.ts";
import { splitAt } from "./clean-text.ts";
import type { Condition, LineDefinition } from "./definition.ts";
import { wordsOf } from "./requirements.ts";
import { isPlain, type Run } from "./run.ts";

export type Matches = (segment: Segment, run: Run) => boolean;
export type Follows = (next: Segment | undefined, run: Run) => boolean;

/** Whether the segment that follows is one of those that the line asks for, and none that it must not be. */
export function follower(segments: NonNullable<LineDefinition["next"]>): Follows {
  const tests = segments.map(({ isNot, tag, when }): Following => ({ isNot, tag, matches: matcher(when) }));
  const wanted = tests.filter(({ isNot }) => !isNot);
  const unwanted = tests.filter(({ isNot }) => isNot);
  return (next, run) => (wanted.length === 0 || isOneOf(wanted, next, run)) && !isOneOf(unwanted, next, run);
}

interface Following {
  readonly isNot: boolean;
  readonly tag: string;
  readonly matches: Matches;
}

function isOneOf(tests: readonly Following[], next: Segment | undefined, run: Run): boolean {
  for (const { matches, tag } of tests) if (next?.tag === tag && matches(next, run)) return true;
  return false;
}

/** The qualifier read last: the lines of one tag ask for the same one after another. */
const last = { elements: [""] as readonly string[], element: -1, component: -1, value: "" };

/** The component that chooses a line; where an element is not composed, all of it. */
function qualifierAt(elements: readonly string[], element: number, component: number, run: Run): string {
  if (last.elements === elements && last.element === element && last.component === component) return last.value;
  last.elements = elements;
  last.element = element;
  last.component = component;
  last.value = readQualifier(elements[element] ?? "", component, run);
  return last.value;
}

function readQualifier(raw: string, component: number, run: Run): string {
  if (component <= 1 && isPlain(raw, run.special)) return raw;
  const { component: separator, release } = run.context.delimiters;
  if (component === 0 && !raw.includes(separator)) return raw.trim();
  if (component <= 1 && (release === "" || !raw.includes(release))) {
    const end = separator === "" ? -1 : raw.indexOf(separator);
    return (end < 0 ? raw : raw.slice(0, end)).trim();
  }
  return (splitAt(raw, separator, release)[Math.max(component, 1) - 1] ?? "").trim();
}

/** Whether all conditions hold for a segment. */
export function matcher(conditions: readonly Condition[]): Matches {
  const tests = conditions.map(({ address, values }) => {
    const { isNot, words } = wordsOf(values);
    const isChosen = (value: string): boolean => words.has(value) !== isNot;
    return ({ elements }: Segment, run: Run): boolean => {
      if (address.kind === "range") return isChosen((elements[1] ?? "").slice(address.first - 1, address.last).trim());
      if (address.kind === "column") {
        return isChosen((elements[run.columns.get(address.number) ?? address.number] ?? "").trim());
      }
      return isChosen(qualifierAt(elements, address.element, address.component, run));
    };
  });
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (segment, run) => {
    for (const test of tests) if (!test(segment, run)) return false;
    return true;
  };
}
