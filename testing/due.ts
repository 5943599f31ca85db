/** One round of each due work, without a runner. */
import type { DueWork } from "../server/kit/due.ts";

/** Does what is due at `now`; throws the first error of a round. Answers how much was done. */
export async function runDue(works: readonly DueWork[], now = new Date()): Promise<number> {
  let done = 0;
  for (const work of works) {
    for (let more = true; more;) {
      const result = await work.run({ now, signal: new AbortController().signal });
      if (result.errors.length > 0) throw result.errors[0];
      done += result.done;
      more = result.more;
    }
  }
  return done;
}
