import { useTranslations } from "use-intl";
import { countSegments, normaliseText } from "../../../../rules/gsm-segments.ts";
import { keywordKinds, keywordProblem, requiredKeywords } from "../../../../rules/keyword-sets.ts";
import { useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { WorkspaceFields } from "../../components/workspace-fields.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { TextArea, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { KeywordField } from "./keyword-field.tsx";
import { SendingPanel } from "./sending-panel.tsx";

const texts = ["opt_out_text", "help_text", "opt_out_confirmation", "opt_in_confirmation"] as const;

/** The workspace's name, country and automatic replies. */
export function WorkspacePage() {
  const t = useTranslations("settings");
  const sections = useTranslations("frame.sections");
  return (
    <>
      <DocumentTitle>{sections("workspace")}</DocumentTitle>
      <PageHeader title={sections("workspace")} description={t("workspaceText")} />
      <div className="flex max-w-2xl flex-col gap-5">
        <General />
        <SendingPanel />
        <Texts />
        <Keywords />
        <Cap />
      </div>
    </>
  );
}

function General() {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const may = useMay();
  const { name, country, time_zone, language } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: { name, country, time_zone, language },
    required: ["name"],
    submit: (body) => save.mutateAsync({ body }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("general")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <WorkspaceFields
          name={form.field("name")}
          country={form.field("country")}
          timeZone={form.field("time_zone")}
          language={form.field("language")}
        />
      </FormShell>
    </Panel>
  );
}

function Texts() {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const may = useMay();
  const { opt_out_text, help_text, opt_out_confirmation, opt_in_confirmation } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: { opt_out_text, help_text, opt_out_confirmation, opt_in_confirmation },
    required: texts,
    submit: (body) => save.mutateAsync({ body }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("texts")} description={t("textsText")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        {texts.map((name) => (
          <TextArea
            key={name}
            label={t(`text.${name}`)}
            hint={t(`textHint.${name}`)}
            aside={<SegmentCount text={form.values[name]} />}
            rows={2}
            {...form.field(name)}
          />
        ))}
      </FormShell>
    </Panel>
  );
}

/** A text's cost, counted by the function that bills it: "148 characters · 1 segment". */
function SegmentCount({ text }: { text: string }) {
  const t = useTranslations("settings");
  const { segments, encoding } = countSegments(normaliseText(text));
  return <>{t("segmentCount", { characters: [...text].length, segments, encoding })}</>;
}

function Keywords() {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const may = useMay();
  const { keywords } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: keywords,
    check: (words) => {
      const problem = keywordProblem(words);
      return problem
        ? { [problem.kind]: t(`keywordProblem.${problem.code}`, { words: problem.words.join(", ") }) }
        : {};
    },
    submit: (words) => save.mutateAsync({ body: { keywords: words } }),
    onSuccess: (saved) => {
      form.reset(saved.keywords);
      toast(ui("saved"));
    },
    explain: useExplain(),
  });
  const readOnly = !may("workspace:write");
  return (
    <Panel title={t("keywords")} description={t("keywordsText")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={readOnly}>
        {keywordKinds.map((kind) => (
          <KeywordField
            key={kind}
            label={t(`keyword.${kind}`)}
            hint={t(`keywordHint.${kind}`)}
            fixed={requiredKeywords[kind]}
            readOnly={readOnly}
            {...form.field(kind)}
          />
        ))}
      </FormShell>
    </Panel>
  );
}

const mostMessages = 1_000;
const mostDays = 90;

/** A whole number up to `most`, null where the text is empty, undefined where it is none. */
function readNumber(typed: string, most: number): number | null | undefined {
  if (typed.trim() === "") return null;
  const number = Number(typed);
  return Number.isInteger(number) && number >= 1 && number <= most ? number : undefined;
}

function Cap() {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const may = useMay();
  const { frequency_cap } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: { messages: frequency_cap?.messages.toString() ?? "", days: frequency_cap?.days.toString() ?? "" },
    check: (typed) => {
      const [messages, days] = [readNumber(typed.messages, mostMessages), readNumber(typed.days, mostDays)];
      return {
        ...(messages === undefined && { messages: t("capMessagesWrong") }),
        ...(days === undefined && { days: t("capDaysWrong") }),
        ...(messages === null && days !== null && { messages: t("capMessagesMissing") }),
        ...(days === null && messages !== null && { days: t("capDaysMissing") }),
      };
    },
    submit: (typed) => {
      const [messages, days] = [readNumber(typed.messages, mostMessages), readNumber(typed.days, mostDays)];
      return save.mutateAsync({ body: { frequency_cap: messages && days ? { messages, days } : null } });
    },
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("cap")} description={t("capText")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t("capMessages")}
            hint={t("capMessagesHint")}
            inputMode="numeric"
            maxLength={4}
            {...form.field("messages")}
          />
          <TextField
            label={t("capDays")}
            hint={t("capDaysHint")}
            inputMode="numeric"
            maxLength={2}
            {...form.field("days")}
          />
        </div>
      </FormShell>
    </Panel>
  );
}
