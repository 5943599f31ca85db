/**
 * The ways that campaigns take: at once, by schedule, at a time of each recipient, paused, resumed, cancelled and taken back, at
 * moments at which their texts are queued, parked, moved or under way.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { PatientClient } from "./client.ts";
import type { PlannedCampaign, Way } from "./plan.ts";
import type { Tenant } from "./tenant.ts";

/** A span of time on this machine's clock, in milliseconds; without its ends. */
export interface Span {
  from: number;
  to: number;
}

/** A campaign that was sent, or was to be. */
export interface SentCampaign {
  id: string;
  way: Way;
  /** Index of its list. */
  list: number;
  /** Its text after the first name. */
  text: string;
  /** When none of its texts may leave, by the answers to the client. */
  closed: Span[];
  /** When those may leave at the earliest whose clocks are the workspace's, where each recipient has a time of their own. */
  local: number | null;
  /** Whether its cancellation was answered. */
  cancelled: boolean;
}

const hour = 3_600_000;
const always = Number.POSITIVE_INFINITY;

/** Sends the campaign in its way; resolves when the client has done everything. */
export async function sendCampaign(
  client: PatientClient,
  tenant: Tenant,
  planned: PlannedCampaign,
  { name, text }: { name: string; text: string },
  signal: AbortSignal,
): Promise<SentCampaign> {
  const { way, luck } = planned;
  const draft = await client.must([201], "POST", "/campaigns", {
    name,
    text: `{{ contact.first_name }}${text}`,
    sender: tenant.senders[planned.sender],
    subscription_type: "marketing",
    include: { lists: [tenant.lists[planned.list]], contacts: [] },
    opt_out_text: false,
  });
  const id = draft.body.id as string;
  const path = `/campaigns/${id}`;
  const sent: SentCampaign = { id, way, list: planned.list, text, closed: [], local: null, cancelled: false };
  const wait = (milliseconds: number) => delay(milliseconds, undefined, { signal });

  const send = () => client.must([202], "POST", `${path}/send`, {}, `send-${id}`);

  /** A call that had no answer may have been made, and the campaign may have begun since: 409. */
  async function schedule(after: number): Promise<void> {
    const at = Date.now() + after;
    const { status } = await client.must([200, 409], "POST", `${path}/schedule`, { at: new Date(at).toISOString() });
    if (status === 200) sent.closed = [{ from: 0, to: at }];
  }

  /** At a wall time that is past where some of the recipients are: they get it at once, and the texts of the others are parked. */
  async function scheduleLocally(after: number): Promise<void> {
    const moment = Math.ceil((Date.now() + after) / 1_000) * 1_000;
    const at = new Date(moment).toLocaleString("sv", { timeZone: tenant.time_zone }).replace(" ", "T");
    await client.must([200, 409], "POST", `${path}/schedule`, { at, local: true });
    sent.local = moment;
  }

  /** False: it was through. Paused already is a call that had no answer. */
  async function pause(): Promise<boolean> {
    const { status, body } = await client.must([200, 409], "POST", `${path}/pause`);
    if (status === 409 && body.error?.value !== "paused") return false;
    sent.closed.push({ from: Date.now(), to: always });
    return true;
  }

  async function resume(): Promise<void> {
    const last = sent.closed.at(-1);
    if (last) last.to = Date.now();
    await client.must([200, 409], "POST", `${path}/resume`);
  }

  async function pauseFor(milliseconds: number): Promise<void> {
    if (!(await pause())) return;
    await wait(milliseconds);
    await resume();
  }

  async function cancel(): Promise<void> {
    const { status, body } = await client.must([200, 409], "POST", `${path}/cancel`);
    if (status === 409 && body.error?.value !== "cancelled") return;
    sent.closed.push({ from: Date.now(), to: always });
    sent.cancelled = true;
  }

  const ways: Record<Way, () => Promise<unknown>> = {
    send,
    async schedule() {
      await schedule(hour);
      await schedule(1_500);
    },
    async pause() {
      await send();
      await wait(luck * 1_500);
      await pauseFor(1_500);
      await wait(luck * 500);
      await pauseFor(300);
    },
    local: () => scheduleLocally(6_000),
    async cancel() {
      await send();
      await wait(luck * 2_500);
      await cancel();
    },
    async "local and paused"() {
      await scheduleLocally(5_000);
      await wait(1_000 + luck * 5_000);
      await pauseFor(3_000);
    },
    async "local and cancelled"() {
      await scheduleLocally(7_000);
      await wait(2_000 + luck * 6_000);
      await cancel();
    },
    async "paused and cancelled"() {
      await send();
      await wait(luck * 1_500);
      if (await pause()) await wait(1_000);
      await cancel();
    },
    async "taken back"() {
      await schedule(1_000);
      await wait(luck * 1_500);
      const { status, body } = await client.must([200, 409], "POST", `${path}/unschedule`);
      if (status === 200 || body.error?.value === "draft") await send();
    },
  };
  await ways[way]();
  return sent;
}
