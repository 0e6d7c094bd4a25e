import type { Conversation } from '../../engine/core/conversation.ts';

/** Chat clients allow no dots in the names of tools: `shell.run` becomes `shell_run`, in calls and offers alike. */
export function withPlainTools(conversation: Conversation): Conversation {
  const plain = JSON.stringify(conversation).replace(/"(shell|sql|code|mcp|functions|slash|files)\./g, '"$1_');
  return JSON.parse(plain) as Conversation;
}
