/** Log-linear choice among candidates with hashed features: few weights, learned one choice at a time. */

const bits = 20;
const mask = (1 << bits) - 1;
const firstSquare = 10;
const learningRate = 0.05;
/** Pull of every used weight to zero, per step. */
const decay = 1e-4;

export class Ranker {
  readonly weights: Float32Array;
  #squares: Float32Array | null = null;

  constructor(weights: Float32Array = new Float32Array(1 << bits)) {
    this.weights = weights;
  }

  /** Probability of each candidate; `temperature` above 1 makes the choice less sure. */
  shares(candidates: readonly (readonly number[])[], temperature = 1): Float64Array {
    const shares = new Float64Array(candidates.length);
    let top = -Infinity;
    for (let item = 0; item < candidates.length; item += 1) {
      let score = 0;
      for (const hash of candidates[item] as readonly number[]) score += this.weights[hash & mask] as number;
      shares[item] = score;
      top = Math.max(top, score);
    }
    let sum = 0;
    for (let item = 0; item < shares.length; item += 1) {
      const share = Math.exp(((shares[item] as number) - top) / temperature);
      shares[item] = share;
      sum += share;
    }
    for (let item = 0; item < shares.length; item += 1) shares[item] = (shares[item] as number) / sum;
    return shares;
  }

  /** One Adagrad step towards the right candidate; returns the loss in nats. */
  learn(candidates: readonly (readonly number[])[], right: number): number {
    const squares = (this.#squares ??= new Float32Array(this.weights.length).fill(firstSquare));
    const shares = this.shares(candidates);
    for (let item = 0; item < candidates.length; item += 1) {
      const slope = (shares[item] as number) - (item === right ? 1 : 0);
      if (Math.abs(slope) < 1e-4) continue;
      for (const hash of candidates[item] as readonly number[]) {
        const place = hash & mask;
        const change = slope + decay * (this.weights[place] as number);
        const square = (squares[place] as number) + change * change;
        squares[place] = square;
        this.weights[place] = (this.weights[place] as number) - (learningRate * change) / Math.sqrt(square);
      }
    }
    return -Math.log((shares[right] as number) + 1e-12);
  }

  /** Frees what only learning needs. */
  settle(): void {
    this.#squares = null;
  }
}
