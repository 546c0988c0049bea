#!/usr/bin/env node
import { runProgram } from "./program.ts";

const { argv, stdout, stderr, env } = process;
// Whoever writes is told by his own callback; without a listener a reader that has gone away would end the program.
for (const stream of [stdout, stderr]) stream.on("error", () => {});
process.exitCode = await runProgram(argv.slice(2), { stdout, stderr, cwd: process.cwd(), env });
