/** The browser's and the system's names in a user agent, as their user knows them; null where neither is recognised. */
export function describeAgent(agent: string | null): { browser: string; system: string } | null {
  if (!agent) return null;
  const browser = first(browsers, agent);
  const system = first(systems, agent);
  return browser && system ? { browser, system } : null;
}

// In this order: each contains the names below it as well.
const browsers: [name: string, sign: RegExp][] = [
  ["Edge", /\bEdg(A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(Headless)?(Chrome|CriOS)\//],
  ["Safari", /\bSafari\//],
];
const systems: [name: string, sign: RegExp][] = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMacintosh\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

const first = (known: [string, RegExp][], agent: string) => known.find(([, sign]) => sign.test(agent))?.[0];
