import path from "node:path";
import type { Command } from "commander";
import { answers, print } from "./frame.ts";

interface DemoOptions {
  readonly once?: boolean;
}

export function declareDemo(command: Command): void {
  command
    .option("--once", "play it through and exit, leaving the files where they are")
    .addHelpText("after", "\nWithout --once it keeps running and says what to try.");
  answers<DemoOptions>(command, async (_invocation, { once }) => {
    const { runDemo } = await import("../demo/demo.ts");
    const { home } = command.optsWithGlobals<{ home?: string }>();
    await runDemo({
      ...(home === undefined ? {} : { home: path.resolve(home) }),
      once: once === true,
      say: (line: string) => print(process.stdout, `${line}\n`),
    });
    return undefined;
  });
}
