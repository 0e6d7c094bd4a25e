import { z } from 'zod';
import type { Tool, ToolArguments } from '../../engine/action/tool.ts';
import type { BlastRadius, JsonSchema } from '../../engine/core/tool-definition.ts';
import { explainRoute, feedbackRequest, giveFeedback, routeRequest, type RouteParts } from './gateway/native-routes.ts';
import type { GatewayParts } from './gateway/parts.ts';

/** What Grace's tools need: the same as her HTTP face, and the report. */
export type GraceParts = RouteParts &
  Pick<GatewayParts, 'feedback'> & {
    /** The evaluation report of a role, or of all. Plain JSON. */
    readonly report: (role: string | undefined) => Promise<unknown>;
  };

/** Grace is every face to people; what her HTTP routes do, her tools do for other MADs and MCP clients. */
export function graceTools(parts: GraceParts): readonly Tool[] {
  return [
    {
      definition: definition(
        'route',
        'Says which tier would settle a message, how sure it is and why. Changes nothing.',
        'read',
        schemaOf(routeRequest),
      ),
      handler: (given, { authority }) => explainRoute(parts, given, authority.caller),
    },
    {
      definition: definition(
        'feedback',
        'Says whether a decision was right, or what would have been; the next training learns it.',
        'reversible',
        schemaOf(feedbackRequest),
      ),
      handler: (given) => giveFeedback(parts, given),
    },
    {
      definition: definition('report', 'Share, accuracy and savings per tier, for one role or all.', 'read', {
        type: 'object',
        properties: { role: { type: 'string', minLength: 1, maxLength: 256 } },
        additionalProperties: false,
      }),
      handler: (given: ToolArguments) => parts.report(given['role'] as string | undefined),
    },
  ];
}

function definition(verb: string, description: string, blastRadius: BlastRadius, parameters: JsonSchema) {
  return { name: `mads.grace.${verb}`, description, parameters, blastRadius };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}
