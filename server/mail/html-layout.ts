/** The layout of HTML mails, and the plain text of one that has only HTML. */
import { escapeHtml } from "../kit/public-page.ts";

/** What a mail may show beside its text. */
export interface MailLayout {
  language: string;
  title: string;
  /** The mail's own HTML. */
  body: string;
  /** The address of a picture. */
  logo?: { url: string; name: string };
  /** Of the button and links, like #0b5fff. */
  color?: string;
  button?: { text: string; url: string };
  /** At the foot, such as the business's address; line breaks are kept. */
  footer?: string;
}

const usualColor = "#1d4ed8";

/** A whole HTML document: one column of 600 pixels with styles in place, since mail programs drop style sheets. */
export function layOut({ language, title, body, logo, color, button, footer }: MailLayout): string {
  const main = color !== undefined && /^#[0-9a-f]{3}([0-9a-f]{3})?$/i.test(color) ? color : usualColor;
  const parts = [
    logo &&
      `<p style="margin:0 0 24px"><img src="${escapeHtml(logo.url)}" alt="${escapeHtml(logo.name)}" height="40" style="display:block;border:0"></p>`,
    `<div>${body}</div>`,
    button &&
      `<p style="margin:24px 0"><a href="${escapeHtml(button.url)}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:${main};color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(button.text)}</a></p>`,
    footer &&
      `<p style="margin:32px 0 0;font-size:13px;color:#555555">${escapeHtml(footer).replaceAll("\n", "<br>")}</p>`,
  ];
  return `<!doctype html>
<html lang="${escapeHtml(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px 12px;background:#f4f4f5"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff;border-radius:8px"><tr><td style="padding:32px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Arial,sans-serif;color:#18181b">
${parts.filter(Boolean).join("\n")}
</td></tr></table>
</td></tr></table></body></html>
`;
}

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** The readable text of HTML: blocks become lines, links show their address, everything else goes. */
export function plainTextOf(html: string): string {
  const text = html
    .replace(/<!--[^]*?-->|<(style|script|head|title)\b[^]*?<\/\1\s*>/gi, "")
    .replace(/\s+/g, " ")
    .replace(
      /<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([^]*?)<\/a\s*>/gi,
      (_, double, single, inner: string) => {
        const [to, name] = [(double ?? single ?? "").trim(), inner.replace(/<[^>]*>/g, "").trim()];
        return to === "" || to === name ? name : `${name} (${to})`;
      },
    )
    .replace(/<li\b[^>]*>/gi, "\n- ")
    .replace(/<br\b[^>]*>/gi, "\n")
    .replace(/<\/?(p|div|h[1-6]|ul|ol|table|tr|blockquote|hr)\b[^>]*>/gi, "\n\n")
    .replace(/<[^>]*>/g, "")
    .replace(
      /&(#\d+|#x[0-9a-f]+|[a-z]+);/gi,
      (whole, name: string) => named[name.toLowerCase()] ?? numbered(name) ?? whole,
    );
  const lines = text.split("\n").map((line) => line.replace(/[^\S\n]+/g, " ").trim());
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

function numbered(name: string): string | null {
  if (!name.startsWith("#")) return null;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : null;
}
