/** Small pages for recipients of texts and mails: plain HTML without scripts, which also work in old browsers. */
import { hash } from "node:crypto";
import { Language } from "../../contract/shapes.ts";
import { escapeHtml } from "../../rules/escape-html.ts";

const style =
  "body{margin:0;font:18px/1.5 system-ui,sans-serif;color:#18181b;background:#f4f4f5}main{max-width:32rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:8px}h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}h2{margin:1.5rem 0 .25rem;font-size:1.125rem}p{margin:.5rem 0 1rem;overflow-wrap:anywhere}fieldset{margin:0 0 1rem;padding:0;border:0}legend{padding:0;font-weight:600}label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}input{width:1.25rem;height:1.25rem;margin:0;accent-color:#1d4ed8}button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;border:1px solid #1d4ed8;border-radius:6px;color:#fff;background:#1d4ed8;cursor:pointer}button.plain{color:#1d4ed8;background:#fff}a{color:#1d4ed8}a.button{display:inline-block;box-sizing:border-box;min-height:2.75rem;padding:.5rem 1.25rem;border:1px solid #1d4ed8;border-radius:6px;font-weight:600;text-decoration:none;color:#fff;background:#1d4ed8}dl{margin:0 0 1.5rem}dt{color:#52525b;font-size:1rem}dd{margin:0 0 1rem;overflow-wrap:anywhere;white-space:pre-line}ul{margin:0 0 1rem;padding:0;list-style:none}li{padding:.75rem 0;border-top:1px solid #e4e4e7;overflow-wrap:anywhere}li a{display:block;padding:.25rem 0;font-weight:600}a[href^=tel]{white-space:nowrap}.off,.note{padding:.75rem 1rem;border-radius:6px;background:#fee2e2}.note{background:#fef3c7}span.off{display:inline-block;padding:0 .5rem}:focus-visible{outline:3px solid #60a5fa;outline-offset:2px}[role=status]{padding:.75rem 1rem;border-radius:6px;background:#dcfce7}hr{margin:1.5rem 0;border:0;border-top:1px solid #e4e4e7}@media (prefers-color-scheme:dark){body{color:#f4f4f5;background:#09090b}main{background:#18181b}button.plain{color:#93c5fd;background:#18181b;border-color:#93c5fd}a{color:#93c5fd}dt{color:#a1a1aa}li{border-color:#3f3f46}.off{background:#7f1d1d}.note{background:#713f12}[role=status]{background:#14532d}hr{border-color:#3f3f46}}@media (max-width:34rem){main{margin:0;min-height:100vh;border-radius:0;box-sizing:border-box}}";

/** Allows such a page its own style, and its form. */
export const publicPagePolicy = `default-src 'none'; style-src 'sha256-${hash("sha256", style, "base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Of a page that is one person's, and whose address is a secret. */
export const privatePageHeaders = {
  "cache-control": "no-store",
  "x-robots-tag": "noindex, nofollow",
  "referrer-policy": "no-referrer",
  "content-security-policy": publicPagePolicy,
};

/** A whole page; `body` is HTML, `title` is not. */
export function publicPage(language: Language, title: string, body: string): string {
  const heading = escapeHtml(title);
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>${heading}</title><style>${style}</style></head><body><main><h1>${heading}</h1>${body}</main></body></html>`;
}

/** The best of our languages for an Accept-Language header; null where it asks for none of them. */
export function acceptedLanguage(header: string | undefined): Language | null {
  const asked = (header ?? "")
    .slice(0, 500)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
      return { tag: tag.split("-")[0] ?? "", weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { tag } of asked) {
    const found = Language.safeParse(tag === "no" || tag === "nn" ? "nb" : tag);
    if (found.success) return found.data;
  }
  return null;
}
