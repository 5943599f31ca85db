/** The services, locations and resources of rows, by their names or ids. */
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { isId } from "../../kit/id.ts";
import { placeKinds } from "../place.ts";
import { createPlace } from "../places.ts";
import { resolvePlaces } from "../resolve-places.ts";
import { type ReadRow, textOf } from "./read-row.ts";

type Places = Awaited<ReturnType<typeof resolvePlaces>>;
type Named = Pick<ReadRow, "service" | "location" | "resources" | "start" | "end" | "duration">;

/** 422 on the field that names what there is none of. */
export type PlaceFinder = (row: Named, at: Date, progress: { wrote: boolean }) => Promise<Places>;

const mostMissing = 25;
const none: Places = { service: null, location: null, resources: [] };

/**
 * Finds within one transaction, each combination once. With `createMissing` it makes what there is none of: a service lasts as long as the
 * row's booking.
 */
export function createPlaceFinder(tx: Tx, workspaceId: string, createMissing: boolean): PlaceFinder {
  const known = new Map<string, Promise<Places>>();
  return async ({ service, location, resources, ...times }, at, progress) => {
    if (service === undefined && location === undefined && resources === undefined) return none;
    const refs = {
      ...(service !== undefined && { service }),
      ...(location !== undefined && { location }),
      ...(resources && { resources }),
    };
    const find = () => {
      const key = JSON.stringify(refs);
      const found = known.get(key) ?? resolvePlaces(tx, workspaceId, refs);
      known.set(key, found);
      return found.catch((error: unknown) => {
        // It may be made before the next row.
        if (createMissing) known.delete(key);
        throw error;
      });
    };
    for (let made = 0; ; made++) {
      try {
        return await find();
      } catch (error) {
        if (!(error instanceof Problem) || !createMissing || made === mostMissing) throw error;
        const kind = placeKinds.find((each) => error.code === `unknown_${each}`);
        const name = String(error.value);
        if (!kind || isId(name)) throw error;
        const lasts = kind === "service" ? minutesOf(times) : undefined;
        progress.wrote = true;
        const input = { name, ...(lasts !== undefined && { duration_minutes: lasts }) };
        await createPlace(tx, workspaceId, kind, input, at).catch((conflict: unknown) => {
          // Somebody else has made it meanwhile.
          if (!(conflict instanceof Problem) || conflict.code !== "name_taken") throw conflict;
        });
      }
    }
  };
}

const longestService = 20_160; // minutes

/** How long a row's booking lasts by the clock. */
function minutesOf({ start, end, duration }: Pick<Named, "start" | "end" | "duration">): number | undefined {
  const wall = (moment: Named["start"]) => Date.parse("instant" in moment ? moment.instant : `${textOf(moment)}Z`);
  const lasts = duration ?? (end && Math.round((wall(end) - wall(start)) / 60_000));
  return lasts !== undefined && lasts >= 1 && lasts <= longestService ? lasts : undefined;
}
