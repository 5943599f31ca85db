/** Sends a campaign: the review must have no errors, only one of several callers starts it, and a job prepares it. */
import type { Campaign } from "../../contract/campaigns.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { answerOnce, type Idempotency, isAnswered } from "../kit/idempotency.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { requireSender } from "../senders/senders.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type CampaignAction, type CampaignRow, isAllowed, presentCampaign } from "./campaign.ts";
import * as store from "./campaigns-store.ts";
import { noCounts } from "./counts.ts";
import { alreadySent, changedSince, getCampaign, lockFor, targetOf } from "./edit-campaign.ts";
import { optOutTextOf, type Reviewed, reviewCampaign } from "./review-campaign.ts";

/** The job's name. */
export const prepareJob = "campaign.prepare";

export interface SendServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  shortLinks: ShortLinks;
}

/** What Send may be given. */
export interface SendOptions {
  /** The revision that the caller has reviewed. */
  reviewed?: number | undefined;
  /** So many seconds it is only scheduled, and can be taken back. */
  undo_seconds: number;
}

/**
 * Sends a draft or failed campaign. 422 with the first error of the review (all in `value.errors` if there are several), 409
 * `already_sent` for a second caller, 409 `campaign_changed` where it is not what was reviewed; the same Idempotency-Key gets the
 * same answer.
 */
export async function sendCampaign(
  services: SendServices,
  workspaceId: string,
  id: string,
  idempotency: Idempotency | null,
  { reviewed: revision, undo_seconds }: SendOptions = { undo_seconds: 0 },
): Promise<{ campaign: Campaign; replayed: boolean }> {
  const { db, clock } = services;
  const reviewed = (await isRepeated(services, workspaceId, idempotency))
    ? null
    : await reviewFor(services, workspaceId, id, "send", revision);
  return db.inWorkspace(workspaceId, async (tx) => {
    const { body, replayed } = await answerOnce(
      tx,
      workspaceId,
      idempotency,
      async () => {
        if (!reviewed) throw alreadySent(await getCampaign(tx, workspaceId, id));
        const at = clock.now();
        await lockReviewed(tx, reviewed, "send");
        const { recipients, segments_estimate } = reviewed.review;
        await recordAuditEvent(tx, {
          workspaceId,
          at,
          action: "campaign.sent",
          target: targetOf(reviewed.campaign),
          after: { recipients: recipients.will, segments_estimate },
        });
        if (undo_seconds > 0) {
          const begins = new Date(at.getTime() + undo_seconds * 1_000);
          await store.setSchedule(tx, workspaceId, id, { begins, local: null, at });
        } else await begin(services, tx, reviewed.campaign, { sentAt: at, at, scheduled: false });
        return { status: 202, body: presentCampaign(await getCampaign(tx, workspaceId, id), noCounts) };
      },
      clock.now(),
    );
    return { campaign: body, replayed };
  });
}

/**
 * Begins a campaign whose row is locked: its sender and opt-out text are those of now, and a job prepares it. Throws a Problem where it
 * has no sender.
 */
export async function begin(
  { jobs, shortLinks }: Pick<SendServices, "jobs" | "shortLinks">,
  tx: Tx,
  campaign: CampaignRow,
  { sentAt, at, scheduled }: { sentAt: Date; at: Date; scheduled: boolean },
): Promise<void> {
  const { workspace_id: workspaceId, id } = campaign;
  const sender = await requireSender(tx, workspaceId, campaign.sender_id);
  const optOutText = optOutTextOf(campaign, await getWorkspace(tx, workspaceId), sender, shortLinks);
  await store.startPreparing(tx, workspaceId, id, { senderId: sender.id, optOutText, sentAt, at, scheduled });
  await addPreparation(jobs, tx, campaign);
}

/** Adds the job that prepares a campaign, or takes its preparation up again. */
export function addPreparation(jobs: Jobs, tx: Tx, { workspace_id, id }: Pick<CampaignRow, "workspace_id" | "id">) {
  return jobs.add(tx, prepareJob, { workspace_id, id }, { key: `${prepareJob}:${id}` });
}

/** Whether the key has an answer, which is then repeated whatever the campaign's status and a new review would be. */
async function isRepeated(
  { db, clock }: Pick<SendServices, "db" | "clock">,
  workspaceId: string,
  idempotency: Idempotency | null,
): Promise<boolean> {
  if (!idempotency) return false;
  return db.inWorkspace(workspaceId, (tx) => isAnswered(tx, workspaceId, idempotency, clock.now()));
}

/**
 * The review of a campaign for an action; null where its status does not allow it. 422 with the review's errors, except those of the
 * codes `later`, which may be gone when it begins; 409 `campaign_changed` where it is not of the revision.
 */
export async function reviewFor(
  services: Pick<SendServices, "db" | "clock" | "shortLinks">,
  workspaceId: string,
  id: string,
  action: CampaignAction,
  revision: number | undefined,
  later: readonly string[] = [],
): Promise<Reviewed | null> {
  const current = await services.db.inWorkspace(workspaceId, (tx) => getCampaign(tx, workspaceId, id));
  if (!isAllowed(action, current.status)) return null;
  if (revision !== undefined && revision !== current.revision) throw changedSince(current, "reviewed");
  const reviewed = await reviewCampaign(services, workspaceId, id);
  const errors = reviewed.review.errors.filter(({ code }) => !later.includes(code));
  const [first] = errors;
  if (!first) return reviewed;
  throw new Problem(422, first.code, errors.map(({ message }) => message).join(" "), {
    field: first.field ?? undefined,
    value: errors.length === 1 ? first.value : { value: first.value, errors },
  });
}

/** Locks the campaign, which must be what was reviewed. */
export async function lockReviewed(tx: Tx, { campaign }: Reviewed, action: CampaignAction): Promise<CampaignRow> {
  const current = await lockFor(tx, campaign.workspace_id, campaign.id, action);
  if (current.revision !== campaign.revision) throw changedSince(current, "reviewed");
  return current;
}
