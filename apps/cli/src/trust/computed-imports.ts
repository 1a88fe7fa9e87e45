/** A name in quotes, and nothing else, as what is imported. */
const LITERAL =
  /^\s*(?:\/\*.*?\*\/\s*)*(?:'[^'\n]*'|"[^"\n]*"|`(?:(?!\$\{)[^`])*`)\s*(?:\/\*.*?\*\/\s*)*[),]/s;
const CALL = /(?<![\w$.])(?:import|require|(?:module\.)?require\.resolve)\s*\(/g;
/** Another name for `require`, which no search for it finds. */
const RENAMED = /(?<!\brequire\s*=\s*(?:\w+\.)?)\bcreateRequire\s*\(/;

/** Whether a program loads files whose names are put together when it runs. Its comments count, too. */
export function importsComputed(text: string): boolean {
  const calls = [...text.matchAll(CALL)];
  return (
    RENAMED.test(text) || calls.some(({ index, 0: call }) => !LITERAL.test(text.slice(index + call.length)))
  );
}
