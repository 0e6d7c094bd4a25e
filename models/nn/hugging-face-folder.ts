import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Network, Parameters } from './operations.ts';
import { buildServedGraph } from './tape.ts';
import { trace } from './tracer.ts';

/** Paths inside the folder, as transformers.js looks for them. */
export const folderFiles = {
  config: 'config.json',
  tokenizer: 'tokenizer.json',
  tokenizerConfig: 'tokenizer_config.json',
  model: 'onnx/model.onnx',
} as const;

/** Sizes that readers of the folder want to know. */
export interface EncoderSizes {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Width inside the feed-forward part. */
  readonly inner: number;
  /** Most tokens of a text, marks included. */
  readonly positions: number;
}

export interface HuggingFaceFolder {
  /**
   * Inputs `input_ids` and `attention_mask`, int64 [batch, tokens]. Output `last_hidden_state` [batch, tokens, width]
   * for feature extraction, `logits` [batch, labels] for text classification; others stay out of the file.
   */
  readonly network: Network;
  readonly parameters: Parameters;
  readonly sizes: EncoderSizes;
  /** Content of `tokenizer.json` (`Wordpiece.toJson`). */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** Names of the classes; given for text classification only. */
  readonly labels?: readonly string[];
  /** Further entries of `config.json`, under our own key `thought_engine`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Writes a model as a folder that `@huggingface/transformers` loads (`pipeline('feature-extraction', folder)` or
 * `pipeline('text-classification', folder)`). It calls itself a BERT: that is the family whose inputs it shares.
 * @returns names of the files, relative to the folder
 * @throws SHAPE_MISMATCH where inputs are not what readers will feed; NOT_FOUND where the output is missing
 */
export async function writeHuggingFaceFolder(folder: string, content: HuggingFaceFolder): Promise<string[]> {
  const output = content.labels === undefined ? 'last_hidden_state' : 'logits';
  const allowed = ['input_ids', 'attention_mask'];
  for (const { name, type } of trace(content.network, { training: false, wanted: [output] }).inputs) {
    if (allowed.includes(name) && type === 'int64') continue;
    throw new EngineError('SHAPE_MISMATCH', {
      what: 'inputs of a Hugging Face encoder',
      expected: 'int64 input_ids and attention_mask',
      actual: `${type} ${name}`,
    });
  }
  const model = buildServedGraph(content.network, content.parameters, { wanted: [output] });
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, folderFiles.config), json(config(content)));
  await writeFile(join(folder, folderFiles.tokenizer), json(content.tokenizer));
  await writeFile(join(folder, folderFiles.tokenizerConfig), json(tokenizerConfig(content.sizes.positions)));
  await writeFile(join(folder, folderFiles.model), model);
  return Object.values(folderFiles);
}

/** What `extra` held when the folder was written. @throws ARTEFACT_CORRUPT */
export async function readExtra(folder: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const parsed = JSON.parse(await readFile(join(folder, folderFiles.config), 'utf8')) as Record<string, unknown>;
    return (parsed['thought_engine'] ?? {}) as Record<string, unknown>;
  } catch (error) {
    const detail = { id: folder, detail: `${folderFiles.config}: ${messageOf(error)}` };
    throw new EngineError('ARTEFACT_CORRUPT', detail, { cause: error });
  }
}

function config(content: HuggingFaceFolder): Readonly<Record<string, unknown>> {
  const { sizes, labels, extra } = content;
  return {
    architectures: [labels === undefined ? 'BertModel' : 'BertForSequenceClassification'],
    model_type: 'bert',
    vocab_size: sizes.vocabulary,
    hidden_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    intermediate_size: sizes.inner,
    hidden_act: 'gelu',
    max_position_embeddings: sizes.positions,
    layer_norm_eps: 1e-5,
    pad_token_id: 0,
    ...(labels && {
      id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    }),
    ...(extra && { thought_engine: extra }),
  };
}

/** Without this file transformers.js fails with "this.tokenizer is not a function". */
function tokenizerConfig(positions: number): Readonly<Record<string, unknown>> {
  return {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: positions,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
    model_input_names: ['input_ids', 'attention_mask'],
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
