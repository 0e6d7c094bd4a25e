import type { Migration } from './migration.ts';

export const decisions: Migration = {
  name: '002-decisions',
  async up(execute) {
    await execute(`CREATE TABLE decisions (
      id VARCHAR NOT NULL, message VARCHAR NOT NULL, conversation VARCHAR NOT NULL, role VARCHAR NOT NULL,
      "time" TIMESTAMP NOT NULL, tier VARCHAR NOT NULL, settled BOOLEAN NOT NULL, outcome JSON, outcome_key VARCHAR,
      label VARCHAR, confidence DOUBLE, threshold DOUBLE, reason VARCHAR NOT NULL, model VARCHAR,
      evidence JSON NOT NULL, choices JSON NOT NULL, propensity DOUBLE NOT NULL, latency_us DOUBLE NOT NULL,
      cost_usd DOUBLE NOT NULL, shadow BOOLEAN NOT NULL, sequence BIGINT NOT NULL)`);
  },
  async down(execute) {
    await execute('DROP TABLE decisions');
  },
};
