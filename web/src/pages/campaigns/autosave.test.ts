import { expect, test, vi } from "vitest";
import { createAutosave, type SaveFailure } from "./autosave.ts";

interface Draft {
  name: string;
  text: string;
}

/** A test double of the server that accepts what `answer` lets through. */
function setUp(answer: (changes: Partial<Draft>, attempt: number) => SaveFailure | null) {
  vi.useFakeTimers();
  const kept: Partial<Draft> = {};
  let attempts = 0;
  const autosave = createAutosave<Draft>({
    save: async (changes) => {
      const failure = answer(changes, ++attempts);
      if (failure) throw failure;
      Object.assign(kept, changes);
    },
    readFailure: (error) => error as SaveFailure,
    delay: 500,
    retryAfter: 5000,
  });
  return { autosave, kept, attempts: () => attempts };
}
const offline: SaveFailure = { field: null, passing: true, error: "offline" };

test("several changes in quick succession are saved once", async () => {
  const { autosave, kept, attempts } = setUp(() => null);
  autosave.change({ text: "H" });
  autosave.change({ text: "Hi" });
  expect(autosave.status().state).toBe("saving");
  await vi.advanceTimersByTimeAsync(500);
  expect(kept).toEqual({ text: "Hi" });
  expect(attempts()).toBe(1);
  expect(autosave.status().state).toBe("saved");
  expect(autosave.isDirty()).toBe(false);
});

test("a failed save keeps the changes and is retried by itself", async () => {
  const { autosave, kept } = setUp((_, attempt) => (attempt === 1 ? offline : null));
  autosave.change({ text: "Hi" });
  await vi.advanceTimersByTimeAsync(500);
  expect(autosave.status()).toMatchObject({ state: "failed", error: offline });
  expect(autosave.isDirty()).toBe(true);
  autosave.change({ name: "Spring" });
  await vi.advanceTimersByTimeAsync(5500);
  expect(kept).toEqual({ name: "Spring", text: "Hi" });
  expect(autosave.status()).toMatchObject({ state: "saved", error: null });
});

test("one field that the server refuses does not hold back the others", async () => {
  const { autosave, kept } = setUp((changes) =>
    changes.text === "bad" ? { field: "text", passing: false, error: "no" } : null,
  );
  autosave.change({ text: "bad", name: "Spring" });
  await autosave.flush();
  expect(kept).toEqual({ name: "Spring" });
  expect(autosave.status().state).toBe("failed");
  expect(Object.keys(autosave.status().fieldErrors)).toEqual(["text"]);
  expect(autosave.isDirty()).toBe(true);
  autosave.change({ text: "good" });
  expect(autosave.status().fieldErrors).toEqual({});
  await autosave.flush();
  expect(kept).toEqual({ name: "Spring", text: "good" });
  expect(autosave.status().state).toBe("saved");
});

test("an unfinished field is not a failure, and is kept until it is finished", async () => {
  const { autosave, kept } = setUp((changes) =>
    changes.text?.endsWith("{{") ? { field: "text", passing: false, unfinished: true, error: "not closed" } : null,
  );
  autosave.change({ text: "Hei {{", name: "Spring" });
  await vi.advanceTimersByTimeAsync(500);
  expect(autosave.status()).toMatchObject({ state: "unfinished", fieldErrors: { text: { error: "not closed" } } });
  expect(kept).toEqual({ name: "Spring" });
  expect(autosave.isDirty()).toBe(true);
  autosave.change({ text: "Hei {{ contact.first_name }}" });
  await vi.advanceTimersByTimeAsync(500);
  expect(autosave.status()).toMatchObject({ state: "saved", fieldErrors: {} });
  expect(kept).toEqual({ name: "Spring", text: "Hei {{ contact.first_name }}" });
});

test("a change during a save is saved after it", async () => {
  let release = () => {};
  const saved: Partial<Draft>[] = [];
  const autosave = createAutosave<Draft>({
    save: (changes) =>
      new Promise<void>((resolve) => {
        saved.push(changes);
        release = resolve;
      }),
    readFailure: (error) => error as SaveFailure,
    delay: 500,
    retryAfter: 5000,
  });
  autosave.change({ text: "one" });
  const done = autosave.flush();
  autosave.change({ text: "two" });
  release();
  await vi.waitFor(() => expect(saved).toHaveLength(2));
  release();
  await done;
  expect(saved).toEqual([{ text: "one" }, { text: "two" }]);
  expect(autosave.isDirty()).toBe(false);
});
