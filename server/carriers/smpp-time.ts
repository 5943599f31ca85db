/** Validity periods (SMPP 3.4, 7.1.1): YYMMDDhhmmsstnnp. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
/** A relative one counts days in two digits; months would have no certain length. */
const longestRelative = 30 * day;

/** Until when a provider may try, from `now`; empty where the provider decides. */
export function validityPeriod(expiresAt: Date | null, now: Date, form: "relative" | "absolute"): string {
  if (expiresAt === null) return "";
  const seconds = Math.max(1, Math.floor((expiresAt.getTime() - now.getTime()) / 1000));
  if (form === "absolute") return `${expiresAt.toISOString().replaceAll(/\D/g, "").slice(2, 14)}000+`;
  const left = Math.min(seconds, longestRelative);
  const fields = [Math.floor(left / day), Math.floor(left / hour) % 24, Math.floor(left / minute) % 60, left % 60];
  return `0000${fields.map((field) => String(field).padStart(2, "0")).join("")}000R`;
}
