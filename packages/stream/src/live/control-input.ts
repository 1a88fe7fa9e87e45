import { rm } from 'node:fs/promises';
import type { RunLog } from '@sage/journal';
import { fileVersion } from '@sage/git';
import { controlFile, readControl } from './control-file.ts';
import type { LiveInput } from './live-inputs.ts';
import { messageOf } from '../errors.ts';

export interface ControlInputOptions {
  /** Top of the work tree. */
  readonly root: string;
  readonly log: Pick<RunLog, 'run' | 'state' | 'emit'>;
  readonly notice: (text: string) => void;
}

/** Applies the control file of the run by journaling its requests. Everything else reads the state in the journal. */
export class ControlInput implements LiveInput {
  readonly #options: ControlInputOptions;
  readonly #file: string;
  #seen: string | undefined;

  private constructor(options: ControlInputOptions) {
    this.#options = options;
    this.#file = controlFile(options.root, options.log.run);
  }

  /** Drops requests to an earlier process of the run. */
  static async open(options: ControlInputOptions): Promise<ControlInput> {
    const input = new ControlInput(options);
    await rm(input.#file, { recursive: true, force: true });
    return input;
  }

  async hasChanged(): Promise<boolean> {
    return fileVersion(this.#file) !== this.#seen;
  }

  async take(): Promise<void> {
    const { log, notice } = this.#options;
    this.#seen = fileVersion(this.#file);
    try {
      const control = await readControl(this.#file);
      if (!control) return;
      const { paused, workers } = control;
      if (paused !== log.state.paused) await log.emit({ event: paused ? 'run.paused' : 'run.resumed' });
      if (workers !== log.state.workers) await log.emit({ event: 'run.workers', workers });
    } catch (error) {
      const reason = messageOf(error);
      notice(`${this.#file} is ignored: ${reason}; use sage pause, sage resume or sage workers`);
    }
  }
}
