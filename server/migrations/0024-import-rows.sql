-- Rows of a file are numbered as a spreadsheet numbers them: headings and empty rows are counted.

-- How many rows of people were read. imports.rows is the number of the last one, up to which they are merged; null: of an
-- import from before this, whose rows were counted from the first below the headings.
alter table imports add column data_rows bigint;
