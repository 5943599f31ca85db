/**
 * Which bookings a workflow is for. Each condition stands here once, in two ways: as it is asked of one booking, and of all at once, of
 * `bookings b` in a statement.
 */
import { type RawBuilder, sql } from "kysely";
import type { BuiltInStatus } from "../../../contract/booking-places.ts";
import type { When } from "../../../contract/workflows.ts";
import type { Timing } from "../../../rules/booking-moments.ts";
import type { Booking } from "../booking.ts";
import type { WorkflowRow } from "./workflow.ts";

interface Condition {
  /** What the booking has of which one must be wanted. */
  has(booking: Booking): readonly (string | null)[];
  /** Whether it has one of these, a parameter of text in PostgreSQL's spelling of arrays. */
  sql(wanted: string): RawBuilder<boolean>;
}

/** Those of a workflow's `when` that a booking itself meets or does not; languages are the recipient's. */
const conditions = {
  services: {
    has: ({ service_id }) => [service_id],
    sql: (wanted) => sql<boolean>`b.service_id = any(${wanted}::uuid[])`,
  },
  locations: {
    has: ({ location_id }) => [location_id],
    sql: (wanted) => sql<boolean>`b.location_id = any(${wanted}::uuid[])`,
  },
  resources: {
    has: ({ resource_ids }) => resource_ids,
    sql: (wanted) => sql<boolean>`b.resource_ids && ${wanted}::uuid[]`,
  },
  statuses: {
    has: ({ status, stands_for }) => [status, stands_for],
    sql: (wanted) => sql<boolean>`array[b.status, b.stands_for] && ${wanted}::text[]`,
  },
} as const satisfies Partial<Record<keyof When, Condition>>;

const fields = Object.keys(conditions) as (keyof typeof conditions)[];

/** Whether a workflow's conditions are met by a booking. */
export const meetsConditions = ({ when }: Pick<WorkflowRow, "when">, booking: Booking): boolean =>
  fields.every((field) => {
    const wanted: readonly string[] = when[field] ?? [];
    return wanted.length === 0 || conditions[field].has(booking).some((each) => each !== null && wanted.includes(each));
  });

/** Whether a workflow is for bookings of every kind, and so for a customer who has none. */
export const isForEvery = ({ when }: Pick<WorkflowRow, "when">): boolean =>
  fields.every((field) => !when[field]?.length);

export const meetingConditions = ({ when }: Pick<WorkflowRow, "when">): RawBuilder<boolean> =>
  allOf(fields.flatMap((field) => (when[field]?.length ? [conditions[field].sql(arrayOf(when[field]))] : [])));

/** Names of statuses have signs that are something in an array. */
const arrayOf = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;

/** All of the conditions, of which there may be none. */
export const allOf = (each: readonly RawBuilder<boolean>[]): RawBuilder<boolean> =>
  each.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(each, sql` and `)})`;

/** What bookings stand for that a timed workflow is for. */
const statesOf = {
  before_start: ["pending", "confirmed"],
  after_end: ["confirmed", "completed"],
} as const satisfies Record<Timing["trigger"], readonly BuiltInStatus[]>;

/** Whether a timed workflow is for bookings in the state that this one is in. */
export const isInState = ({ trigger }: Timing, { stands_for }: Pick<Booking, "stands_for">): boolean =>
  (statesOf[trigger] as readonly BuiltInStatus[]).includes(stands_for);

/** As constants, by which the indexes on moments are found. */
export const beingInState = (trigger: Timing["trigger"]): RawBuilder<boolean> =>
  sql.raw(`b.stands_for in (${statesOf[trigger].map((state) => `'${state}'`).join(", ")})`);

type Covering = Pick<WorkflowRow, "also_ahead" | "enabled_at">;

/** Whether a timed workflow is for a booking at all: a booking that was there before it was enabled is not, unless it was meant to be. */
export const covers = ({ also_ahead, enabled_at }: Covering, { armed_at }: Pick<Booking, "armed_at">): boolean =>
  also_ahead || enabled_at === null || armed_at >= enabled_at;

export const beingCovered = ({ also_ahead, enabled_at }: Covering): RawBuilder<boolean> =>
  also_ahead || enabled_at === null ? sql<boolean>`true` : sql<boolean>`b.armed_at >= ${enabled_at}`;

/** Whether a booking is muted, or switched out of the workflow. */
export const isSwitchedOut = (
  { id }: Pick<WorkflowRow, "id">,
  { muted, muted_workflows }: Pick<Booking, "muted" | "muted_workflows">,
): boolean => muted || muted_workflows.includes(id);

export const beingSwitchedOut = ({ id }: Pick<WorkflowRow, "id">): RawBuilder<boolean> =>
  sql<boolean>`(b.muted or ${id}::uuid = any(b.muted_workflows))`;

/** Its start or its end. */
export const anchorOf = (trigger: Timing["trigger"]): RawBuilder<Date> =>
  sql.raw(trigger === "before_start" ? "b.start_at" : "b.end_at");
