/**
 * The client: campaigns and single texts over HTTP, each tried again under its Idempotency-Key until it has an answer,
 * every time with another API process where there are several.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, call } from "./client.ts";
import type { PlannedCampaign, PlannedText, Traffic } from "./plan.ts";
import type { Tenant } from "./tenant.ts";

/** Words of one, two and many parts, in both encodings. */
const words = [
  "Timen din er klar",
  "Velkommen tilbake til oss, vi har gledet oss til å se deg igjen. ".repeat(3),
  "Я скоро приду",
  "🎉 Høstsalg! ".repeat(12),
];
export const wordings = words.length;

/** What the client knows of what it asked for. */
export interface Told {
  /** Texts by their index: the message's id, or why it was refused; and what was asked for. */
  texts: Map<number, ({ id: string } | { refused: string }) & { number: string; text: string }>;
  /** Campaigns that were sent, to the list in this place, with what stands in them behind the first name. */
  campaigns: { id: string; list: number; text: string }[];
  /** Requests that failed and were made again. */
  retries: number;
}

const concurrency = 12;

/** Sends all that is planned, at its times or as soon after as the server takes it. */
export async function sendTraffic(
  urls: readonly string[],
  tenant: Tenant,
  plan: Traffic,
  signal: AbortSignal,
): Promise<Told> {
  let turnOfUrls = 0;
  const told: Told = { texts: new Map(), campaigns: [], retries: 0 };
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
      told.retries++;
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
    if (status === 202) told.texts.set(planned.index, { id: answer.id as string, ...asked });
    else told.texts.set(planned.index, { refused: `${status} ${answer.error?.code}`, ...asked });
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
    const sent = await ask("POST", `/campaigns/${draft.body.id}/send`, undefined, `send-${draft.body.id}`);
    if (sent.status !== 202) throw new Error(`send: ${sent.status} ${JSON.stringify(sent.body)}`);
    told.campaigns.push({ id: draft.body.id as string, list: planned.list, text });
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
  return told;
}
