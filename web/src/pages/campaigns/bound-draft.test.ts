import { expect, test } from "vitest";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { ApiError } from "../../api/api-error.ts";
import { bindDraft, Conflict } from "./bound-draft.ts";

interface Fields {
  name: string;
  text: string;
}

/** A server that keeps one campaign as the real one does, and loses answers when told to. */
function server() {
  let now = { name: "Spring", text: "Hei", revision: 1 } as Campaign;
  let lost = 0;
  const change = (changes: Partial<Fields>) => (now = { ...now, ...changes, revision: now.revision + 1 });
  return {
    change,
    now: () => now,
    loseAnswers: (count: number) => (lost = count),
    draft: () =>
      bindDraft<Fields>({
        campaign: now,
        fieldsOf: ({ name, text }) => ({ name, text }),
        fetch: async () => now,
        patch: async (changes, revision) => {
          const same = Object.entries(changes).every(([field, value]) => now[field as "name"] === value);
          if (!same && revision !== now.revision) throw new ApiError(409, "campaign_changed", "changed");
          if (!same) change(changes);
          if (lost > 0) {
            lost--;
            throw new ApiError(0, "offline", "");
          }
          return now;
        },
      }),
  };
}

test("one change follows the other, each on top of the last", async () => {
  const { draft, now } = server();
  const mine = draft();
  await mine.save({ text: "Hei du" });
  await mine.save({ name: "Summer" });
  expect(now()).toMatchObject({ name: "Summer", text: "Hei du", revision: 3 });
});

test("what somebody else has changed is not overwritten, until it is known", async () => {
  const { draft, change, now } = server();
  const mine = draft();
  const theirs = change({ text: "Theirs" });
  expect(mine.isNewer(theirs)).toBe(true);
  const refused = await mine.save({ text: "Mine" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Conflict);
  expect((refused as Conflict).theirs).toEqual(theirs);
  expect(now().text).toBe("Theirs");
  mine.know(theirs);
  expect(mine.isNewer(theirs)).toBe(false);
  await mine.save({ text: "Mine" });
  expect(now().text).toBe("Mine");
});

test("a change whose answer was lost is no conflict, also when more was typed meanwhile", async () => {
  const { draft, loseAnswers, now } = server();
  const mine = draft();
  loseAnswers(1);
  await expect(mine.save({ text: "Hei d" })).rejects.toMatchObject({ code: "offline" });
  await mine.save({ text: "Hei du" });
  expect(now()).toMatchObject({ text: "Hei du", revision: 3 });
  loseAnswers(2);
  await expect(mine.save({ text: "A" })).rejects.toMatchObject({ code: "offline" });
  await expect(mine.save({ text: "A" })).rejects.toMatchObject({ code: "offline" });
  await mine.save({ text: "B" });
  expect(now().text).toBe("B");
});

test("somebody else's change after a lost answer is a conflict", async () => {
  const { draft, change, loseAnswers, now } = server();
  const mine = draft();
  loseAnswers(1);
  await expect(mine.save({ text: "Mine" })).rejects.toMatchObject({ code: "offline" });
  change({ name: "Theirs" });
  await expect(mine.save({ text: "Mine, longer" })).rejects.toBeInstanceOf(Conflict);
  expect(now()).toMatchObject({ name: "Theirs", text: "Mine" });
});

test("an answer that comes late does not make the known one older", () => {
  const { draft, change } = server();
  const mine = draft();
  const [second, third] = [change({ text: "2" }), change({ text: "3" })];
  mine.know(third);
  mine.know(second);
  expect(mine.isNewer(third)).toBe(false);
});
