import type { carriers } from "../../contract/carriers.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { answerOnce } from "../kit/idempotency.ts";
import { carrierTestSteps, sendCarrierTest } from "./carrier-test.ts";

/** The calls on /carriers/:id/tests. */
export function carrierTestRoutes({
  db,
  clock,
}: {
  db: Db;
  clock: Clock;
}): Pick<Handlers<typeof carriers>, "test" | "testSteps"> {
  return {
    async test({ actor: { workspaceId }, params, body, idempotency }) {
      const answer = await db.inWorkspace(workspaceId, (tx) =>
        answerOnce(
          tx,
          workspaceId,
          idempotency,
          async () => ({
            status: 201,
            body: { id: await sendCarrierTest(tx, workspaceId, params.id, body, clock.now()) },
          }),
          clock.now(),
        ),
      );
      if (answer.replayed && idempotency) idempotency.replayed = true;
      return answer.body;
    },
    async testSteps({ actor: { workspaceId }, params }) {
      return db.inWorkspace(workspaceId, (tx) => carrierTestSteps(tx, workspaceId, params.id, params.message_id));
    },
  };
}
