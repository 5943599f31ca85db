/**
 * Replays the recorded statements of a process of an earlier version, on as many connections, in the same order and with the same
 * values. Where the process had an answer before its next statement, the replay waits for that answer too.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

/** A statement: its number, connection, text and values. Or an answer: the number of its statement, and the code of an error. */
type Event = [n: number, connection: number, text: number, values: unknown[]] | [n: number, code?: string];

export interface Failure {
  text: string;
  code: string | undefined;
  message: string;
}

/** Returns the statements that fail now and did not when they were recorded. */
export async function replay(version: string, connection: string): Promise<{ sent: number; failures: Failure[] }> {
  const file = join(import.meta.dirname, version, "replay.json");
  const { texts, events } = JSON.parse(await readFile(file, "utf8")) as { texts: string[]; events: Event[] };
  const clients = new Map<number, pg.Client>();
  const answers = new Map<number, Promise<unknown>>();
  /** The last statement of each connection. */
  const asked = new Map<number, Promise<unknown>>();
  const failed = new Map<number, Failure>();
  try {
    for (const event of events) {
      if (event.length !== 4) {
        const [n, code] = event;
        await answers.get(n);
        // A statement that failed then may fail now.
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
  return { sent: answers.size, failures: [...failed.values()] };
}

/** Restores a recorded value; see record.ts. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== "object") return value;
  if ("date" in value) return new Date(String(value.date));
  if ("bytes" in value) return Buffer.from(String(value.bytes), "base64");
  return (value as { json: string }).json;
}
