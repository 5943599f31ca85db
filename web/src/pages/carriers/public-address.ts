/** Why the world may not reach a webhook at this address: nothing there but this machine or network, or no encryption. */
export function addressFault(url: string): "private" | "plain" | null {
  const { protocol, hostname } = new URL(url);
  const isPrivate =
    hostname === "localhost" ||
    /\.(localhost|local|internal|test|example|invalid)$/.test(hostname) ||
    !/[.:]/.test(hostname) ||
    /^(127|10|0)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(
      hostname,
    ) ||
    /^\[(::1?|f[cd].*|fe[89ab].*)\]$/.test(hostname);
  if (isPrivate) return "private";
  return protocol === "https:" ? null : "plain";
}
