// The style sheet of the report page, for light and dark mode.
#include <fmt/format.h>

#include "report/html.hpp"

namespace espalier::report {

namespace {

std::string screen_style() {
  return R"css(
:root { color-scheme: light dark; --ink: #1d1f23; --soft: #5c626b; --paper: #fdfdfb; --line: #d9d8d2; --band: #f3f2ec;
  --accent: #0b5c8f; --loud: #9c2a10; --loud-paper: #fdf0ea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e6e1; --soft: #a2a6ad; --paper: #17191c; --line: #3a3d42;
  --band: #202327; --accent: #7cb8e4; --loud: #ffb59c; --loud-paper: #3a221a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.25rem 4rem; color: var(--ink); background: var(--paper);
  font: 16px/1.55 "Charter", "Bitstream Charter", "Georgia", serif; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 3rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
p, ul { max-width: 44rem; }
a { color: var(--accent); }
nav { font: 14px/1.9 system-ui, sans-serif; margin: 1.2rem 0 0; }
nav a { margin-right: 1.1rem; text-decoration: none; white-space: nowrap; }
nav a:hover { text-decoration: underline; }
.kicker, .note, figcaption, caption { font: 14px/1.5 system-ui, sans-serif; color: var(--soft); }
.kicker { text-transform: uppercase; letter-spacing: .08em; font-size: 12px; margin: 0 0 .6rem; }
.asked { font-size: 1.12rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem 2.4rem; margin: 1.4rem 0 0; padding: 0; list-style: none;
  max-width: none; }
.tiles li { font: 14px/1.35 system-ui, sans-serif; color: var(--soft); }
.tiles b { display: block; font-size: 1.55rem; font-weight: 600; color: var(--ink);
  font-variant-numeric: tabular-nums; }
.loud { border-left: 5px solid var(--loud); background: var(--loud-paper); color: var(--loud); padding: .7rem 1rem;
  margin: 1.4rem 0; font-family: system-ui, sans-serif; font-size: 15px; }
.loud p { margin: .2rem 0; }
.scroll { overflow-x: auto; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; font: 14px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .4rem; }
th, td { padding: .32rem .8rem .32rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 1.5px solid var(--ink); font-weight: 600; }
tbody th { font-weight: 500; white-space: nowrap; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
th.n, td.n { text-align: right; }
td.n { white-space: nowrap; }
thead th + th { padding-left: .4rem; } td { padding-left: .4rem; }
)css";
}

std::string parts_style() {
  return R"css(
figure { margin: 1.6rem 0 2rem; }
figure h3 { margin: 0 0 .3rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: .6rem 1.4rem; }
.panels figure { margin: .6rem 0; min-width: 0; }
.panels h3 { margin: .4rem 0 0; font: 600 14px system-ui, sans-serif; }
svg { display: block; width: 100%; max-width: 47rem; height: auto; color: var(--ink); }
.chart { max-width: 36rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .2rem 0 .3rem; padding: 0; list-style: none;
  font: 13px/1.5 system-ui, sans-serif; max-width: none; }
.legend i { display: inline-block; width: 1.1em; height: .22em; margin-right: .4em; vertical-align: .25em; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .9rem; padding: 0;
  list-style: none; max-width: none; font: 13px/1.35 system-ui, sans-serif; }
.mistakes img, .mistakes .blank { display: block; width: 72px; height: 72px; margin: 0 0 .3rem; object-fit: contain;
  background: var(--band); image-rendering: pixelated; }
.mistakes small { display: block; color: var(--soft); overflow-wrap: anywhere; }
.matrix td { padding: .2rem .35rem; text-align: right; min-width: 2rem; }
.matrix thead th { padding: .2rem .35rem; }
thead th[tabindex] { cursor: pointer; }
th[aria-sort="ascending"]::after { content: " \2191"; } th[aria-sort="descending"]::after { content: " \2193"; }
svg use[color="white"] { color: var(--paper); }
svg text { font-family: system-ui, sans-serif; }
.run { margin: .15rem 0 .15rem .9rem; } .run summary { font-size: 13px; color: var(--ink); }
.run p { margin: .15rem 0 .15rem 1rem; font: 13px/1.45 system-ui, sans-serif; max-width: 52rem; }
p, li, summary, figcaption, h1, h2, h3, .matrix th { overflow-wrap: anywhere; }
details { margin: .6rem 0; } summary { cursor: pointer; font: 15px system-ui, sans-serif; color: var(--accent); }
pre { overflow-x: auto; background: var(--band); padding: 1rem; font: 13px/1.45 ui-monospace, monospace; }
.methods { background: var(--band); padding: 1rem 1.3rem; }
.methods p { max-width: 48rem; }
)css";
}

std::string narrow_and_print_style() {
  return R"css(
@media (max-width: 600px) {
  body { padding: 1.2rem .8rem 3rem; } h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
  .tiles { gap: .5rem 1.4rem; } .tiles b { font-size: 1.25rem; } nav a { margin-right: .8rem; }
  th, td { padding-right: .55rem; } table { font-size: 13px; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .7rem; } .methods { padding: .6rem .8rem; }
}
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --band: #f4f4f4;
    --accent: #000; --loud: #7a1f0c; --loud-paper: #fff; }
  body { max-width: none; padding: 0; font-size: 11pt; } nav, script { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  figure, tr, .mistakes li { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
)css";
}

/// Shares of a class's images in ninths: right predictions in the accent colour, wrong ones in the loud one.
std::string matrix_style() {
  std::string style;
  for (int step = 1; step <= 9; ++step) {
    for (const auto& [kind, colour] : {std::pair("r", "accent"), {"w", "loud"}}) {
      style += fmt::format(".{}{} {{ background: color-mix(in srgb, var(--{}) {}%, transparent); }}\n", kind, step,
                           colour, 7 * step);
    }
  }
  return style;
}

}  // namespace

std::string page_style() { return screen_style() + parts_style() + matrix_style() + narrow_and_print_style(); }

}  // namespace espalier::report
