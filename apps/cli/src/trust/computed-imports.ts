/** An import of a literal name in quotes. */
const LITERAL =
  /^\s*(?:\/\*.*?\*\/\s*)*(?:'[^'\n]*'|"[^"\n]*"|`(?:(?!\$\{)[^`])*`)\s*(?:\/\*.*?\*\/\s*)*[),]/s;
const CALL = /(?<![\w$.])(?:import|require|(?:module\.)?require\.resolve)\s*\(/g;
/** `require` under another name, which the search does not find. */
const RENAMED = /(?<!\brequire\s*=\s*(?:\w+\.)?)\bcreateRequire\s*\(/;

/** Whether a program loads files whose names are computed at run time. Comments are searched too. */
export function importsComputed(text: string): boolean {
  const calls = [...text.matchAll(CALL)];
  return (
    RENAMED.test(text) || calls.some(({ index, 0: call }) => !LITERAL.test(text.slice(index + call.length)))
  );
}
