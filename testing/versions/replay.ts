/**
 * Says to PostgreSQL once more what a process of an earlier version was recorded to say, on as many connections, in the same order
 * and with the same values: where it had an answer before it went on, that answer is waited for.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

/** A statement's number, connection, text and values; or the number of one that is answered, with its error's code if it had one. */
type Event = [n: number, connection: number, text: number, values: unknown[]] | [n: number, code?: string];

export interface Failure {
  text: string;
  code: string | undefined;
  message: string;
}

/** Answers what failed now and did not then. */
export async function replay(version: string, connection: string): Promise<{ said: number; failures: Failure[] }> {
  const file = join(import.meta.dirname, version, "replay.json");
  const { texts, events } = JSON.parse(await readFile(file, "utf8")) as { texts: string[]; events: Event[] };
  const clients = new Map<number, pg.Client>();
  const answers = new Map<number, Promise<unknown>>();
  /** The last that each connection was asked. */
  const asked = new Map<number, Promise<unknown>>();
  const failed = new Map<number, Failure>();
  try {
    for (const event of events) {
      if (event.length !== 4) {
        const [n, code] = event;
        await answers.get(n);
        // What was refused then may be refused now.
        if (code !== undefined) failed.delete(n);
        continue;
      }
      const [n, name, number, values] = event;
      let client = clients.get(name);
      if (!client) {
        client = new pg.Client({ connectionString: connection });
        client.on("error", () => {});
        await client.connect();
        clients.set(name, client);
      }
      const text = texts[number] ?? "";
      const on = client;
      const parameters = values.length > 0 ? values.map(revive) : undefined;
      const answer = (asked.get(name) ?? Promise.resolve())
        .then(() => on.query(text, parameters))
        .catch((error: Error & { code?: string }) => failed.set(n, { text, code: error.code, message: error.message }));
      asked.set(name, answer);
      answers.set(n, answer);
    }
    await Promise.all(answers.values());
  } finally {
    await Promise.all([...clients.values()].map((client) => client.end()));
  }
  return { said: answers.size, failures: [...failed.values()] };
}

/** See record.ts. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== "object") return value;
  if ("date" in value) return new Date(String(value.date));
  if ("bytes" in value) return Buffer.from(String(value.bytes), "base64");
  return (value as { json: string }).json;
}
