import type { Command } from "commander";

export function declareBlanket(_command: Command): void {}
