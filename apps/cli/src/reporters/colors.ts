import { createColors } from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

/** Colours where somebody looks at a terminal and has not turned them off (see no-color.org). */
export function colorsFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Colors {
  return createColors(stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb');
}
