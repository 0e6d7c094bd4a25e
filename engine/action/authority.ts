import type { Message, Provenance } from '../core/message.ts';
import type { BlastRadius, ToolDefinition } from '../core/tool-definition.ts';

/** On whose behalf something is done, and what that allows. */
export interface Authority {
  readonly caller: string;
  /** The largest blast radius that the caller may cause. */
  readonly allows: BlastRadius;
  /** Where the words came from that led to the call. */
  readonly provenance: readonly Provenance[];
}

const size: Readonly<Record<BlastRadius, number>> = { read: 0, reversible: 1, irreversible: 2 };

/** An unknown tool counts as irreversible. */
export function radiusOf(definition: ToolDefinition | undefined): BlastRadius {
  return definition?.blastRadius ?? 'irreversible';
}

/** The authority that a message carries. A message without parts carries none of its own. */
export function authorityOf(message: Message, caller: string, allows: BlastRadius): Authority {
  return { caller, allows, provenance: [...new Set(message.parts.map((part) => part.provenance))] };
}

/**
 * Why a tool may not be called with this authority; null where it may. Reading needs no words of the caller; a
 * reversible change needs some; what cannot be undone needs the caller's words and nothing else beside them, so that
 * adding text from tools, documents or models never enlarges what may be done.
 */
export function objectionTo(radius: BlastRadius, authority: Authority): string | null {
  const { allows, caller, provenance } = authority;
  if (size[radius] > size[allows]) return `${caller} may cause ${allows} effects at most`;
  if (radius === 'read') return null;
  if (!provenance.includes('caller')) return `only the caller's own words may ask for it, not ${describe(provenance)}`;
  const foreign = provenance.filter((source) => source !== 'caller');
  if (radius === 'irreversible' && foreign.length > 0) return `the request is mixed with ${describe(foreign)}`;
  return null;
}

function describe(provenance: readonly Provenance[]): string {
  return provenance.length === 0 ? 'an empty message' : `text of ${provenance.join(' and ')} provenance`;
}
