/**
 * A carrier that keeps opt-outs of its own refuses texts to numbers that opted out there (Twilio's 21610). That counts as a STOP to
 * the text's sender, at the time of the refusal, and is recorded as one, so that later marketing texts are skipped. It is recorded in
 * a job, since the transaction that records a refusal holds the submit lock, which a STOP waits for; a START since the refusal wins.
 */
import { sql } from "kysely";
import { erasedNumber } from "../../../rules/erased-number.ts";
import { recordOptOut } from "../../consent/opt-outs.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { type JobHandler, jobs } from "../../kit/jobs.ts";

const job = "record_opt_outs_at_carrier";

interface Payload {
  workspace_id: string;
  message_ids: string[];
}

/** Adds the job that records the recipients of these texts as opted out, once the caller's transaction has committed. */
export async function noteOptedOut(tx: Tx, workspaceId: string, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await jobs.add(tx, job, { workspace_id: workspaceId, message_ids: [...messageIds] } satisfies Payload);
}

/** The handler, by its job's name. */
export function optOutJobs({ db, clock }: { db: Db; clock: Clock }): Record<string, JobHandler> {
  return {
    async [job]({ workspace_id, message_ids }: Payload) {
      await db.inWorkspace(workspace_id, async (tx) => {
        const { rows } = await sql<{ number: string; sender_id: string; evidence: string | null; at: Date | null }>`
          select distinct on (m.number, m.sender_id)
            m.number, m.sender_id, concat_ws(' ', m.carrier, m.carrier_error) as evidence, m.final_at as at
          from messages m
          where m.workspace_id = ${workspace_id} and m.id = any(${message_ids}::uuid[]) and m.number <> ${erasedNumber}
            and not exists (select from opt_outs o
              where o.workspace_id = ${workspace_id} and o.number = m.number and o.sender_id = m.sender_id
                and o.at >= m.final_at)
          order by m.number, m.sender_id, m.final_at desc nulls last`.execute(tx);
        for (const { number, sender_id, evidence, at } of rows) {
          const about = { workspaceId: workspace_id, number, senderId: sender_id, at: at ?? clock.now() };
          await recordOptOut(tx, { ...about, source: "carrier", evidence, unlessLiftedSince: true });
        }
      });
    },
  };
}
