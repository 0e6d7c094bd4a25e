import type { DialogueTurn } from '../../../models/lppm/example.ts';
import type { ProcessDefinition, ProcessExample } from './data.ts';

/** Farewells that every process has, each as good as the others. */
const farewells = /^(goodbye_\d|.*_bye)$/;

/**
 * Steps that the graph allows in a state beside the one that was taken: what follows the last scripted step (after an
 * answer or a result, what follows that), and at the start of a task its greeting and first step.
 */
export function allowedSteps(example: ProcessExample, definition: ProcessDefinition | undefined): Set<string> {
  const allowed = new Set([example.step]);
  if (farewells.test(example.step)) for (const other of ['goodbye_1', 'goodbye_2']) allowed.add(other);
  if (definition === undefined) return allowed;
  const { graph } = definition;
  const last = example.input.turns.at(-1);
  const add = (step: string | undefined): void => {
    if (step !== undefined) allowed.add(step.startsWith('query') ? 'query' : step);
  };
  if (example.previousStep === null) {
    const reached = new Set(Object.values(graph));
    add('hello');
    for (const step of Object.keys(graph))
      if (!reached.has(step) && !/^(yes|no|available|unavailable)$/.test(step)) add(step);
    add(graph.hello);
  } else if (example.previousStep === 'query') {
    add(resultEdge(graph, last));
  } else add(graph[example.previousStep]);
  return allowed;
}

function resultEdge(graph: Readonly<Record<string, string>>, last: DialogueTurn | undefined): string | undefined {
  if (last?.speaker !== 'result') return undefined;
  const text = Object.values(last.values ?? {})
    .join(' ')
    .toLowerCase();
  if (/unavailable|not available|fail|unsuccess|too small|no /.test(text)) return graph.unavailable ?? graph.query;
  return graph.available ?? graph.query ?? graph.query_book ?? graph.query_check;
}
