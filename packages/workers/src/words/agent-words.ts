import { isObject } from '../agents/report.ts';
import { acpWords } from './acp-words.ts';
import { claudeWords } from './claude-words.ts';
import { codexWords } from './codex-words.ts';
import { geminiWords } from './gemini-words.ts';
import { opencodeWords } from './opencode-words.ts';
import { type Word, withoutControls } from './word.ts';

const READERS = [acpWords, claudeWords, opencodeWords, codexWords, geminiWords];

/**
 * A line of an agent's output in words. Events of the known agents and of the Agent Client Protocol are recognised by
 * their shape, whatever the agent's name is. Any other line is taken as the agent's text.
 */
export function agentWords(line: string): readonly Word[] {
  const event = line.startsWith('{') ? parse(line) : undefined;
  if (isObject(event))
    for (const read of READERS) {
      const words = read(event);
      if (words !== undefined) return words;
    }
  return [{ kind: 'said', text: withoutControls(line) }];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
