/** What bookings are made of: services, locations and resources. */

export const placeKinds = ["service", "location", "resource"] as const;
export type PlaceKind = (typeof placeKinds)[number];

interface Kept {
  id: string;
  name: string;
  archived_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface ServiceRow extends Kept {
  duration_minutes: number | null;
  price: number | null;
  currency: string | null;
}

export interface LocationRow extends Kept {
  address: string | null;
  phone: string | null;
  directions: string | null;
  /** Null: the workspace's. */
  time_zone: string | null;
  remote: boolean;
}

/** An employee, a chair, a room. */
export interface ResourceRow extends Kept {
  mobile: string | null;
  email: string | null;
  locale: string | null;
}

/** A row of any kind, as one statement reads them: what a kind does not have is null, and `remote` false. */
export type PlaceRow = ServiceRow & LocationRow & ResourceRow & { kind: PlaceKind };

/** The rows of each kind. */
export interface PlaceRows {
  service: ServiceRow;
  location: LocationRow;
  resource: ResourceRow;
}
