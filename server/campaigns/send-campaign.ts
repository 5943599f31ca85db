/** Sends a campaign: the review must have no errors, only one of several callers starts it, and a job prepares it. */
import type { Campaign } from "../../contract/campaigns.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { conflict, Problem } from "../kit/errors.ts";
import { answerOnce, type Idempotency, isAnswered } from "../kit/idempotency.ts";
import type { Jobs } from "../kit/jobs.ts";
import { type CampaignRow, isUnsent, presentCampaign } from "./campaign.ts";
import * as store from "./campaigns-store.ts";
import { noCounts } from "./counts.ts";
import { getCampaign, targetOf } from "./edit-campaign.ts";
import { optOutTextOf, type Reviewed, reviewCampaign } from "./review-campaign.ts";

/** The job's name. */
export const prepareJob = "campaign.prepare";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
}

/**
 * Sends a draft or failed campaign. 422 with the first error of the review (all in `value.errors` if there are several), 409
 * `already_sent` for a second caller; the same Idempotency-Key gets the same answer.
 */
export async function sendCampaign(
  services: Services,
  workspaceId: string,
  id: string,
  idempotency: Idempotency | null,
): Promise<{ campaign: Campaign; replayed: boolean }> {
  const { db, clock, jobs } = services;
  const reviewed = (await isRepeated(services, workspaceId, idempotency))
    ? null
    : await reviewUnsent(services, workspaceId, id);
  return db.inWorkspace(workspaceId, async (tx) => {
    const { body, replayed } = await answerOnce(
      tx,
      workspaceId,
      idempotency,
      async () => {
        if (!reviewed) throw alreadySent(await getCampaign(tx, workspaceId, id));
        const at = clock.now();
        const campaign = await start(tx, reviewed, at);
        await recordAuditEvent(tx, {
          workspaceId,
          at,
          action: "campaign.sent",
          target: targetOf(campaign),
          after: { recipients: reviewed.review.recipients.will, segments_estimate: reviewed.review.segments_estimate },
        });
        await jobs.add(tx, prepareJob, { workspace_id: workspaceId, id }, { key: `${prepareJob}:${id}` });
        return { status: 202, body: presentCampaign(campaign, noCounts) };
      },
      clock.now(),
    );
    return { campaign: body, replayed };
  });
}

/** Whether the key has an answer, which is then repeated whatever the campaign's status and a new review would be. */
async function isRepeated(
  { db, clock }: Services,
  workspaceId: string,
  idempotency: Idempotency | null,
): Promise<boolean> {
  if (!idempotency) return false;
  return db.inWorkspace(workspaceId, (tx) => isAnswered(tx, workspaceId, idempotency, clock.now()));
}

/** The review of an unsent campaign; null for one that is being sent or was sent. */
async function reviewUnsent(services: Services, workspaceId: string, id: string): Promise<Reviewed | null> {
  const { status } = await services.db.inWorkspace(workspaceId, (tx) => getCampaign(tx, workspaceId, id));
  if (!isUnsent(status)) return null;
  const reviewed = await reviewCampaign(services, workspaceId, id);
  const { errors } = reviewed.review;
  const [first] = errors;
  if (!first) return reviewed;
  throw new Problem(422, first.code, errors.map(({ message }) => message).join(" "), {
    field: first.field ?? undefined,
    value: errors.length === 1 ? first.value : { value: first.value, errors },
  });
}

/** draft or failed → preparing, only if the campaign is unchanged since its review. */
async function start(tx: Tx, { campaign, workspace, sender }: Reviewed, now: Date): Promise<CampaignRow> {
  const { workspace_id: workspaceId, id } = campaign;
  if (!sender) throw new Error("a review without errors has a sender");
  const started = await store.startPreparing(tx, workspaceId, id, {
    senderId: sender.id,
    optOutText: optOutTextOf(campaign, workspace),
    at: now,
    unchangedSince: campaign.updated_at,
  });
  const current = await getCampaign(tx, workspaceId, id);
  if (started) return current;
  if (!isUnsent(current.status)) throw alreadySent(current);
  throw conflict("campaign_changed", "The campaign was changed after its review. Review it again before sending.", {
    field: "updated_at",
    value: current.updated_at.toISOString(),
  });
}

const alreadySent = ({ status, sent_at }: CampaignRow) =>
  conflict("already_sent", `The campaign was sent already (${sent_at?.toISOString() ?? status}).`, {
    field: "status",
    value: status,
  });
