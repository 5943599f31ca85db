/**
 * Creates, changes and deletes unsent campaigns. Of two changes the last one wins, but one that names the revision that its caller saw
 * never overwrites what somebody else has changed since.
 */
import { isDeepStrictEqual } from "node:util";
import type { CampaignChange, CampaignInput } from "../../contract/campaigns.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { AudienceRefs } from "../audience/audience.ts";
import { findSubscriptionType } from "../consent/subscription-types.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid, notFound } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { resolveSender } from "../senders/senders.ts";
import { allowedIn, type CampaignAction, type CampaignRow, isAllowed, parseText } from "./campaign.ts";
import * as store from "./campaigns-store.ts";

const emptyAudience: AudienceRefs = { lists: [], contacts: [] };

/** The caller who creates or changes a campaign. */
export interface Author {
  workspaceId: string;
  userId: string | null;
  name: string;
}

/** Creates a draft. 422 when the text cannot be parsed or the draft refers to something that is not the workspace's. */
export async function createCampaign(
  tx: Tx,
  author: Author,
  input: CampaignInput,
  now: Date,
  shortLinks: ShortLinks,
): Promise<CampaignRow> {
  const empty = {
    ...input,
    sender_id: null,
    subscription_type_id: null,
    shorten_links: false,
    include: emptyAudience,
    exclude: emptyAudience,
    validity_seconds: null,
  };
  const id = newId(now);
  await store.insertDraft(tx, {
    ...(await change(tx, author.workspaceId, empty, input, now, shortLinks)),
    workspace_id: author.workspaceId,
    id,
    created_by: author.userId,
    created_by_name: author.name,
    at: now,
  });
  const campaign = await getCampaign(tx, author.workspaceId, id);
  await recordAuditEvent(tx, {
    workspaceId: author.workspaceId,
    at: now,
    action: "campaign.created",
    target: targetOf(campaign),
  });
  return campaign;
}

/**
 * Changes the given fields of a draft or failed campaign; 409 when it is being sent or was sent, and `campaign_changed` where it is not of
 * `revision` any more. What is there already can be given at any revision, so that a change whose answer was lost can be repeated.
 */
export async function updateCampaign(
  tx: Tx,
  { workspaceId, ...by }: Author,
  id: string,
  { revision, ...input }: CampaignChange & { revision?: number | undefined },
  now: Date,
  shortLinks: ShortLinks,
): Promise<CampaignRow> {
  const campaign = await lockFor(tx, workspaceId, id, "change");
  const draft = await change(tx, workspaceId, campaign, input, now, shortLinks);
  // A change to what is there already is none: a review stays bound to it.
  const before = Object.fromEntries(Object.keys(draft).map((key) => [key, campaign[key as keyof store.Draft]]));
  if (!isDeepStrictEqual(before, draft)) {
    if (revision !== undefined && revision !== campaign.revision) throw changedSince(campaign, "revision");
    await store.updateDraft(tx, workspaceId, id, draft, by, now);
  }
  return getCampaign(tx, workspaceId, id);
}

/** Deletes a draft or failed campaign; 409 when it is being sent or was sent. */
export async function deleteCampaign(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  const campaign = await lockFor(tx, workspaceId, id, "change");
  await store.deleteDraft(tx, workspaceId, id);
  const target = targetOf(campaign);
  const before = { status: campaign.status };
  await recordAuditEvent(tx, { workspaceId, at, action: "campaign.deleted", target, before });
}

/** A campaign as the target of an audit event. */
export const targetOf = ({ id, name }: Pick<CampaignRow, "id" | "name">) => ({ type: "campaign", id, name });

/** The campaign; 404 when the workspace has none of that id. */
export async function getCampaign(tx: Tx, workspaceId: string, id: string): Promise<CampaignRow> {
  const campaign = await store.findCampaign(tx, workspaceId, id);
  if (!campaign) throw notFound("campaign", id);
  return campaign;
}

/** The campaign, locked until the transaction ends; 409 where its status does not allow the action, 404 where there is none. */
export async function lockFor(tx: Tx, workspaceId: string, id: string, action: CampaignAction): Promise<CampaignRow> {
  const campaign = await store.lockCampaign(tx, workspaceId, id);
  if (!campaign) throw notFound("campaign", id);
  if (isAllowed(action, campaign.status)) return campaign;
  const { status } = campaign;
  const about = { field: "status", value: status };
  if (action === "change")
    throw conflict(
      "not_a_draft",
      `The campaign is ${status}; only what is not sent can change.${status === "scheduled" ? " Unschedule it first." : ""}`,
      about,
    );
  if (action === "send" || action === "schedule") throw alreadySent(campaign);
  const allowed = allowedIn[action].join(", ").replace(/, ([^,]*)$/, " or $1");
  throw conflict(
    `not_${allowedIn[action].at(-1)}`,
    `The campaign is ${status}. Only one that is ${allowed} can be ${done[action]}.`,
    about,
  );
}

/** 409: the campaign is not what the caller saw. `field` is the one that names the revision. */
export const changedSince = (current: CampaignRow, field: "revision" | "reviewed") =>
  conflict(
    "campaign_changed",
    `The campaign was changed${current.changed_by_name === null ? "" : ` by ${current.changed_by_name}`}: it is of revision ${current.revision} now. Look at it again first.`,
    { field, value: current.revision },
  );

const done = { unschedule: "unscheduled", pause: "paused", resume: "resumed", cancel: "cancelled" } as const;

export const alreadySent = ({ status, sent_at }: CampaignRow) =>
  conflict("already_sent", `The campaign was sent already (${sent_at?.toISOString() ?? status}).`, {
    field: "status",
    value: status,
  });

/** The draft after a change, with all references of the change checked. */
async function change(
  tx: Tx,
  workspaceId: string,
  before: store.Draft,
  input: Partial<CampaignInput>,
  now: Date,
  shortLinks: ShortLinks,
): Promise<store.Draft> {
  const { sender, subscription_type: type } = input;
  const linked = {
    text: input.text ?? before.text,
    shorten_links: input.links?.shorten ?? before.shorten_links,
  };
  if (input.text !== undefined || input.links) parseText(linked, shortLinks);
  return {
    ...linked,
    name: input.name ?? before.name,
    sender_id:
      sender === undefined ? before.sender_id : sender ? (await resolveSender(tx, workspaceId, sender, now)).id : null,
    subscription_type_id:
      type === undefined
        ? before.subscription_type_id
        : type
          ? (await findSubscriptionType(tx, workspaceId, type)).id
          : null,
    include: await audienceRefs(tx, workspaceId, "include", before.include, input.include),
    exclude: await audienceRefs(tx, workspaceId, "exclude", before.exclude, input.exclude),
    opt_out_text: input.opt_out_text ?? before.opt_out_text,
    validity_seconds: input.validity_seconds === undefined ? before.validity_seconds : input.validity_seconds,
  };
}

/**
 * Each id once, all of them the workspace's. Ids that the draft has already may have been deleted since: they reach no contact, and
 * refusing them would make the draft impossible to save.
 */
async function audienceRefs(
  tx: Tx,
  workspaceId: string,
  field: "include" | "exclude",
  before: AudienceRefs,
  input: AudienceRefs | undefined,
): Promise<AudienceRefs> {
  if (input === undefined) return before;
  const lists = [...new Set(input.lists.map((id) => id.toLowerCase()))];
  const contacts = [...new Set(input.contacts.map((id) => id.toLowerCase()))];
  const added = (ids: string[], known: string[]) => {
    const there = new Set(known);
    return ids.filter((id) => !there.has(id));
  };
  const list = await store.firstUnknownList(tx, workspaceId, added(lists, before.lists));
  if (list) throw invalid("unknown_list", `There is no list ${list} in this workspace.`, `${field}.lists`, list);
  const contact = await store.firstUnknownContact(tx, workspaceId, added(contacts, before.contacts));
  if (contact) {
    throw invalid("unknown_contact", `There is no contact ${contact} in this workspace.`, `${field}.contacts`, contact);
  }
  return { lists, contacts };
}
