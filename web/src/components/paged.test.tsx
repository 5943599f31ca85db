import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, test } from "vitest";
import { ui } from "../locales/en/ui.ts";
import { type Paged, PagedTable } from "./paged.tsx";

test("an empty page that is not the last offers the next one", () => {
  const shown = (hasNextPage: boolean) =>
    renderToStaticMarkup(
      <IntlProvider locale="en" timeZone="UTC" messages={{ ui }}>
        <PagedTable
          label="Phones"
          found={{ data: { pages: [{ items: [] }] }, error: null, hasNextPage } as unknown as Paged<{ id: string }>}
          rowId={(row) => row.id}
          columns={[]}
          empty="None"
        />
      </IntlProvider>,
    );
  expect(shown(true)).toContain(ui.showMore);
  expect(shown(false)).toBe("None");
});
