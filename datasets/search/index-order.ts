import type { Hit, NewText, Search } from './text-index.ts';

/** What the thread of the index can be asked. */
export type IndexOrder =
  | { readonly do: 'add'; readonly texts: readonly NewText[]; readonly notes?: Readonly<Record<string, string>> }
  | { readonly do: 'remove'; readonly source: string; readonly notes?: Readonly<Record<string, string>> }
  | { readonly do: 'search'; readonly search: Search }
  | { readonly do: 'notes'; readonly prefix: string }
  | { readonly do: 'size' }
  | { readonly do: 'close' };

/** Its answer. */
export type IndexAnswer =
  | { readonly hits: readonly Hit[] }
  | { readonly notes: Readonly<Record<string, string>> }
  | { readonly texts: number; readonly bytes: number }
  | { readonly done: true };

export interface NumberedOrder {
  readonly number: number;
  readonly order: IndexOrder;
}

export interface NumberedAnswer {
  readonly number: number;
  readonly answer?: IndexAnswer;
  /** What went wrong, in words. */
  readonly failure?: string;
}
