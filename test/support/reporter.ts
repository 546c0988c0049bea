/**
 * The `spec` report, closed by how many tests passed and by what was not run, so that nobody takes a part for the whole. The
 * system suite's tells besides which faults were produced; in a full run one that was not counts as a failure.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";
import { FAULTS, faultsIn } from "../system/faults.ts";
import { databases } from "./databases.ts";

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** How many tests of a fault there were. */
interface Shown {
  passed: number;
  failed: number;
}

export default class Closing extends Mocha.reporters.Spec {
  /** Faults that a full run of the system suite should have produced and did not. */
  private missing: readonly string[] = [];

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped = new Map<string, number>();
    const shown = new Map<string, Shown>();
    runner.on(EVENT_TEST_PENDING, (test) => {
      const [about = ""] = test.titlePath();
      skipped.set(about, (skipped.get(about) ?? 0) + 1);
    });
    runner.on(EVENT_TEST_PASS, (test) => count(shown, test, "passed"));
    runner.on(EVENT_TEST_FAIL, (test) => count(shown, test, "failed"));
    // Bound after the report's own end, so that these lines are the last.
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      if (isSystem(options)) {
        const whole = isWhole(options);
        if (whole) this.missing = Object.keys(FAULTS).filter((fault) => (shown.get(fault)?.passed ?? 0) === 0);
        process.stdout.write(faultsInWords(shown, whole));
      }
      const left = [...notRun(options), ...[...skipped].map(([about, tests]) => `${tests} skipped of "${about}"`)];
      const gaps = this.missing.length === 0 ? "" : `, ${this.missing.length} faults shown by no test`;
      process.stdout.write(
        `${passes} passed, ${failures} failed${gaps}\nnot run: ${left.length === 0 ? "nothing" : left.join("; ")}\n`,
      );
    });
  }

  /** Called by mocha with the number of failures, which becomes the exit code. */
  override done(failures: number, end?: (failures: number) => void): void {
    end?.(failures + this.missing.length);
  }
}

const isSystem = ({ reporterOptions }: Mocha.MochaOptions): boolean =>
  (reporterOptions as { suite?: string } | undefined)?.suite === "system";

/** Whether every file of the system suite is run, and all of each. */
function isWhole(options: Mocha.MochaOptions): boolean {
  const { files = [], grep, fgrep } = options as { files?: string[]; grep?: unknown; fgrep?: unknown };
  if (grep !== undefined && grep !== null) return false;
  if (fgrep !== undefined && fgrep !== null) return false;
  const all = readdirSync(path.join(import.meta.dirname, "../system")).filter((name) => name.endsWith(".test.ts"));
  const run = new Set(files.map((file) => path.basename(file)));
  return all.every((name) => run.has(name));
}

function count(shown: Map<string, Shown>, test: Mocha.Test, how: keyof Shown): void {
  for (const fault of new Set(faultsIn(test.titlePath().join(" ")))) {
    const held = shown.get(fault) ?? { passed: 0, failed: 0 };
    held[how] += 1;
    shown.set(fault, held);
  }
}

/** One line per fault: those that were produced, and in a whole run those that were not. */
function faultsInWords(shown: ReadonlyMap<string, Shown>, whole: boolean): string {
  const unknown = [...shown.keys()].filter((fault) => !Object.hasOwn(FAULTS, fault));
  const lines = [...Object.keys(FAULTS), ...unknown].flatMap((fault) => {
    const tests = shown.get(fault);
    if (tests === undefined && !whole) return [];
    return [`  ${fault.padEnd(4)}${(FAULTS[fault] ?? "no such fault").padEnd(64)} ${testsInWords(tests)}\n`];
  });
  return lines.length === 0 ? "" : `Faults produced:\n${lines.join("")}`;
}

function testsInWords(tests: Shown | undefined): string {
  if (tests === undefined) return "NO TEST";
  const { passed, failed } = tests;
  const passes = `${passed} ${passed === 1 ? "test" : "tests"}`;
  return failed === 0 ? passes : `${passes}, ${failed} FAILED`;
}

function notRun(options: Mocha.MochaOptions): string[] {
  if (isSystem(options)) return ["tests of the parts (npm test)"];
  const system = "system tests (npm run test:system)";
  return databases.includes("postgres") ? [system] : ["PostgreSQL (CALLOFF_TEST_DATABASES=sqlite,postgres)", system];
}
