#!/usr/bin/env node
import { runProgram } from "./program.ts";

const { argv, stdout, stderr, env } = process;
process.exitCode = await runProgram(argv.slice(2), { stdout, stderr, cwd: process.cwd(), env });
