/** The library ships no types; this is the part of it that is used. */
declare module 'ml-cart' {
  interface Options {
    readonly gainFunction?: 'gini';
    readonly splitFunction?: 'mean';
    readonly minNumSamples?: number;
    readonly maxDepth?: number;
    readonly gainThreshold?: number;
  }
  export class DecisionTreeClassifier {
    constructor(options?: Options);
    train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
    predict(rows: readonly (readonly number[])[]): number[];
    toJSON(): unknown;
    static load(model: unknown): DecisionTreeClassifier;
  }
  export class DecisionTreeRegression {
    constructor(options?: unknown);
    train(rows: readonly (readonly number[])[], values: readonly number[]): void;
    predict(rows: readonly (readonly number[])[]): number[];
    toJSON(): unknown;
    static load(model: unknown): DecisionTreeRegression;
  }
}
