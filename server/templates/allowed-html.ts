/** What of HTML mail programs show, and what is kept of a layout's. Everything else is removed. */

/** Elements of the document around the content: read apart, and written anew. */
export const documentTags: ReadonlySet<string> = new Set(["html", "head", "body", "title", "meta", "style"]);

export const allowedTags: readonly string[] =
  "a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr".split(
    " ",
  );

/** Elements that go with everything in them; of others only the tags go. */
export const contentRemoved: readonly string[] =
  "script style title textarea option select xmp noscript noembed noframes iframe object embed applet template svg math audio video canvas".split(
    " ",
  );

export const allowedAttributes: Readonly<Record<string, readonly string[]>> = {
  "*": "align aria-hidden aria-label bgcolor class dir height id lang role style title valign width".split(" "),
  a: ["href", "name", "rel", "target"],
  blockquote: ["cite"],
  col: ["span"],
  colgroup: ["span"],
  font: ["color", "face", "size"],
  hr: ["color", "noshade", "size"],
  img: ["alt", "border", "src"],
  li: ["value"],
  ol: ["reversed", "start", "type"],
  table: ["border", "cellpadding", "cellspacing", "rules", "summary"],
  td: ["abbr", "colspan", "headers", "nowrap", "rowspan", "scope"],
  th: ["abbr", "colspan", "headers", "nowrap", "rowspan", "scope"],
  ul: ["type"],
};

export const isAllowedAttribute = (tag: string, name: string): boolean =>
  allowedAttributes["*"]?.includes(name) === true ||
  (Object.hasOwn(allowedAttributes, tag) && allowedAttributes[tag]?.includes(name) === true);

/** Attributes in which a recipient's value may stand. */
export const openAttributes: ReadonlySet<string> = new Set(["href", "src", "alt", "title", "aria-label"]);

/** Schemes of links; images are https, or http with a warning. */
export const linkSchemes: readonly string[] = ["http", "https", "mailto", "tel"];

const properties: ReadonlySet<string> = new Set(
  (
    "background background-color background-image background-position background-repeat background-size " +
    "border border-bottom border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-left-radius border-top-right-radius border-top-style border-top-width border-width " +
    "box-shadow box-sizing caption-side clear color color-scheme direction display empty-cells float font font-family font-size font-stretch font-style font-variant font-weight " +
    "height hyphens letter-spacing line-height list-style list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width " +
    "opacity outline outline-color outline-offset outline-style outline-width overflow overflow-wrap overflow-x overflow-y padding padding-bottom padding-left padding-right padding-top " +
    "supported-color-schemes table-layout text-align text-decoration text-decoration-color text-decoration-line text-decoration-style text-indent text-overflow text-size-adjust text-transform " +
    "unicode-bidi vertical-align visibility white-space width word-break word-spacing word-wrap " +
    "-ms-interpolation-mode -ms-text-size-adjust -webkit-font-smoothing -webkit-text-size-adjust mso-hide mso-line-height-rule mso-padding-alt mso-table-lspace mso-table-rspace"
  ).split(" "),
);

const withPictures: ReadonlySet<string> = new Set(["background", "background-image"]);
/** Escapes could spell any of the others. */
const refusedInStyles = /[\\<>{}@]|expression|javascript|vbscript|data:|behaviou?r|-moz-binding|image-set|src\(/i;

/** Whether a declaration is kept: its property is one that mail programs know, and its value loads nothing but a picture. */
export function isKeptDeclaration(property: string, value: string): boolean {
  const name = property.toLowerCase();
  if (!properties.has(name) || refusedInStyles.test(value)) return false;
  const urls = value.match(/url/gi)?.length ?? 0;
  const pictures = value.match(/\burl\(\s*(["']?)https?:\/\/[^\s"'()]+\1\s*\)/gi)?.length ?? 0;
  return urls === pictures && (urls === 0 || withPictures.has(name));
}
