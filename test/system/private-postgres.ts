/** A PostgreSQL server of a test's own, which may be stopped, restarted and starved. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

export interface PrivatePostgres {
  readonly port: number;
  /** The URL of one of its databases. */
  url(database: string): string;
  start(): void;
  /** `fast` ends every session, `immediate` ends as a crash does. */
  stop(mode: "fast" | "immediate"): void;
  restart(mode: "fast" | "immediate"): void;
  sql(text: string, database?: string): string;
  remove(): void;
}

/** A port of this machine that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function programs(): string {
  const top = "/usr/lib/postgresql";
  const [newest] = readdirSync(top).toSorted((a, b) => Number(b) - Number(a));
  return path.join(top, newest ?? "", "bin");
}

/** Lays out and starts a server; `settings` are added to its command line, as `max_connections=10`. */
export async function privatePostgres(settings: readonly string[] = []): Promise<PrivatePostgres> {
  // Not in the test's own temporary folder, which the server's user may not enter.
  const folder = mkdtempSync("/tmp/calloff-postgres-");
  const port = await freePort();
  // A server does not run as root; whoever is not root runs it as himself.
  const root = process.getuid?.() === 0;
  if (root) chownSync(folder, Number(told("id", ["-u", "postgres"])), Number(told("id", ["-g", "postgres"])));
  const bin = programs();
  const run = (program: string, args: readonly string[]): string => {
    const command = [path.join(bin, program), ...args].map((word) => `'${word}'`).join(" ");
    return root ? told("su", ["postgres", "-s", "/bin/sh", "-c", command]) : told("sh", ["-c", command]);
  };
  const data = path.join(folder, "data");
  run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
  const options = [
    `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`,
    ...settings.map((setting) => `-c ${setting}`),
  ].join(" ");
  const control = (...words: string[]) =>
    run("pg_ctl", ["-D", data, "-l", path.join(folder, "log"), "-w", "-t", "60", ...words]);
  const server: PrivatePostgres = {
    port,
    url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    start: () => void control("-o", options, "start"),
    stop: (mode) => void control("-m", mode, "stop"),
    restart: (mode) => void control("-o", options, "-m", mode, "restart"),
    sql: (text, database = "postgres") =>
      run("psql", [
        "-h",
        "127.0.0.1",
        "-p",
        String(port),
        "-U",
        "postgres",
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        database,
        "-c",
        text.replaceAll("'", "'\\''"),
      ]),
    remove: () => {
      if (existsSync(path.join(data, "postmaster.pid"))) control("-m", "immediate", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  server.start();
  return server;
}

function told(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    cwd: "/",
    // A server that is started must not keep the pipe open that its starter's words come through.
    stdio: ["ignore", "pipe", "pipe"],
  });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${stdout}${stderr}${error?.message ?? ""}`);
  return stdout.trim();
}
