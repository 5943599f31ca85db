/** What a contact gets, as the contact sees and changes it on the page of preferences. */
import type { z } from "zod";
import type { Channel } from "../../contract/consent.ts";
import type { Language } from "../../contract/shapes.ts";
import { lockContact, selectContact, selectOptOutsOf } from "../contacts/contacts-store.ts";
import type { Clock } from "../kit/clock.ts";
import type { Tx } from "../kit/db.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { everySender } from "./every-sender.ts";
import { getConsent } from "./get-consent.ts";
import { recordOptIn, recordOptOut } from "./opt-outs.ts";
import { recordConsent } from "./record-consent.ts";
import { takeSubmitLock } from "./submit-lock.ts";
import { listSubscriptionTypes } from "./subscription-types.ts";

type ChannelName = z.output<typeof Channel>;

/** Where consent of this page is said to come from. */
const source = "preferences";
const recordedBy = "preferences";

/** One thing that a contact can get, by one channel. */
export interface Preference {
  type_id: string;
  type_name: string;
  channel: ChannelName;
  on: boolean;
}

export interface Preferences {
  business: string;
  /** The contact's, else the workspace's. */
  language: string;
  preferences: Preference[];
  /** Whether a STOP is in force, so that no marketing text leaves whatever is on. */
  stopped: boolean;
}

/** Null for a contact that is gone. */
export async function readPreferences(tx: Tx, workspaceId: string, contactId: string): Promise<Preferences | null> {
  const contact = await selectContact(tx, workspaceId, contactId);
  if (!contact) return null;
  const workspace = await getWorkspace(tx, workspaceId);
  const { current } = await getConsent(tx, workspaceId, contactId);
  const granted = new Set(
    current.filter((each) => each.granted).map((each) => `${each.subscription_type.id} ${each.channel}`),
  );
  const channels: ChannelName[] = [
    ...(contact.mobile || contact.phone ? ["sms" as const] : []),
    ...(contact.email ? ["email" as const] : []),
  ];
  const types = (await listSubscriptionTypes(tx, workspaceId)).filter(({ needs_consent }) => needs_consent);
  return {
    business: workspace.name,
    language: contact.locale ?? workspace.language,
    preferences: types.flatMap(({ id, name }) =>
      channels.map((channel) => ({ type_id: id, type_name: name, channel, on: granted.has(`${id} ${channel}`) })),
    ),
    stopped: (await selectOptOutsOf(tx, workspaceId, contact)).length > 0,
  };
}

export interface PreferenceChange {
  workspaceId: string;
  contactId: string;
  /** What the page showed, each with whether it is on now; null: leave all. */
  choices: readonly { type_id: string; channel: ChannelName; on: boolean }[] | null;
  /** What the page said, kept as proof. */
  wording(preference: Preference): string;
  language: Language;
  clock: Clock;
}

/**
 * Records the changes only. Whoever switches texts on lifts their own STOP; whoever leaves all is stopped for every sender. Answers
 * whether there is such a contact.
 */
export async function changePreferences(tx: Tx, change: PreferenceChange): Promise<boolean> {
  const { workspaceId, contactId, choices, wording, clock } = change;
  // Before the contact's row, as everywhere: once this is acknowledged, nothing that it forbids is being submitted.
  await takeSubmitLock(tx, workspaceId);
  const contact = await lockContact(tx, workspaceId, contactId, "for no key update");
  const before = contact && (await readPreferences(tx, workspaceId, contactId));
  if (!contact || !before) return false;
  // Of two changes at once the one that waited is the later one: it was compared with what the other left.
  const at = clock.now();
  const wanted = new Map(choices?.map(({ type_id, channel, on }) => [`${type_id} ${channel}`, on]));
  const numbers = [...new Set([contact.mobile, contact.phone].filter((number) => number !== null))].sort();
  let textsOn = false;
  for (const preference of before.preferences) {
    const { type_id, channel, on } = preference;
    const now = choices === null ? false : (wanted.get(`${type_id} ${channel}`) ?? on);
    textsOn ||= now && channel === "sms" && (!on || before.stopped);
    if (now === on) continue;
    const action = now ? ("grant" as const) : ("withdraw" as const);
    const evidence = wording({ ...preference, on: now });
    const input = { contact_id: contactId, subscription_type: type_id, channel, action, source, evidence };
    await recordConsent(tx, { workspaceId, input, recordedBy, now: at });
  }
  if (choices === null || (textsOn && before.stopped)) {
    const write = choices === null ? recordOptOut : recordOptIn;
    for (const number of numbers)
      await write(tx, { workspaceId, number, senderId: everySender, source, evidence: null, at, recordedBy });
  }
  return true;
}
