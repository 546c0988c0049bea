import type { Command } from "commander";
import { answers } from "./frame.ts";

interface DemoOptions {
  readonly once?: boolean;
  readonly schedule?: string;
}

export function declareDemo(command: Command): void {
  command
    .option("--once", "play it through and exit, leaving the files where they are")
    .option("--schedule <file>", "an 830 to play as ACME's first schedule instead of the demo's own")
    .addHelpText("after", "\nWithout --once it keeps running and says what to try.");
  answers(command, async ({ pathOf, print }, { once, schedule }: DemoOptions) => {
    const { runDemo } = await import("../demo/demo.ts");
    const { home } = command.optsWithGlobals<{ home?: string }>();
    await runDemo({
      ...(home === undefined ? {} : { home: pathOf(home) }),
      once: once === true,
      ...(schedule === undefined ? {} : { schedule: pathOf(schedule) }),
      say: (line: string) => print(`${line}\n`),
    });
    return undefined;
  });
}
