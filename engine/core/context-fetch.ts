/**
 * Name of the tool by which an LLM reads what the context holds back behind a handle. It is offered only where something
 * is held back, and what it brought is no habit that a cheap tier should learn.
 */
export const contextFetch = 'context.fetch';
