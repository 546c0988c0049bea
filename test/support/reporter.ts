/** The `spec` report, closed by how many tests passed and by what was not run, so that nobody takes a part for the whole. */
import Mocha from "mocha";
import { databases } from "./databases.ts";

const { EVENT_RUN_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

export default class Closing extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(`skipped: ${test.fullTitle()}`));
    // Bound after the report's own end, so that these lines are the last.
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      const left = [...notRun(), ...skipped];
      process.stdout.write(
        `${passes} passed, ${failures} failed\nnot run: ${left.length === 0 ? "nothing" : left.join("; ")}\n`,
      );
    });
  }
}

function notRun(): string[] {
  const left: string[] = [];
  // System tests need both databases, whatever is said; the others run on those that are named.
  if (process.env["npm_lifecycle_event"] === "test:system") return ["tests of the parts (npm test)"];
  if (!databases.includes("postgres")) left.push("PostgreSQL (CALLOFF_TEST_DATABASES=sqlite,postgres)");
  left.push("system tests (npm run test:system)");
  return left;
}
