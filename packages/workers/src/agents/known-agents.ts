import type { Agent } from './agent.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';

/**
 * The agents that `--agent` knows by name. Each reads its prompt from stdin and may edit files in the current
 * directory.
 */
export const KNOWN_AGENTS: readonly Agent[] = [claude, codex, gemini, opencode];
