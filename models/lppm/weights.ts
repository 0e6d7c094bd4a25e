import type { Member } from './net/network.ts';
import type { DefinedProcesses } from './definitions/defined.ts';
import type { ScriptOrder } from './following/script-order.ts';
import type { KnownTexts } from './encoding/known-texts.ts';
import type { PlattMap } from './certainty/platt.ts';
import type { Script } from './script.ts';
import type { EncoderPlace } from './encoding/sentence-encoder.ts';
import type { Surety } from './certainty/surety.ts';
import type { TrustMap } from './certainty/trust.ts';
import type { ArgumentFiller } from './values/filler.ts';
import type { Vocabulary } from './encoding/vocabulary.ts';

/** The learned order of questions, and how sure it is in a given state. */
export interface Following {
  readonly order: ScriptOrder;
  /** Null where too little was held out to say: then nothing is followed. */
  readonly surety: Surety | null;
}

/** Temperatures of one member of the ensemble. */
export interface Temperatures {
  readonly step: number;
  readonly process: number;
}

/** How much one member of the ensemble counts. */
export interface Parts {
  readonly step: number;
  readonly process: number;
}

/** How raw confidences become probabilities of being right. */
export interface ActionCalibration {
  readonly step: PlattMap;
  readonly reply: TrustMap;
  readonly call: PlattMap;
  readonly ask: PlattMap;
}

/** Everything a process mapper has learned. */
export interface LppmWeights {
  readonly vocabulary: Vocabulary;
  /** Features of single turns; null where no member reads turn by turn. */
  readonly turnVocabulary: Vocabulary | null;
  /** Classes of the step head, sorted. */
  readonly steps: readonly string[];
  /** Classes of the process head, sorted. */
  readonly processes: readonly string[];
  readonly members: readonly Member[];
  readonly temperatures: readonly Temperatures[];
  /** Part that each member has in the ensemble; they sum to 1. */
  readonly parts: readonly Parts[];
  readonly script: Script;
  readonly known: KnownTexts;
  readonly filler: ArgumentFiller;
  /** Argument that a reply asks for, by step: `tool argument`. */
  readonly asks: Readonly<Record<string, string>>;
  readonly calibration: ActionCalibration;
  /** Scores steps of dialogues; null where too little was held out, or single utterances are read. */
  readonly surety: Surety | null;
  /** Pre-trained encoder whose vectors are features too; null where there is none. */
  readonly encoder: EncoderPlace | null;
  /** Processes known by their definition; null where none was given, or nothing teaches how to follow one. */
  readonly defined: DefinedProcesses | null;
  /** Names of all tools that the log offered, sorted; null where that is unknown. */
  readonly tools: readonly string[] | null;
  /** The order of questions, which is followed where agents skip and swap; null where it is not asked for. */
  readonly following: Following | null;
}

/** What serving needs: the weights without the nets, which stand in the served graph. */
export type ServedWeights = Omit<LppmWeights, 'members'> & {
  readonly members: readonly { readonly outputs: number }[];
};
