import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Properties of the output. */
export interface Screen {
  readonly colors: Colors;
  /** Infinity for a pipe or a file, where nothing is cut. */
  readonly columns: number;
}

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** Colours are used for a terminal, unless they are turned off (see no-color.org). */
export function screenOf({ isTTY, columns }: Partial<Output>, environment: NodeJS.ProcessEnv): Screen {
  const colors = createColors(isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb');
  // A terminal of unknown size reports 0 columns.
  return { colors, columns: isTTY === true ? columns || 80 : Infinity };
}
