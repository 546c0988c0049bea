import path from "node:path";
import type { Command } from "commander";
import { answers, print } from "./frame.ts";

interface DemoOptions {
  readonly once?: boolean;
  readonly schedule?: string;
}

export function declareDemo(command: Command): void {
  command
    .option("--once", "play it through and exit, leaving the files where they are")
    .option("--schedule <file>", "an 830 to play as ACME's first schedule instead of the demo's own")
    .addHelpText("after", "\nWithout --once it keeps running and says what to try.");
  answers(command, async (_invocation, { once, schedule }: DemoOptions) => {
    const { runDemo } = await import("../demo/demo.ts");
    const { home } = command.optsWithGlobals<{ home?: string }>();
    await runDemo({
      ...(home === undefined ? {} : { home: path.resolve(home) }),
      once: once === true,
      ...(schedule === undefined ? {} : { schedule: path.resolve(schedule) }),
      say: (line: string) => print(process.stdout, `${line}\n`),
    });
    return undefined;
  });
}
