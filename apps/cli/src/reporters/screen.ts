import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Where output goes. */
export interface Screen {
  readonly colors: Colors;
  /** Infinity in a pipe and a file, where nothing is cut. */
  readonly columns: number;
}

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** Colours where somebody looks at a terminal and has not turned them off (see no-color.org). */
export function screenOf({ isTTY, columns }: Partial<Output>, environment: NodeJS.ProcessEnv): Screen {
  const colors = createColors(isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb');
  // A terminal that does not know its size has 0 columns.
  return { colors, columns: isTTY === true ? columns || 80 : Infinity };
}
