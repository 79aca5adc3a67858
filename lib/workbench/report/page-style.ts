/** Light by default, dark where the reader's system or the page's button says so. */
const DARK = `--text:#e3e6ea;--soft:#9aa3ad;--ground:#15181c;--raised:#1e2228;--line:#343a42;--grid:rgba(160,170,185,.22);
--accent:#6cb2ff;--bad:#ff8f87;--keyword:#d6a4f5;--string:#9bd48a;--number:#f0b56d;--name:#7cc4ff;color-scheme:dark;`;
const LIGHT = `--text:#1f2328;--soft:#5d6670;--ground:#fff;--raised:#f5f6f8;--line:#d8dce1;--grid:rgba(110,120,135,.22);
--accent:#0b62c4;--bad:#b3261e;--keyword:#7a2fa8;--string:#216b2c;--number:#955800;--name:#0a5cad;color-scheme:light;`;

export const PAGE_STYLE = `
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.6 system-ui,sans-serif;
display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;align-self:start;height:100vh;overflow-y:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);font-size:.875rem;line-height:1.4}
nav ol{list-style:none;margin:0;padding:0}
nav li{margin:.35rem 0}
nav li.deep{padding-left:.9rem;color:var(--soft)}
nav a{color:inherit;text-decoration:none}
nav a:hover{color:var(--accent);text-decoration:underline}
nav .buttons{display:flex;gap:.5rem;margin-bottom:1rem}
button{font:inherit;font-size:.8rem;color:var(--text);background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.25rem .6rem;cursor:pointer}
main{max-width:58rem;width:100%;margin:0 auto;padding:2rem 2rem 5rem}
h1,h2,h3,h4{line-height:1.25;text-wrap:balance}
h1{font-size:2rem;margin:.2em 0 .6em}
h2{font-size:1.6rem;margin:0 0 .7em}
h3{font-size:1.2rem;margin:2em 0 .5em}
h4{font-size:1.05rem;margin:1.6em 0 .4em}
a{color:var(--accent)}
.notebook{margin-top:4rem;padding-top:2rem;border-top:1px solid var(--line)}
.text{max-width:44rem}
code,pre,kbd{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.875em}
:not(pre)>code{background:var(--raised);border-radius:4px;padding:.1em .3em}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5}
details.code{margin:.6rem 0}
details.code>summary{color:var(--soft);font-size:.8rem;cursor:pointer;width:fit-content}
details.code>pre{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem;margin:.3rem 0 .8rem;overflow-x:auto}
.output{margin:.7rem 0;overflow-x:auto}
.output.stream pre{max-height:30rem;overflow-y:auto;border-left:3px solid var(--line);padding:.1rem 0 .1rem .9rem}
.output.stderr pre{border-color:var(--number)}
.output.error pre{color:var(--bad);border-left:3px solid var(--bad);padding-left:.9rem}
.plot{min-height:26rem;width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.5rem 0}
caption{color:var(--soft);padding-bottom:.4rem;text-align:left;width:max-content;max-width:min(44rem,90vw)}
th,td{padding:.3rem .75rem;border-bottom:1px solid var(--line);vertical-align:top}
td[style*=right]{white-space:nowrap}
th{border-bottom-width:2px;font-weight:600;white-space:nowrap}
figure{margin:0}
small{color:var(--soft)}
.hljs-keyword,.hljs-built_in{color:var(--keyword)}
.hljs-string,.hljs-regexp{color:var(--string)}
.hljs-number,.hljs-literal{color:var(--number)}
.hljs-title,.hljs-attr,.hljs-property{color:var(--name)}
.hljs-comment{color:var(--soft);font-style:italic}
@media (max-width:60rem){
body{display:block}
nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}
nav li.deep{display:none}
main{padding:1.2rem 1rem 4rem}
}
@media print{
body{display:block}
nav,details.code:not([open]){display:none}
main{max-width:none;padding:0}
.notebook{break-before:page;border:0;margin-top:0}
.output,.plot{break-inside:avoid}
.output.stream pre{max-height:none}
}
`;
