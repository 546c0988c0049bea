/** Closes a run with how many tests passed and what was not run, so that nobody takes a part for the whole. */
import { databases } from "./databases.ts";

const counted = { passed: 0, failed: 0 };

export const mochaHooks = {
  afterEach(this: Mocha.Context): void {
    if (this.currentTest?.state === "passed") counted.passed += 1;
    if (this.currentTest?.state === "failed") counted.failed += 1;
  },
};

export function mochaGlobalTeardown(): void {
  const left: string[] = [];
  if (!databases.includes("postgres")) left.push("PostgreSQL (CALLOFF_TEST_DATABASES=sqlite,postgres)");
  if (process.env["npm_lifecycle_event"] !== "test:system") left.push("system tests (npm run test:system)");
  process.stdout.write(
    `${counted.passed} passed, ${counted.failed} failed\nnot run: ${left.length === 0 ? "nothing" : left.join("; ")}\n`,
  );
}
