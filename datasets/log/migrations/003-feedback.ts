import type { Migration } from './migration.ts';

/**
 * `judgements` says of a decision whether it was right, from the most trusted and then newest word about it: a word on
 * this very decision, a word on what settled the message, the right outcome of the message, the right label of the tier.
 */
export const feedback: Migration = {
  name: '003-feedback',
  async up(execute) {
    await execute(`CREATE TABLE feedback (
      id VARCHAR NOT NULL, "time" TIMESTAMP NOT NULL, conversation VARCHAR NOT NULL, message VARCHAR NOT NULL,
      decision VARCHAR, tier VARCHAR, correct BOOLEAN, label VARCHAR, outcome JSON, outcome_key VARCHAR,
      source VARCHAR NOT NULL, confidence DOUBLE NOT NULL, note VARCHAR, sequence BIGINT NOT NULL)`);
    await execute(`CREATE VIEW judgements AS
      SELECT decision, correct, source, feedback FROM (
        SELECT d.id AS decision, f.id AS feedback, f.source, f."time", f.sequence, CASE
          WHEN f.decision = d.id AND f.correct IS NOT NULL THEN f.correct
          WHEN f.decision IS NULL AND f.tier IS NULL AND f.correct IS NOT NULL AND d.settled AND NOT d.shadow
            THEN f.correct
          WHEN f.outcome_key IS NOT NULL AND d.outcome_key IS NOT NULL THEN d.outcome_key = f.outcome_key
          WHEN f.label IS NOT NULL AND d.label IS NOT NULL AND f.tier = d.tier THEN d.label = f.label
          END AS correct
        FROM decisions d JOIN feedback f ON f.message = d.message)
      WHERE correct IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY decision ORDER BY
        list_position(['human', 'tool', 'verifier', 'teacher', 'implicit'], source), "time" DESC, sequence DESC) = 1`);
  },
  async down(execute) {
    await execute('DROP VIEW judgements');
    await execute('DROP TABLE feedback');
  },
};
