/** UTM parameters of a web address: how statistics on the website tell where a visitor comes from. */

export interface Utm {
  source: string;
  medium: string;
  campaign: string;
}

const parameters = ["source", "medium", "campaign"] as const;

/** The address with those parameters that are given, in place of ones that it has; the rest of it stays as it was written. */
export function withUtm(address: string, utm: Partial<Utm>): string {
  const given = parameters.flatMap((name) => {
    const value = utm[name]?.trim();
    return value ? [[`utm_${name}`, value] as const] : [];
  });
  if (given.length === 0) return address;
  const [whole = "", ...fragment] = address.split("#");
  const [path = "", ...query] = whole.split("?");
  const names = new Set<string>(given.map(([name]) => name));
  const kept = query
    .join("?")
    .split("&")
    .filter((part) => part !== "" && !names.has(part.split("=")[0] ?? ""));
  const added = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const rest = fragment.length > 0 ? `#${fragment.join("#")}` : "";
  return `${path}?${[...kept, ...added].join("&")}${rest}`;
}
