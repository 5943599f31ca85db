/**
 * A layout of HTML mails that mail programs show alike: one column of at most 600 pixels in tables, with its styles in place, since many
 * programs drop style sheets; the sheet only has what those use that know dark mode.
 */
import { attributeInHtml, textInHtml } from "./html-template.ts";

export interface MailColors {
  /** Behind the column. */
  background: string;
  /** Of the column. */
  panel: string;
  text: string;
  /** Of the button. */
  accent: string;
}

/** What a mail may show beside its own HTML. All of it may have placeholders. */
export interface MailLayout {
  language: string;
  title: string;
  /** The mail's own HTML. */
  body: string;
  /** The address of a picture, and what stands in its place where pictures are not shown. */
  logo?: { url: string; name: string };
  /** Like #0b5fff; anything else counts as not given. */
  colors?: Partial<MailColors>;
  button?: { text: string; url: string };
  /** At the foot, such as the business's name and address; line breaks are kept. */
  footer?: string;
}

const usual: MailColors = { background: "#f4f4f5", panel: "#ffffff", text: "#18181b", accent: "#1d4ed8" };
const font = "font-family:system-ui,-apple-system,'Segoe UI',Arial,sans-serif";

/** The button keeps its colours, so its words keep theirs. */
const darkSheet = (buttonText: string): string =>
  `@media (prefers-color-scheme:dark){.v-back{background:#18181b!important}.v-panel{background:#27272a!important}.v-words{color:#f4f4f5!important}.v-words a{color:#93c5fd!important}.v-words a.v-button{color:${buttonText}!important}.v-quiet{color:#a1a1aa!important}.v-quiet a{color:#a1a1aa!important}}`;

/** A whole HTML document. */
export function layOut({ language, title, body, logo, colors = {}, button, footer }: MailLayout): string {
  const { background, panel, text, accent } = readColors(colors);
  const onButton = readableOn(accent);
  const address = logo && readAddress(logo.url);
  const target = button && readAddress(button.url);
  const rows = [
    address &&
      `<img src="${address}" alt="${attributeInHtml(logo.name)}" height="40" style="display:block;border:0;height:40px;margin:0 0 24px">`,
    `<div>${body}</div>`,
    button &&
      target &&
      `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0"><tr><td align="center" bgcolor="${accent}" style="border-radius:6px;background:${accent}"><a class="v-button" href="${target}" style="display:inline-block;padding:12px 20px;color:${onButton};text-decoration:none;font-weight:600">${attributeInHtml(button.text)}</a></td></tr></table>`,
    footer &&
      `<p class="v-quiet" style="margin:32px 0 0;font-size:13px;line-height:20px;color:#52525b">${textInHtml(footer, {})}</p>`,
  ];
  return `<!doctype html>
<html lang="${attributeInHtml(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${attributeInHtml(title)}</title><style>${darkSheet(onButton)}</style></head>
<body class="v-back" style="margin:0;padding:0;background:${background}"><table class="v-back" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="${background}" style="background:${background}"><tr><td align="center" style="padding:24px 12px">
<table class="v-panel" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="${panel}" style="max-width:600px;background:${panel};border-radius:8px"><tr><td class="v-words" align="left" style="padding:32px;${font};font-size:16px;line-height:24px;color:${text}">
${rows.filter(Boolean).join("\n")}
</td></tr></table>
</td></tr></table></body></html>
`;
}

const color = /^#[0-9a-f]{6}$/i;

function readColors(given: Partial<MailColors>): MailColors {
  const pick = (name: keyof MailColors): string => {
    const value = given[name]?.trim().replace(/^#([0-9a-f])([0-9a-f])([0-9a-f])$/i, "#$1$1$2$2$3$3");
    return value !== undefined && color.test(value) ? value : usual[name];
  };
  return { background: pick("background"), panel: pick("panel"), text: pick("text"), accent: pick("accent") };
}

/** White or nearly black, whichever has more contrast (WCAG 2). */
export function readableOn(background: string): "#ffffff" | "#18181b" {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(background.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const white = 1.05 / (luminance + 0.05);
  const black = (luminance + 0.05) / (0.0103 + 0.05);
  return white >= black ? "#ffffff" : "#18181b";
}

/** An address for an attribute; null for one that is no web page's, unless it is a placeholder. */
function readAddress(url: string): string | null {
  return /^\s*(https?:\/\/|\{\{)/i.test(url) ? attributeInHtml(url.trim()) : null;
}
