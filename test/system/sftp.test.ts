/** Uploads by a real sftp client to a real OpenSSH server: broken off, resumed, renamed when they are done. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { emptyFolder, type TestHome } from "../support/homes.ts";
import type { Event } from "../support/program.ts";
import { type Arrival, arrivalIn, INTAKE, outcomes, readyHome, soundEnd } from "./arriving.ts";
import type { SystemHome } from "./homes.ts";

const named = (name: string) => (event: Event) => event["name"] === name;

/** Steps of a schedule that is long enough to be broken off. */
const STEPS = 2000;
const SERVER = "/usr/sbin/sshd";

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** An OpenSSH server of the test's own, with keys of its own, and a client for it. */
interface Server {
  /** Starts a client that does these commands. */
  client(commands: readonly string[], ...options: readonly string[]): ChildProcess;
  close(): Promise<void>;
}

async function openServer(): Promise<Server> {
  const folder = emptyFolder();
  const at = (name: string) => path.join(folder.path, name);
  for (const key of ["host", "user"]) run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
  folder.write("authorized", readFileSync(at("user.pub")));
  const port = await freePort();
  folder.write("config", settingsOf(at, port));
  // Where the server puts those who have not said who they are: there after a boot with the server, else not.
  const made = process.getuid?.() === 0 ? mkdirSync("/run/sshd", { recursive: true, mode: 0o755 }) : undefined;
  const daemon = spawn(SERVER, ["-D", "-e", "-f", at("config")], { stdio: ["ignore", "ignore", "pipe"] });
  await listening(daemon);
  return {
    client: (commands, ...options) => clientOf(folder, port, commands, options),
    close: async () => {
      daemon.kill("SIGTERM");
      await ended(daemon);
      folder.remove();
      if (made !== undefined) rmdirSync(made);
    },
  };
}

const settingsOf = (at: (name: string) => string, port: number): string => `Port ${port}
ListenAddress 127.0.0.1
HostKey ${at("host")}
AuthorizedKeysFile ${at("authorized")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
`;

function listening(daemon: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    daemon.on("error", reject);
    daemon.on("close", () => reject(new Error(`${SERVER} ended: ${said}`)));
    daemon.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Server listening on")) resolve();
    });
  });
}

function clientOf(
  folder: TestHome,
  port: number,
  commands: readonly string[],
  options: readonly string[],
): ChildProcess {
  folder.write("commands", `${commands.join("\n")}\n`);
  const told = [
    "StrictHostKeyChecking=no",
    `UserKnownHostsFile=${path.join(folder.path, "known")}`,
    "IdentitiesOnly=yes",
    "LogLevel=ERROR",
  ].flatMap((option) => ["-o", option]);
  const key = path.join(folder.path, "user");
  return spawn(
    "sftp",
    [
      "-F",
      "none",
      "-i",
      key,
      "-P",
      String(port),
      ...told,
      ...options,
      "-b",
      path.join(folder.path, "commands"),
      `${os.userInfo().username}@127.0.0.1`,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
}

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("close", resolve));

/** The n-th day from 1 March 2027 as `YYYYMMDD`. */
const day = (n: number): string => new Date(Date.UTC(2027, 2, 1 + n)).toISOString().slice(0, 10).replaceAll("-", "");

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

describe("An upload by sftp", () => {
  let server: Server;
  let ready: SystemHome;
  let home: SystemHome;
  let arrival: Arrival;
  before(async () => {
    server = await openServer();
    ready = await readyHome();
  });
  beforeEach(async () => {
    home = await ready.copy();
    arrival = await arrivalIn(home, { intake: INTAKE });
  });
  afterEach(async () => {
    arrival.daemon.kill("SIGKILL");
    await arrival.daemon.ended;
    await home.remove();
  });
  after(async () => {
    await server.close();
    await ready.remove();
  });

  /** The customer's forecast with a step a day, outside of the inbox. */
  function localForecast(control: number): string {
    const local = path.join(home.path, `local-${control}.edi`);
    const steps = Array.from({ length: STEPS }, (_, n) => `FST*1*C*D*${day(n)}~\n`).join("");
    const text = arrival.forecast(control).replace(/(FST\*[^~]*~\n)+/, steps);
    writeFileSync(local, text.replace(/SE\*\d+\*/, `SE*${8 + STEPS}*`));
    return local;
  }

  /** Uploads slowly, and breaks off by killing the client when a part of the file is there. */
  async function brokenUpload(local: string, remote: string): Promise<void> {
    const client = server.client([`put ${local} ${remote}`], "-l", "160", "-B", "1024", "-R", "1");
    while (sizeOf(remote) < 4000) await pause(10);
    client.kill("SIGKILL");
    await ended(client);
    assert.ok(sizeOf(remote) < sizeOf(local), "only a part of it has come");
  }

  async function upload(...commands: string[]): Promise<void> {
    assert.equal(await ended(server.client(commands)), 0);
  }

  it("that breaks off is not taken; uploaded again it is, once [C29]", async () => {
    const local = localForecast(1);
    const remote = arrival.inbox("acme", "forecast.edi");
    await brokenUpload(local, remote);
    await arrival.daemon.next("file.incomplete", named("forecast.edi"));
    assert.ok(sizeOf(remote) > 0, "it waits in the inbox");
    await upload(`put ${local} ${remote}`);
    assert.equal((await arrival.daemon.next("file.applied"))["state"], "applied");
    assert.deepEqual(outcomes(await soundEnd(arrival)), [["forecast.edi", "applied"]]);
  });

  it("that breaks off and is resumed where it stopped is taken once, whole [C29]", async () => {
    const local = localForecast(1);
    const remote = arrival.inbox("acme", "forecast.edi");
    await brokenUpload(local, remote);
    await arrival.daemon.next("file.incomplete", named("forecast.edi"));
    await upload(`reput ${local} ${remote}`);
    assert.equal((await arrival.daemon.next("file.applied"))["state"], "applied");
    const rows = await soundEnd(arrival);
    assert.deepEqual(outcomes(rows), [["forecast.edi", "applied"]]);
    assert.equal(rows[0]?.size, sizeOf(local));
  });

  it("that is renamed when it is done is taken at its last name, however old the sender says it is [C29, C31]", async () => {
    const local = localForecast(1);
    run("touch", ["-d", "2001-01-01", local]);
    const temporary = arrival.inbox("acme", "forecast.edi.filepart");
    await brokenUpload(local, temporary);
    await upload(`put -p ${local} ${temporary}`, `rename ${temporary} ${arrival.inbox("acme", "forecast.edi")}`);
    assert.equal((await arrival.daemon.next("file.claimed"))["name"], "forecast.edi");
    await arrival.daemon.next("file.applied");
    assert.deepEqual(outcomes(await soundEnd(arrival)), [["forecast.edi", "applied"]]);
  });

  it("that breaks off and is given up is quarantined after the gateway's patience [C29, C28]", async () => {
    arrival.daemon.kill("SIGTERM");
    await arrival.daemon.ended;
    arrival = await arrivalIn(home, { intake: `${INTAKE}, patienceMinutes: 0.02` });
    const local = localForecast(1);
    await brokenUpload(local, arrival.inbox("acme", "forecast.edi"));
    assert.equal((await arrival.daemon.next("file.quarantined"))["cause"], "incomplete");
    await upload(`put ${local} ${arrival.inbox("acme", "forecast.edi")}`);
    await arrival.daemon.next("file.applied", ({ state }) => state === "applied");
    assert.deepEqual(outcomes(await soundEnd(arrival)), [
      ["forecast.edi", "quarantined"],
      ["forecast.edi", "applied"],
    ]);
  });
});
