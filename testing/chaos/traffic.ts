/**
 * The client: campaigns and single texts over HTTP, each repeated with its Idempotency-Key until it has an answer, each time at
 * another API process if there are several.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, call } from "./client.ts";
import type { PlannedCampaign, PlannedText, Traffic } from "./plan.ts";
import type { Tenant } from "./tenant.ts";

/** Texts of one, two and many parts, in both encodings. */
const words = [
  "Timen din er klar",
  "Velkommen tilbake til oss, vi har gledet oss til å se deg igjen. ".repeat(3),
  "Я скоро приду",
  "🎉 Høstsalg! ".repeat(12),
];
export const wordings = words.length;

/** What the client requested, and the answers. */
export interface ClientLog {
  /** Texts by their index: the message's id, or why it was refused; and what was requested. */
  texts: Map<number, ({ id: string } | { refused: string }) & { number: string; text: string }>;
  /** Campaigns that were sent, with the index of their list and the text after the first name. */
  campaigns: { id: string; list: number; text: string }[];
  /** How many of them were paused on their way. */
  paused: number;
  /** Number of requests that failed and were repeated. */
  retries: number;
}

/** How campaigns are sent, in turn: at once, by schedule, and with a pause in which their texts are parked. Milliseconds. */
const ways = ["send", "schedule", "pause"] as const;
const scheduledAhead = 1_500;
const pausedAfter = 700;
const pausedFor = 1_500;

const concurrency = 12;

/** Sends everything as planned, or as soon after that as the server accepts it. */
export async function sendTraffic(
  urls: readonly string[],
  tenant: Tenant,
  plan: Traffic,
  signal: AbortSignal,
): Promise<ClientLog> {
  let turnOfUrls = 0;
  const clientLog: ClientLog = { texts: new Map(), campaigns: [], paused: 0, retries: 0 };
  const began = Date.now();
  const turn = async (at: number) => {
    const wait = began + at - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
  };

  async function ask(method: string, path: string, body: unknown, key?: string): Promise<Answer> {
    for (;;) {
      signal.throwIfAborted();
      const url = urls[turnOfUrls++ % urls.length];
      const answer = await call(url ?? "", tenant.key, method, path, { body, key }).catch(() => null);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      if (answer?.status === 500) throw new Error(`${method} ${path}: 500 ${JSON.stringify(answer.body)}`);
      clientLog.retries++;
      await delay(200, undefined, { signal });
    }
  }

  async function text(planned: PlannedText): Promise<void> {
    const body = {
      to: tenant.numberOf(planned.contact),
      text: `${words[planned.text]} #${planned.index}`,
      sender: tenant.senders[planned.sender],
      class: planned.class,
      ...(planned.class === "marketing" && { subscription_type: "marketing" }),
    };
    const { status, body: answer } = await ask("POST", "/messages", body, `chaos-${planned.index}`);
    const asked = { number: body.to, text: body.text };
    if (status === 202) clientLog.texts.set(planned.index, { id: answer.id as string, ...asked });
    else clientLog.texts.set(planned.index, { refused: `${status} ${answer.error?.code}`, ...asked });
  }

  async function campaign(planned: PlannedCampaign, index: number): Promise<void> {
    const text = `: ${words[planned.text]} *${index}`;
    const draft = await ask("POST", "/campaigns", {
      name: `Campaign ${index}`,
      text: `{{ contact.first_name }}${text}`,
      sender: tenant.senders[planned.sender],
      subscription_type: "marketing",
      include: { lists: [tenant.lists[planned.list]], contacts: [] },
      opt_out_text: false,
    });
    if (draft.status !== 201) throw new Error(`POST /campaigns: ${draft.status} ${JSON.stringify(draft.body)}`);
    const path = `/campaigns/${draft.body.id}`;
    const way = ways[index % ways.length];
    if (way === "schedule") {
      const at = new Date(Date.now() + scheduledAhead).toISOString();
      // A call that had no answer may have been made, and the campaign may have begun since.
      await must([200, 409], "POST", `${path}/schedule`, { at });
    } else await must([202], "POST", `${path}/send`, undefined, `send-${draft.body.id}`);
    clientLog.campaigns.push({ id: draft.body.id as string, list: planned.list, text });
    if (way !== "pause") return;
    await delay(pausedAfter, undefined, { signal });
    // It may be through by then, or paused already by a call that had no answer.
    const paused = await must([200, 409], "POST", `${path}/pause`);
    if (paused.status === 409 && paused.body.error?.value !== "paused") return;
    clientLog.paused++;
    await delay(pausedFor, undefined, { signal });
    await must([200, 409], "POST", `${path}/resume`);
  }

  async function must(expected: readonly number[], method: string, path: string, body?: unknown, key?: string) {
    const answer = await ask(method, path, body, key);
    if (!expected.includes(answer.status)) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  const texts = [...plan.texts];
  const client = async () => {
    for (let next = texts.shift(); next; next = texts.shift()) {
      await turn(next.at);
      await text(next);
    }
  };
  const campaigns = plan.campaigns.map(async (planned, index) => {
    await turn(planned.at);
    await campaign(planned, index);
  });
  await Promise.all([...campaigns, ...Array.from({ length: concurrency }, client)]);
  return clientLog;
}
