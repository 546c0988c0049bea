/** The `spec` report, closed by how many tests passed and by what was not run, so that nobody takes a part for the whole. */
import Mocha from "mocha";
import { databases } from "./databases.ts";

const { EVENT_RUN_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

export default class Closing extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped = new Map<string, number>();
    runner.on(EVENT_TEST_PENDING, (test) => {
      const [about = ""] = test.titlePath();
      skipped.set(about, (skipped.get(about) ?? 0) + 1);
    });
    // Bound after the report's own end, so that these lines are the last.
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      const left = [...notRun(options), ...[...skipped].map(([about, tests]) => `${tests} skipped of "${about}"`)];
      process.stdout.write(
        `${passes} passed, ${failures} failed\nnot run: ${left.length === 0 ? "nothing" : left.join("; ")}\n`,
      );
    });
  }
}

function notRun({ reporterOptions }: Mocha.MochaOptions): string[] {
  if ((reporterOptions as { suite?: string } | undefined)?.suite === "system") return ["tests of the parts (npm test)"];
  const system = "system tests (npm run test:system)";
  return databases.includes("postgres") ? [system] : ["PostgreSQL (CALLOFF_TEST_DATABASES=sqlite,postgres)", system];
}
