/** The rate of a sender without one of its own, from the settings of its connection. */

type RatedKind = "long_number" | "short_code" | "alphanumeric";

/** A connection's `rates`: texts a second for each sender of the kind; null: as fast as the connection accepts them. */
export type ConnectionRates = Record<RatedKind, number | null> & {
  /** Instead of `long_number` for numbers of +1, if given: networks of North America accept fewer texts. */
  north_american?: number | null;
};

/** Texts a second; null: as fast as the connection accepts them. */
export function rateByConnection(
  rates: ConnectionRates,
  { kind, address }: { kind: RatedKind; address: string },
): number | null {
  if (kind === "long_number" && address.startsWith("+1") && rates.north_american !== undefined)
    return rates.north_american;
  return rates[kind];
}
