/** Stands between the program and a PostgreSQL server, reads what it is asked for, and loses what a test wants lost. */
import { connect, createServer, type Server, type Socket } from "node:net";

/** What becomes of a COMMIT: it passes; its answer is lost on the way back; or it is lost itself. */
export type Fate = "pass" | "answer lost" | "commit lost";

export interface LossyProxy {
  readonly port: number;
  /** Asked at every COMMIT with the statements of its transaction. */
  atCommit: (statements: string) => Fate;
  /** While it is set, nobody is let through. */
  refusing: boolean;
  close(): Promise<void>;
}

export async function lossyProxy(to: { host: string; port: number }): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    if (proxy.refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(to);
    const both = [client, upstream];
    const cut = () => {
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    let losing = false;
    let statements = "";
    const asked = messagesOf((type, text) => {
      if (type !== "Q") return "pass";
      if (/^(BEGIN|START TRANSACTION)/i.test(text)) statements = "";
      statements += `${text}\n`;
      return /^COMMIT/i.test(text) ? proxy.atCommit(statements) : "pass";
    });
    client.on("data", (bytes) => {
      const fate = asked(bytes);
      if (fate === "commit lost") {
        cut();
        return;
      }
      losing ||= fate === "answer lost";
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      // The server has answered, so it has done what it was asked for.
      if (losing) cut();
      else client.write(bytes);
    });
  });
  const proxy: LossyProxy = {
    port: 0,
    atCommit: () => "pass",
    refusing: false,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(proxy, { port });
}

/** Reads the messages out of the bytes of one client; gives the first fate that is not to pass. */
function messagesOf(told: (type: string, text: string) => Fate): (bytes: Buffer) => Fate {
  let rest = Buffer.alloc(0);
  // The first message has no type.
  let begun = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    let fate: Fate = "pass";
    for (;;) {
      const head = begun ? 1 : 0;
      if (rest.length < head + 4) return fate;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return fate;
      if (begun) {
        const type = String.fromCharCode(rest[0] as number);
        const said = told(type, rest.toString("utf8", 5, length - 1));
        if (fate === "pass") fate = said;
      }
      begun = true;
      rest = rest.subarray(length);
    }
  };
}
