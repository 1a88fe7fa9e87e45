import { findingOf, inQuotes } from '../finding.ts';
import type { Finding, Problem } from '../finding.ts';
import { isRecord } from '../index-under-test.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/**
 * Section 14: scripts that verify a ticket must be runnable, and must say what to do when they fail. Only a warning,
 * because a run accepts such an index: it defers the affected ticket before an agent works on it.
 */
export function checkValidationScripts({ entries }: IndexUnderTest): Finding[] {
  const broken: Problem[] = [];
  const odd: Problem[] = [];
  for (const { label, raw } of entries) {
    const config = raw['validation_config'];
    const scripts = isRecord(config) ? (config['verification_scripts'] ?? []) : [];
    if (config !== undefined && config !== null && !isRecord(config)) {
      broken.push({
        ticket: label,
        text: `${inQuotes(label)} has a "validation_config" that is not an object`,
      });
    } else if (!Array.isArray(scripts)) {
      broken.push({
        ticket: label,
        text: `${inQuotes(label)} has "verification_scripts" that are not a list`,
      });
    } else {
      scripts.forEach((script: unknown, index) => {
        const name = `verification script ${index + 1} of ${inQuotes(label)}`;
        const { command, failure_action: action, success_pattern: pattern } = isRecord(script) ? script : {};
        if (isBlank(command)) broken.push({ ticket: label, text: `${name} has no command` });
        if (action !== 'auto_fix' && action !== 'defer')
          odd.push({ ticket: label, text: `${name} has the failure_action ${inQuotes(action)}` });
        if (pattern !== undefined && pattern !== null && !isPattern(pattern)) {
          broken.push({
            ticket: label,
            text: `${name} has the success_pattern ${inQuotes(pattern)}, which is not a regular expression`,
          });
        }
      });
    }
    const tasks: unknown[] = Array.isArray(raw['tasks']) ? raw['tasks'] : [];
    tasks.forEach((task, index) => {
      const script = isRecord(task) ? task['validation_script'] : undefined;
      if (script !== undefined && script !== null && isBlank(script)) {
        broken.push({
          ticket: label,
          text: `sub-task ${index + 1} of ${inQuotes(label)} has an empty validation_script`,
        });
      }
    });
  }
  return [
    ...findingOf(
      'validation-scripts.broken',
      'warn',
      broken,
      'a run defers such a ticket before an agent works on it; correct the script or remove it',
    ),
    ...findingOf('validation-scripts.failure-action', 'warn', odd, 'use auto_fix or defer'),
  ];
}

function isBlank(value: unknown): boolean {
  return typeof value !== 'string' || value.trim() === '';
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}
