/** Types of the parts of sanitize-html 2 that Varsla uses; the library has none. */
declare module "sanitize-html" {
  type Attributes = Record<string, string>;

  interface Options {
    allowedTags: readonly string[];
    allowedAttributes: Record<string, readonly string[]>;
    allowedSchemes: readonly string[];
    allowedEmptyAttributes?: readonly string[];
    allowProtocolRelative: boolean;
    nonTextTags: readonly string[];
    parseStyleAttributes: boolean;
    transformTags: Record<string, (tagName: string, attribs: Attributes) => { tagName: string; attribs: Attributes }>;
  }

  export default function sanitizeHtml(html: string, options: Options): string;
}
