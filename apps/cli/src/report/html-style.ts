/** Light or dark, according to the reader's preference. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--dim:#59636e;--line:#d1d9e0;--box:#f6f8fa;--landed:#2da44e;--deferred:#bf8700;--blocked:#8250df;--other:#57606a;--rejected:#cf222e}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;--line:#3d444d;--box:#151b23;--landed:#3fb950;--deferred:#d29922;--blocked:#a371f7;--other:#8b949e;--rejected:#f85149}.graph{filter:invert(1) hue-rotate(180deg)}}
body{margin:0 auto;max-width:76rem;padding:1.5rem;font:14px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg)}
h1{font-size:1.3rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{margin:.3rem 0}
code{font:12px ui-monospace,monospace;background:var(--box);padding:.1em .35em;border-radius:4px;overflow-wrap:anywhere}
.dim,small{color:var(--dim)}.tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}
.tiles div{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.5rem .9rem}.tiles b{display:block;font-size:1.15rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}th{color:var(--dim);font-weight:500;border:0;white-space:nowrap}td.n{white-space:nowrap}
.s{font-weight:600}.landed{color:var(--landed)}.deferred,.failed{color:var(--deferred)}.blocked{color:var(--blocked)}.rejected,.conflicted{color:var(--rejected)}
.bars{position:relative;height:20px;border-top:1px solid var(--line)}.bars i{position:absolute;top:3px;bottom:3px;min-width:2px;border-radius:2px;background:var(--other)}
.bars i.l{background:var(--landed)}.bars i.f{background:var(--deferred)}.bars i.r{background:var(--rejected)}
.cost{display:flex;align-items:flex-end;gap:1px;height:80px;border-bottom:1px solid var(--line)}.cost i{flex:1;background:var(--other)}
@media(max-width:45rem){.tickets tr{display:flex;flex-wrap:wrap;border-top:1px solid var(--line)}.tickets tr:first-child{display:none}.tickets td{border:0}.tickets td:nth-child(2){order:1;flex-basis:100%}.tickets td:last-child a::before{content:'log '}}
.graph{background:#fff;border:1px solid #d1d9e0;border-radius:6px;max-height:70vh;overflow:auto}.graph svg{display:block}
`.trim();
