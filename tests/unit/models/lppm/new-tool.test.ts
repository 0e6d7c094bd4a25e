import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../../../engine/core/tool-definition.ts';
import { newToolSpokenOf } from '../../../../models/lppm/new-tool.ts';

const tool = (name: string): ToolDefinition => ({ name, parameters: { type: 'object', properties: {} } });
const known = new Set(['desk.party_plan', 'desk.ride_book']);
const offered = ['desk.party_plan', 'desk.ride_book', 'desk.party_rsvp', 'desk.getTripDirections'].map(tool);

describe('newToolSpokenOf', () => {
  it('hears the name of a tool that was not there when the mapper learned', () => {
    expect(newToolSpokenOf(known, offered, ['Hi', 'I want to RSVP for a party'])).toBe('desk.party_rsvp');
    expect(newToolSpokenOf(known, offered, ['I need a direction to the airport', 'yes'])).toBe(
      'desk.getTripDirections',
    );
  });

  it('hears nothing in words that known tools share, in other words, and where all tools are known', () => {
    expect(newToolSpokenOf(known, offered, ['I plan a party at my desk', 'book a ride'])).toBeNull();
    expect(newToolSpokenOf(known, offered, [])).toBeNull();
    expect(newToolSpokenOf(known, offered.slice(0, 2), ['rsvp'])).toBeNull();
  });

  it('forgets what was said long ago', () => {
    expect(newToolSpokenOf(known, offered, ['rsvp', ...Array.from({ length: 12 }, () => 'yes')])).toBeNull();
  });
});
