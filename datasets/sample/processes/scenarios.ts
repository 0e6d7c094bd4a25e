import type { Process } from '../../../engine/core/process.ts';
import { addressChange } from './address-change.ts';
import { appointment } from './appointment.ts';
import { deliveryStatus } from './delivery-status.ts';
import { expenseReport } from './expense-report.ts';
import { leaveRequest } from './leave-request.ts';
import { meetingRoom } from './meeting-room.ts';
import { passwordReset } from './password-reset.ts';
import { refund } from './refund.ts';
import type { Scenario } from './scenario.ts';
import { subscriptionCancel } from './subscription-cancel.ts';
import { taskAssignment } from './task-assignment.ts';

/** Every process that the sample desk knows, with the way people talk in it. */
export const scenarios: readonly Scenario[] = [
  refund,
  addressChange,
  appointment,
  passwordReset,
  deliveryStatus,
  subscriptionCancel,
  meetingRoom,
  expenseReport,
  leaveRequest,
  taskAssignment,
];

/** Definitions of the desk's processes; those of one role where one is named. */
export function sampleProcesses(role?: string): readonly Process[] {
  return scenarios.filter((each) => role === undefined || each.role === role).map((each) => each.process);
}
