import type { Draw } from './draw.ts';

const statements = `
SELECT ‹field›, ‹field› FROM ‹table› WHERE ‹field› «=¦>¦<¦<>¦>=» ‹value›‹tail›
SELECT * FROM ‹table› «WHERE ‹field› = ‹value›‹tail›¦LIMIT ‹#100›¦ORDER BY ‹field› DESC»
SELECT COUNT(*) FROM ‹table› WHERE ‹field› «LIKE '%‹word›%'¦IS NOT NULL¦IN (‹#9›, ‹#99›, ‹#999›)¦BETWEEN ‹#20› AND ‹#900›»
SELECT «AVG¦SUM¦MIN¦MAX»(‹field›) AS ‹field›_‹#9› FROM ‹table› GROUP BY ‹field› HAVING COUNT(*) > ‹#30›
SELECT a.‹field›, b.‹field› FROM ‹table› a «JOIN¦LEFT JOIN¦INNER JOIN» ‹table› b ON a.id = b.‹noun›_id WHERE b.‹field› = ‹value›‹tail›
SELECT DISTINCT ‹field› FROM ‹table› ORDER BY ‹field› «ASC¦DESC» LIMIT ‹#50› OFFSET ‹#200›
INSERT INTO ‹table› (‹field›, ‹field›) VALUES (‹value›, ‹value›), (‹value›, ‹value›)
UPDATE ‹table› SET ‹field› = ‹value› WHERE id = ‹#9000›
DELETE FROM ‹table› WHERE ‹field› < ‹value›
CREATE TABLE ‹table›_‹#9› (id «SERIAL PRIMARY KEY¦INT AUTO_INCREMENT PRIMARY KEY¦INTEGER PRIMARY KEY¦BIGINT IDENTITY(1,1)», ‹field› VARCHAR(‹#200›) NOT NULL, ‹field› «DECIMAL(10,2)¦TIMESTAMP DEFAULT now()¦BOOLEAN¦DATE»)
ALTER TABLE ‹table› «ADD COLUMN ‹field› TEXT¦DROP COLUMN ‹field›¦RENAME COLUMN ‹field› TO ‹field›_‹#9›»
CREATE «UNIQUE ¦»INDEX idx_‹table›_‹field› ON ‹table› (‹field›, ‹field›)
WITH recent AS (SELECT * FROM ‹table› WHERE created_at > now() - interval '‹#30› days') SELECT ‹field›, count(*) FROM recent GROUP BY 1
SELECT ‹field›, ROW_NUMBER() OVER (PARTITION BY ‹field› ORDER BY ‹field› DESC) AS rank_‹#9› FROM ‹table›
SELECT TOP ‹#50› [‹field›], [‹field›] FROM [dbo].[‹table›] WHERE [‹field›] = ‹value›
SELECT \`‹field›\`, \`‹field›\` FROM \`‹table›\` WHERE \`‹field›\` = ‹value› LIMIT ‹#40›
SELECT ‹field› FROM ‹table› WHERE ‹field› = (SELECT MAX(‹field›) FROM ‹table›)
SELECT ‹field› FROM ‹table› WHERE EXISTS (SELECT 1 FROM ‹table› x WHERE x.‹noun›_id = ‹table›.id AND x.‹field› > ‹#70›)
SELECT CASE WHEN ‹field› > ‹#100› THEN 'high' ELSE 'low' END AS level, COUNT(*) FROM ‹table› GROUP BY level
DROP TABLE IF EXISTS ‹table›_«old¦tmp¦backup»
TRUNCATE TABLE ‹table›
EXPLAIN ANALYZE SELECT ‹field› FROM ‹table› WHERE ‹field› = ‹value›
GRANT SELECT, INSERT ON ‹table› TO ‹user›
BEGIN; UPDATE ‹table› SET ‹field› = ‹field› - ‹#90› WHERE id = ‹#900›; COMMIT
CREATE VIEW ‹adjective›_‹table› AS SELECT ‹field›, ‹field› FROM ‹table› WHERE ‹field› IS NOT NULL
INSERT INTO ‹table› SELECT * FROM ‹table›_archive WHERE ‹field› > ‹#80› ON CONFLICT (id) DO NOTHING
MERGE INTO ‹table› t USING ‹table› s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.‹field› = s.‹field›
SHOW TABLES LIKE '‹noun›%'
DESCRIBE ‹table›
PRAGMA table_info(‹table›)
VACUUM ANALYZE ‹table›
COPY ‹table› TO '‹dir›/‹stem›.csv' WITH (FORMAT csv, HEADER)
`
  .trim()
  .split('\n');

const values = [
  '‹#9000›',
  "'‹city›'",
  "'‹last›'",
  "'2026-0‹#9›-1‹#9›'",
  '‹#99›.‹#99›',
  "'‹adjective›'",
  'true',
  'NULL',
  "'‹company›'",
];
const tails = [
  '',
  '',
  ' AND ‹field› = ‹#50›',
  " OR ‹field› = '‹city›'",
  ' ORDER BY ‹field›',
  ' LIMIT ‹#100›',
  " AND ‹field› LIKE '‹first›%'",
];
const clause = / (FROM|WHERE|GROUP BY|ORDER BY|HAVING|LIMIT|LEFT JOIN|INNER JOIN|JOIN|SET|VALUES) /g;
const keyword =
  /\b(SELECT|FROM|WHERE|AND|OR|ORDER BY|GROUP BY|HAVING|LIMIT|JOIN|LEFT|INNER|ON|AS|INSERT INTO|VALUES|UPDATE|SET|DELETE|COUNT|AVG|SUM|MIN|MAX|DESC|ASC|IN|LIKE|DISTINCT)\b/g;

/** One SQL statement in one of several dialects, in upper or lower case, on one line or many. */
export function query(draw: Draw): string {
  const filled = draw
    .pick(statements)
    .replace(/‹(value|tail)›/g, (_, name: string) => draw.pick(name === 'value' ? values : tails));
  let text = draw.phrase(filled);
  if (draw.chance(0.25)) text = text.replace(clause, (_, word: string) => `\n${word} `);
  if (draw.chance(0.35)) text = text.replace(keyword, (word) => word.toLowerCase());
  if (draw.chance(0.6)) text += ';';
  if (draw.chance(0.05)) text = `-- ${draw.phrase('‹plural› by ‹field›')}\n${text}`;
  return text;
}
