/** How fast a sender may be that has no rate of its own, by the settings of its connection. */

type RatedKind = "long_number" | "short_code" | "alphanumeric";

/** A connection's `rates`: texts a second for each sender of the kind; null: as fast as the connection takes them. */
export type ConnectionRates = Record<RatedKind, number | null> & {
  /** In place of `long_number` for those of +1, where it is there: networks of North America take fewer texts. */
  north_american?: number | null;
};

/** Texts a second; null: as fast as the connection takes them. */
export function rateByConnection(
  rates: ConnectionRates,
  { kind, address }: { kind: RatedKind; address: string },
): number | null {
  if (kind === "long_number" && address.startsWith("+1") && rates.north_american !== undefined)
    return rates.north_american;
  return rates[kind];
}
