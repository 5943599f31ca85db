/** A workspace's own keywords to opt out, opt in and ask for help. */
import type { Workspace } from "../../contract/accounts.ts";
import {
  type Keyword,
  type KeywordChanges,
  type KeywordProblem,
  type KeywordSets,
  keywordChanges,
  keywordProblem,
  keywordSets,
  longestKeyword,
} from "../../rules/keyword-sets.ts";
import { tellsHowToStop } from "../../rules/opt-out-text.ts";
import { invalid } from "../kit/errors.ts";

/** The workspace's texts that name keywords. */
type Texts = Pick<Workspace, "opt_out_text" | "help_text" | "opt_in_confirmation">;

/** The keyword changes to store for a workspace after `given`. 422 names the keywords that are invalid or required. */
export function changedKeywords(before: KeywordSets, given: Partial<KeywordSets>, texts: Texts): KeywordChanges | null {
  const wanted = { ...before, ...given };
  const problem = keywordProblem(wanted);
  if (problem) throw invalid(problem.code, sentences[problem.code](problem), `keywords.${problem.kind}`, problem.words);
  const changes = keywordChanges(wanted);
  const after = keywordSets(changes);
  for (const text of [texts.opt_out_text, texts.help_text, texts.opt_in_confirmation]) {
    if (!tellsHowToStop(text, before) || tellsHowToStop(text, after)) continue;
    const gone = before.stop.filter((word) => !after.stop.includes(word));
    const message = `"${text}" tells people to reply with a word that would no longer opt them out. Change that text first.`;
    throw invalid("keyword_in_use", message, "keywords.stop", gone);
  }
  return changes;
}

const kinds: Record<Keyword, string> = { stop: "opt out", start: "opt in", help: "ask for help" };

const sentences: Record<KeywordProblem["code"], (problem: KeywordProblem) => string> = {
  keyword_required: ({ kind, words }) => `${words.join(", ")} must stay a keyword to ${kinds[kind]}.`,
  keyword_twice: ({ words }) => `${words.join(", ")} cannot mean two things: remove it from the other keywords first.`,
  invalid_keyword: ({ words }) =>
    `${words.map((word) => JSON.stringify(word)).join(", ")} is not a valid keyword: 1 to ${longestKeyword} letters and digits.`,
};
