/**
 * The client: campaigns and single texts over HTTP, each repeated with its Idempotency-Key until it has an answer, each time at
 * another API process if there are several.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sendCampaign, type SentCampaign } from "./campaign-traffic.ts";
import { patientClient } from "./client.ts";
import type { PlannedText, Traffic } from "./plan.ts";
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
  campaigns: SentCampaign[];
  /** Number of requests that failed and were repeated. */
  retries: number;
}

const concurrency = 12;

/** Sends everything as planned, or as soon after that as the server accepts it. */
export async function sendTraffic(
  urls: readonly string[],
  tenant: Tenant,
  plan: Traffic,
  signal: AbortSignal,
): Promise<ClientLog> {
  const client = patientClient(urls, tenant.key, signal);
  const clientLog: ClientLog = { texts: new Map(), campaigns: [], retries: 0 };
  const began = Date.now();
  const turn = async (at: number) => {
    const wait = began + at - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
  };

  async function text(planned: PlannedText): Promise<void> {
    const body = {
      to: tenant.numberOf(planned.contact),
      text: `${words[planned.text]} #${planned.index}`,
      sender: tenant.senders[planned.sender],
      class: planned.class,
      ...(planned.class === "marketing" && { subscription_type: "marketing" }),
    };
    const { status, body: answer } = await client.ask("POST", "/messages", body, `chaos-${planned.index}`);
    const asked = { number: body.to, text: body.text };
    if (status === 202) clientLog.texts.set(planned.index, { id: answer.id as string, ...asked });
    else clientLog.texts.set(planned.index, { refused: `${status} ${answer.error?.code}`, ...asked });
  }

  const texts = [...plan.texts];
  const sendTexts = async () => {
    for (let next = texts.shift(); next; next = texts.shift()) {
      await turn(next.at);
      await text(next);
    }
  };
  const campaigns = plan.campaigns.map(async (planned, index) => {
    await turn(planned.at);
    const named = { name: `Campaign ${index}`, text: `: ${words[planned.text]} *${index}` };
    clientLog.campaigns.push(await sendCampaign(client, tenant, planned, named, signal));
  });
  await Promise.all([...campaigns, ...Array.from({ length: concurrency }, sendTexts)]);
  return { ...clientLog, retries: client.retries() };
}
