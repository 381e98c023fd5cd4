import { createConnection, type Socket } from "node:net";

export type Reply = string | number | null | Reply[];
type Waiting = { resolve(reply: Reply): void; reject(error: Error): void };

/** As much of a Redis client as the benchmark needs: commands are sent as they come, answered in order. */
export type RedisClient = { send(...command: (string | number)[]): Promise<Reply>; end(): void };

export async function connectRedis(port: number): Promise<RedisClient> {
  const socket = await open(port);
  const waiting: Waiting[] = [];
  let rest = Buffer.alloc(0);
  let unsent: string[] = [];
  const flush = () => {
    socket.write(unsent.join(""));
    unsent = [];
  };
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("Redis closed the connection.")));
  socket.on("data", (data) => {
    rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    let at = 0;
    for (let read = parse(rest, at); read; read = parse(rest, at)) {
      at = read.end;
      const next = waiting.shift();
      if (read.value instanceof Error) next?.reject(read.value);
      else next?.resolve(read.value);
    }
    rest = rest.subarray(at);
  });
  return {
    send: (...command) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        // One write for all that is asked in the same turn.
        if (unsent.push(encode(command)) === 1) setImmediate(flush);
      }),
    end: () => socket.destroy(),
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function encode(command: (string | number)[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(String(part))}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}

/** One reply from `at` on, or nothing where it has not all arrived. */
export function parse(bytes: Buffer, at: number): { value: Reply | Error; end: number } | undefined {
  const lineEnd = bytes.indexOf("\r\n", at);
  if (lineEnd === -1) return undefined;
  const text = bytes.toString("utf8", at + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case "+":
      return { value: text, end };
    case "-":
      return { value: new Error(`Redis: ${text}`), end };
    case ":":
      return { value: Number(text), end };
    case "$":
      return parseText(bytes, end, Number(text));
    case "*":
      return parseList(bytes, end, Number(text));
    default:
      throw new Error(`Redis answered what is not RESP: ${text}`);
  }
}

function parseText(bytes: Buffer, at: number, length: number) {
  if (length === -1) return { value: null, end: at };
  if (bytes.length < at + length + 2) return undefined;
  return { value: bytes.toString("utf8", at, at + length), end: at + length + 2 };
}

function parseList(bytes: Buffer, at: number, length: number) {
  const value: Reply[] = [];
  let end = at;
  for (let i = 0; i < length; i++) {
    const item = parse(bytes, end);
    if (!item) return undefined;
    if (item.value instanceof Error) return { value: item.value, end: item.end };
    value.push(item.value);
    end = item.end;
  }
  return { value, end };
}
