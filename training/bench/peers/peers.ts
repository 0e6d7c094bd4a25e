import { fastText } from './fast-text.ts';
import { linear } from './linear.ts';
import { mlCart } from './ml-cart.ts';
import type { Peer } from './peer.ts';
import { sklearnTree } from './sklearn-tree.ts';

/** Those that can run here, and a line for each that cannot. */
export async function peersHere(): Promise<{ readonly peers: readonly Peer[]; readonly missing: readonly string[] }> {
  const peers: Peer[] = [];
  const missing: string[] = [];
  for (const peer of [linear, mlCart, sklearnTree, fastText]) {
    const reason = await peer.missing();
    if (reason === null) peers.push(peer);
    else missing.push(reason);
  }
  return { peers, missing };
}
