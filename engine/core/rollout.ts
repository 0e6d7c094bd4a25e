/** How far a challenger has come, and what speaks for and against it. */
export interface RolloutStatus {
  readonly role: string;
  readonly bundle: string;
  readonly champion: string;
  /** Of the role's conversations that it answers, in [0, 1]; 0: it is asked, and has no effect. */
  readonly share: number;
  /** Milliseconds since 1970-01-01 UTC at which it got this share. */
  readonly since: number;
  /** Messages that both were asked about: all, and since it has this share. */
  readonly pairs: number;
  readonly pairsHere: number;
  /** Pairs in which they would have done different things. */
  readonly disagreements: number;
  /** Of these judged: won and lost by the challenger. */
  readonly wins: number;
  readonly losses: number;
  /** Of these, those of which nobody can tell who was right. */
  readonly unjudged: number;
  /** E-values: 1 at the beginning; rolled back at `harmAt`, promoted at `goodAt`. */
  readonly harm: number;
  readonly harmAt: number;
  readonly good: number;
  readonly goodAt: number;
  /** One sentence: what it waits for. */
  readonly waitsFor: string;
}

/** When a challenger may take over. */
export interface RolloutSettings {
  /** Largest loss in the share of wrongly settled messages that is put up with, in (0, 1). */
  readonly margin: number;
  /** Messages that a challenger sees at each share at least. */
  readonly messages: number;
  /** Of the messages that only one of the two settles, or both differently: share that the LLM judges, in (0, 1]. */
  readonly audit: number;
  /** Days after which a trial without a result ends; the champion stays. */
  readonly days: number;
}
