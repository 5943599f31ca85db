/** What buyers answer when they buy, on its way into the consent ledger. */
import type { ConsentInput } from "../../../contract/orders.ts";
import { getConsent } from "../../consent/get-consent.ts";
import { recordConsent } from "../../consent/record-consent.ts";
import { findSubscriptionType } from "../../consent/subscription-types.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid, within } from "../../kit/errors.ts";
import type { Order, OrderConsent } from "./order.ts";

/** Where consents of orders are said to come from. */
const source = "order";

export interface Answers {
  /** All that the order knows of. */
  consents: OrderConsent[];
  /** What it did not know yet, with the wording that was shown. */
  unheard: (OrderConsent & { evidence: string | null })[];
}

/** Whether recording the answers may need the submit lock, which is taken before any row is locked. */
export const mayWithdraw = (inputs: readonly ConsentInput[] | undefined): boolean =>
  inputs?.some(({ granted }) => !granted) ?? false;

/** The answers that an order has with those that are given. 422 for a subscription type that there is not. */
export async function readAnswers(
  tx: Tx,
  workspaceId: string,
  known: readonly OrderConsent[],
  inputs: readonly ConsentInput[],
): Promise<Answers> {
  const said = new Map(known.map((each) => [keyOf(each), each]));
  const unheard = new Map<string, Answers["unheard"][number]>();
  for (const [n, { subscription_type: ref, granted, channel, evidence }] of inputs.entries()) {
    const field = `consents.${n}`;
    if (evidence?.includes("\0"))
      throw invalid("invalid_text", "evidence holds a NUL character.", `${field}.evidence`, evidence);
    const type = await findSubscriptionType(tx, workspaceId, ref).catch((error: unknown) =>
      within(field, () => {
        throw error;
      }),
    );
    for (const each of channel ? [channel] : (["sms", "email"] as const)) {
      const answer: OrderConsent = { subscription_type: type.id, channel: each, granted };
      const key = keyOf(answer);
      if (said.get(key)?.granted === granted) continue;
      said.set(key, answer);
      unheard.set(key, { ...answer, evidence: evidence || null });
    }
  }
  return { consents: [...said.values()], unheard: [...unheard.values()] };
}

const keyOf = ({ subscription_type, channel }: OrderConsent) => `${subscription_type} ${channel}`;

/**
 * Records what the buyer answered at the time of the purchase: the latest event decides, so what they chose elsewhere since then stays. A
 * refusal withdraws a consent that was in force then; where there was none, nothing is withdrawn, and nothing recorded.
 */
export async function recordAnswers(
  tx: Tx,
  { workspace_id: workspaceId, buyer, external_at }: Order,
  unheard: Answers["unheard"],
  { recordedBy, now }: { recordedBy: string; now: Date },
): Promise<void> {
  if (unheard.length === 0) return;
  if (buyer === null)
    throw invalid(
      "consents_without_buyer",
      "Consents are those of a buyer, whom the order does not have.",
      "consents",
      null,
    );
  const at = external_at !== null && external_at < now ? external_at : now;
  const { current } = unheard.some(({ granted }) => !granted)
    ? await getConsent(tx, workspaceId, buyer.id)
    : { current: [] };
  for (const { subscription_type, channel, granted, evidence } of unheard) {
    const inForce = current.find((each) => each.subscription_type.id === subscription_type && each.channel === channel);
    if (!granted && !(inForce?.granted && new Date(inForce.at) <= at)) continue;
    const action = granted ? ("grant" as const) : ("withdraw" as const);
    const input = { contact_id: buyer.id, subscription_type, channel, action, source, evidence, at: at.toISOString() };
    await recordConsent(tx, { workspaceId, input, recordedBy, now });
  }
}
