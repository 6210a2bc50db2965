/** How the page looks: on a screen of any width, light or dark, and on paper. */
export const style = `
:root{--ink:#1d2125;--soft:#5c6670;--line:#e2e4e7;--ground:#f5f5f3;--paper:#fff;--old:#5a6478;--new:#0b6b64;--good:#23744b;--bad:#b3261e;--doubt:#8a5a00;--goodbg:#e8f3ec;--badbg:#fbeae8;--doubtbg:#fbf2dd;--del:#fbdfdc;--ins:#d3efe0;--cut:#d99a2b;--none:#c9cdd2;--empty:#8d96a0;color-scheme:light}
@media (prefers-color-scheme:dark) and (not print){:root{--ink:#e6e8ea;--soft:#9aa4ae;--line:#333a41;--ground:#15181b;--paper:#1d2125;--old:#a9b4ca;--new:#5cc9bd;--good:#6fcf97;--bad:#f28b82;--doubt:#e8b75a;--goodbg:#1a2e23;--badbg:#3a201e;--doubtbg:#332a17;--del:#5a2723;--ins:#1d4a35;--cut:#b9852c;--none:#4a525b;--empty:#6c757e;color-scheme:dark}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:40px 24px 64px}
h1,h2,p,ul,dl,dd,figure{margin:0;padding:0}
h1{font-size:30px;line-height:1.2;letter-spacing:-.01em}
h2{font-size:17px;line-height:1.3}
ul{list-style:none}
small{font-size:12px;color:var(--soft)}
.eyebrow{color:var(--soft);font-size:14px}
.models{display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px;margin:6px 0 20px}
.model{display:flex;align-items:baseline;gap:8px;min-width:0}
.model b{font:600 15px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.model.old b{color:var(--old)}.model.new b{color:var(--new)}
.arrow{color:var(--soft)}
.verdict{border-radius:12px;padding:22px 26px;border-left:6px solid}
.verdict p{font-size:17px;margin-top:6px;max-width:70ch}
.verdict ul{margin-top:12px;display:grid;gap:3px;max-width:90ch;font-size:14px;color:var(--soft)}
.verdict.keeps{background:var(--goodbg);border-color:var(--good)}.verdict.keeps h1{color:var(--good)}
.verdict.worse{background:var(--badbg);border-color:var(--bad)}.verdict.worse h1{color:var(--bad)}
.verdict.undecided{background:var(--doubtbg);border-color:var(--doubt)}.verdict.undecided h1{color:var(--doubt)}
.numbers{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin:20px 0}
.numbers>div,.chart,.opinion,.row,footer{background:var(--paper);border:1px solid var(--line);border-radius:12px}
.numbers>div{padding:16px 18px}
.numbers dt{font-size:13px;color:var(--soft)}
.numbers dd{display:grid}
.numbers strong{font-size:27px;line-height:1.3;letter-spacing:-.02em}
.numbers dd span{font-size:13px;color:var(--soft);line-height:1.35}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:12px}
.chart{padding:20px 22px;min-width:0;container-type:inline-size}
.chart:last-child:nth-child(odd){grid-column:1/-1}
.chart p{font-size:13px;color:var(--soft);margin-top:2px}
.marks{display:grid;grid-template-columns:max-content minmax(90px,1fr) max-content;grid-auto-flow:dense;align-items:center;gap:4px 14px;margin-top:12px;font-size:14px}
.marks .name{max-width:20ch;overflow-wrap:anywhere;line-height:1.3}
.marks>:nth-child(3n+1){grid-column:1}.marks>:nth-child(3n+2){grid-column:3}.marks>:nth-child(3n){grid-column:2}
.marks .words{color:var(--soft);font-size:13px;white-space:nowrap}
svg{display:block;width:100%;overflow:visible}
.axis text{font-size:12px;fill:var(--soft)}
.ground{stroke:var(--line);stroke-width:1}
.limit{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
.reach{stroke-width:3}.end{stroke-width:2}
.mark circle{stroke:var(--paper);stroke-width:2}
.mark.keeps{stroke:var(--good);fill:var(--good)}.mark.worse{stroke:var(--bad);fill:var(--bad)}.mark.undecided{stroke:var(--doubt);fill:var(--doubt)}.mark.plain{stroke:var(--new);fill:var(--new)}
.bar .answered{fill:var(--new)}.bar .cut_off{fill:var(--cut)}.bar .refused{fill:var(--bad)}.bar .empty{fill:var(--empty)}.bar .misfit{fill:var(--doubt)}.bar .other{fill:var(--none)}.bar .moved{fill:var(--old)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin-top:4px;font-size:13px;color:var(--soft)}
.legend li::before{content:"";display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.legend b{font-weight:600;color:var(--ink)}
.legend .answered::before{background:var(--new)}.legend .cut_off::before{background:var(--cut)}.legend .refused::before{background:var(--bad)}.legend .empty::before{background:var(--empty)}.legend .misfit::before{background:var(--doubt)}.legend .other::before{background:var(--none)}
.opinion{padding:20px 22px;margin-top:12px;border-style:dashed}
.opinion p{margin-top:6px;max-width:82ch}
.leaf{margin-top:36px}
.leaf h2{font-size:20px}
.leaf>input{position:absolute;opacity:0;pointer-events:none}
.filters{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0 6px;position:sticky;top:0;z-index:1;background:var(--ground);padding:8px 0}
.filters label{border:1px solid var(--line);background:var(--paper);border-radius:999px;padding:7px 16px;cursor:pointer;font-size:14px}
.keys,.note{font-size:13px;color:var(--soft)}
#all:checked~.filters [for=all],#different:checked~.filters [for=different],#failed:checked~.filters [for=failed],#dear:checked~.filters [for=dear]{background:var(--ink);border-color:var(--ink);color:var(--paper)}
#all:focus-visible~.filters [for=all],#different:focus-visible~.filters [for=different],#failed:focus-visible~.filters [for=failed],#dear:focus-visible~.filters [for=dear]{outline:3px solid var(--new);outline-offset:2px}
#different:checked~.rows .row:not(.different),#failed:checked~.rows .row:not(.failed),#dear:checked~.rows .row:not(.dear){display:none}
.rows{display:flex;flex-direction:column;gap:10px;margin-top:14px;reading-flow:flex-visual}
.row{min-width:0;scroll-margin-top:64px}
summary{cursor:pointer}
.row>details>summary{display:flex;flex-wrap:wrap;align-items:center;gap:6px 8px;padding:12px 18px;list-style:none}
.row>details>summary::-webkit-details-marker{display:none}
.row>details>summary::before{content:"▸";color:var(--soft);width:12px}
.row>details[open]>summary::before{content:"▾"}
summary:focus-visible{outline:3px solid var(--new);outline-offset:-3px;border-radius:12px}
.chip{font-size:12px;line-height:1;padding:5px 9px;border-radius:999px;background:var(--doubtbg);color:var(--doubt);overflow-wrap:anywhere}
.chip.bad{background:var(--badbg);color:var(--bad)}
.chip.opinion{background:none;border:1px dashed var(--soft);color:var(--soft);margin:0;padding:4px 9px}
.cost{margin-left:auto;font-size:13px;color:var(--soft);white-space:nowrap}
.answers{display:grid;grid-template-columns:minmax(60px,max-content) 1fr 1fr;border-top:1px solid var(--line)}
.answers>div{padding:9px 18px;border-bottom:1px solid var(--line);min-width:0;overflow-wrap:anywhere;white-space:pre-wrap;max-height:24em;overflow:auto}
.answers>.head{font-size:12px;color:var(--soft);padding-block:6px;background:var(--ground)}
.answers>.column{color:var(--soft);font-size:13px;max-width:16ch}
.answers>.none{color:var(--bad);font-style:italic}
bdi{unicode-bidi:isolate}
del,ins{text-decoration:none;border-radius:3px;box-decoration-break:clone;-webkit-box-decoration-break:clone;padding:1px 2px}
del{background:var(--del);text-decoration:line-through;text-decoration-color:var(--bad);text-decoration-thickness:1px}
ins{background:var(--ins);text-decoration:underline;text-decoration-color:var(--good);text-decoration-thickness:1px;text-underline-offset:3px}
.takes{display:flex;flex-wrap:wrap;gap:2px 22px;padding:9px 18px;font-size:13px;color:var(--soft)}
.takes>div{display:flex;gap:7px}
.takes dd{color:var(--ink)}
.input{padding:0 18px 14px;font-size:14px}
.input summary{color:var(--soft);font-size:13px}
.input dl{margin-top:8px;display:grid;grid-template-columns:minmax(60px,max-content) 1fr;gap:6px 18px}
.input dt{color:var(--soft);font-size:13px;overflow-wrap:anywhere;max-width:16ch}
.input dd{white-space:pre-wrap;overflow-wrap:anywhere;max-height:20em;overflow:auto;min-width:0}
footer{margin-top:36px;padding:20px 22px;font-size:14px;color:var(--soft)}
footer h2{color:var(--ink)}
footer ul{margin-top:8px;display:grid;gap:4px;max-width:90ch}
@container (max-width:520px){.marks{grid-template-columns:1fr max-content;gap:0 12px}.marks>:nth-child(3n+2){grid-column:2}.marks>:nth-child(3n){grid-column:1/-1}.marks .name{max-width:none;padding-top:6px}.marks .words{padding-top:6px;text-align:right}.marks>span:empty{display:none}}
@media (max-width:820px){.charts{grid-template-columns:1fr}.numbers{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}}
@media (max-width:560px){
main{padding:20px 14px 40px}
h1{font-size:25px}
.models{display:grid;gap:2px}.arrow{display:none}
.verdict{padding:16px 18px}
.numbers{grid-template-columns:1fr 1fr;gap:8px}.numbers>div{padding:12px 14px}.numbers strong{font-size:23px}
.numbers>div:last-child:nth-child(odd){grid-column:1/-1}
.chart{padding:16px}
.filters{gap:6px}.filters label{padding:6px 12px;font-size:13px}
.row>details>summary{padding:12px 14px}
.answers{display:block}.answers>.head{display:none}.answers>div{padding:6px 14px;border:0}
.answers>.column{border-top:1px solid var(--line);padding-top:10px;max-width:none}
.answers>.none:empty{display:none}
.answers>.old::before,.answers>.new::before{display:inline-block;width:3.2em;font-size:12px;color:var(--soft);font-style:normal}
.answers>.old::before{content:"old"}.answers>.new::before{content:"new"}
.takes,.input{padding-left:14px;padding-right:14px}
.input dl{grid-template-columns:1fr;gap:0}.input dd{margin-bottom:8px}
}
@page{margin:14mm}
@media print{
body{background:none;font-size:10.5pt}
main{max-width:none;padding:0 1px}
.keys,.input,.filters label{display:none}
#all:checked~.filters [for=all],#different:checked~.filters [for=different],#failed:checked~.filters [for=failed],#dear:checked~.filters [for=dear]{display:block;background:none;color:var(--ink);border:0;padding:0;font-weight:600}
.filters{position:static;padding:0}
.verdict,.numbers>div,.chart,.row,.opinion,footer,del,ins,.bar,.mark,.legend{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.numbers{grid-template-columns:repeat(5,1fr);gap:6px}.numbers>div{padding:8px 10px}.numbers strong{font-size:16pt}
.charts{grid-template-columns:1fr 1fr}
.verdict,.numbers,.chart,.row{break-inside:avoid}
.row>details>summary::before{display:none}
details::details-content{content-visibility:visible;block-size:auto}
.answers>div{max-height:none;overflow:visible}
h2{break-after:avoid}
}
`.replaceAll("\n", "");
