/** The tables of services, locations and resources, and their columns as those of one `PlaceRow`. */
import { sql } from "kysely";

const kept = sql`id, name, archived_at, created_at, updated_at`;
const noService = sql`null::integer as duration_minutes, null::float8 as price, null::text as currency`;
const noLocation = sql`null::text as address, null::text as phone, null::text as directions, null::text as time_zone,
  false as remote`;
const noResource = sql`null::text as mobile, null::text as email, null::text as locale`;

export const placeTables = {
  service: sql`services`,
  location: sql`locations`,
  resource: sql`resources`,
} as const;

/** In the same order for each kind, so that they can be united. */
export const placeColumns = {
  service: sql`'service' as kind, ${kept}, duration_minutes, price::float8 as price, currency, ${noLocation}, ${noResource}`,
  location: sql`'location' as kind, ${kept}, ${noService}, address, phone, directions, time_zone, remote, ${noResource}`,
  resource: sql`'resource' as kind, ${kept}, ${noService}, ${noLocation}, mobile, email, locale`,
} as const;
