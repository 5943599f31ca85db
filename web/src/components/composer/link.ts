/** A typed web address as it goes into a text, with https:// where no scheme was typed; null for anything else. */
export function readLink(typed: string): string | null {
  const address = typed.trim();
  if (address === "" || /[\s{}"<>]/.test(address)) return null;
  const full = /^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[\w.-]+:\d/.test(address) ? address : `https://${address}`;
  if (!URL.canParse(full)) return null;
  const { protocol, hostname } = new URL(full);
  // A name without a dot is a typing error or a machine that no recipient can reach.
  return ["http:", "https:"].includes(protocol) && hostname.includes(".") && !hostname.endsWith(".") ? full : null;
}
