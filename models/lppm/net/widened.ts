import { isFlow, type Member } from './network.ts';

/** A net that also takes features in front of its own and behind them, and makes nothing of these. */
export function widened(member: Member, before: number, after: number): Member {
  if (before === 0 && after === 0) return member;
  const padded = (table: Float32Array, width: number): Float32Array => {
    const wide = new Float32Array(table.length + (before + after) * width);
    wide.set(table, before * width);
    return wide;
  };
  if (isFlow(member)) return { ...member, stateTable: padded(member.stateTable, member.sizes.state) };
  const width = member.hidden === 0 ? member.outputs : member.hidden;
  return { ...member, inputs: before + member.inputs + after, embedding: padded(member.embedding, width) };
}
