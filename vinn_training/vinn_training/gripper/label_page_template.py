"""The labelling page without its pictures: markup, style and script of `vinn gripper label`.

The page asks nothing of the network, so that it works from the disk. `label_page` fills in `DATA_MARK`.
"""

#: Where the JSON with pictures, states and labels goes.
DATA_MARK = "@@DATA@@"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Gripper labels</title>
<style>
  body { margin: 0; font: 15px/1.4 system-ui, sans-serif; background: #f4f4f2; color: #222; }
  header { position: sticky; top: 0; background: #fff; border-bottom: 1px solid #ccc; padding: 8px 16px; z-index: 1; }
  header, #large { text-align: center; }
  h1 { font-size: 17px; margin: 0 16px 0 0; display: inline; }
  button { font: inherit; margin: 0 4px 4px 0; padding: 3px 10px; border: 1px solid #999; border-radius: 4px;
           background: #fff; cursor: pointer; }
  button.state { border-left-width: 10px; }
  kbd { background: #eee; border: 1px solid #bbb; border-radius: 3px; padding: 0 5px; }
  progress { width: 220px; vertical-align: middle; }
  #large { padding-top: 6px; font-size: 12px; }
  #large img { max-width: 96vw; height: 40vh; object-fit: contain; background: #ddd; border: 6px solid #bbb; }
  #sheet { display: flex; flex-wrap: wrap; gap: 6px; padding: 12px; justify-content: center; }
  figure { scroll-margin: 60vh 0 12px; }
  figure { margin: 0; width: 128px; border: 4px solid #bbb; background: #fff; cursor: pointer; }
  figure img { width: 100%; display: block; }
  figure.now { outline: 3px solid #000; outline-offset: 1px; }
  figcaption { font-size: 11px; text-align: center; white-space: nowrap; overflow: hidden; }
  #message { color: #a00; margin-left: 8px; }
</style>
</head>
<body>
<header>
  <h1>Gripper labels</h1> <progress id="progress"></progress> <span id="count"></span><span id="message"></span><br>
  <span id="states"></span>
  <button id="clear" title="Backspace">no label <kbd>&#9003;</kbd></button>
  <button id="undo" title="Z">undo <kbd>Z</kbd></button>
  <button id="next" title="N">next without label <kbd>N</kbd></button>
  <button id="save" title="S"><b>save</b> <kbd>S</kbd></button>
  <label><button id="load" type="button">load labels</button><input id="file" type="file" accept=".json" hidden></label>
  <kbd>&#8592;</kbd> <kbd>&#8593;</kbd> <kbd>&#8595;</kbd> <kbd>&#8594;</kbd> move
  <div id="large"><img alt="the picture to label"><div id="where"></div></div>
</header>
<div id="sheet"></div>
<script id="data" type="application/json">@@DATA@@</script>
<script>
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const states = data.closed_to_open;
const colours = states.map((_, i) => `hsl(${Math.round(210 - 180 * i / (states.length - 1))} 75% 48%)`);
const element = id => document.getElementById(id);
const frameKey = frame => JSON.stringify([frame.source, frame.episode, frame.frame]);
const position = new Map(data.frames.map((frame, i) => [frameKey(frame), i]));
const labels = data.frames.map(frame => frame.state);
let others = data.other_labels;  // labels of frames that are not on this page; they are saved with the rest
let past = [];
let now = 0;
let saved = true;

// The browser keeps what was done in case the page is closed without saving.
const store = "vinn-gripper-" + data.page_id;
try {
  const kept = JSON.parse(localStorage.getItem(store) || "null");
  if (kept && kept.labels.length === labels.length) {
    kept.labels.forEach((state, i) => { labels[i] = state; });
    saved = kept.saved;
  }
} catch (error) { /* private windows have no storage */ }

states.forEach((state, i) => {
  const button = document.createElement("button");
  button.className = "state";
  button.style.borderLeftColor = colours[i];
  button.innerHTML = `<kbd>${i + 1}</kbd> `;
  button.append(state, document.createElement("span"));
  button.onclick = () => setLabel(state);
  element("states").append(button);
});
const figures = data.frames.map((frame, i) => {
  const figure = document.createElement("figure");
  const picture = document.createElement("img");
  picture.src = frame.picture;
  figure.append(picture, document.createElement("figcaption"));
  figure.onclick = () => go(i);
  element("sheet").append(figure);
  return figure;
});

function show() {
  figures.forEach((figure, i) => {
    const index = states.indexOf(labels[i]);
    figure.style.borderColor = index < 0 ? "#bbb" : colours[index];
    figure.lastChild.textContent = labels[i] || "\\u2013";
    figure.classList.toggle("now", i === now);
  });
  const frame = data.frames[now];
  const index = states.indexOf(labels[now]);
  const large = element("large").querySelector("img");
  large.src = frame.picture;
  large.style.borderColor = index < 0 ? "#bbb" : colours[index];
  element("where").textContent = `${frame.source} ${frame.episode} frame ${frame.frame}: ${labels[now] || "no label"}`;
  const done = labels.filter(Boolean).length;
  element("progress").max = labels.length;
  element("progress").value = done;
  element("count").textContent = ` ${done} of ${labels.length}` + (saved ? "" : ", not saved");
  document.querySelectorAll("button.state span").forEach((span, i) => {
    span.textContent = ` (${labels.filter(state => state === states[i]).length})`;
  });
}

function go(i) {
  now = Math.min(Math.max(i, 0), labels.length - 1);
  figures[now].scrollIntoView({block: "nearest"});
  show();
}

function keep() {
  try { localStorage.setItem(store, JSON.stringify({labels, saved})); } catch (error) { /* as above */ }
}

function change(i, state) {
  labels[i] = state;
  saved = false;
  keep();
}

function setLabel(state) {
  past.push([now, labels[now]]);
  change(now, state);
  go(state === null ? now : now + 1);
}

function undo() {
  const last = past.pop();
  if (!last) { return; }
  change(last[0], last[1]);
  go(last[0]);
}

function nextWithout() {
  for (let step = 1; step <= labels.length; step++) {
    const i = (now + step) % labels.length;
    if (!labels[i]) { go(i); return; }
  }
  element("message").textContent = "every picture has a label: save";
}

function content() {
  const rows = data.frames.map((frame, i) => ({
    source: frame.source, episode: frame.episode, frame: frame.frame, state: labels[i],
  })).filter(row => row.state);
  return {format: data.format, version: data.version, closed_to_open: states, labels: rows.concat(others)};
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content(), null, 1) + "\\n"], {type: "application/json"}));
  link.download = data.file_name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  saved = true;
  keep();
  element("message").textContent = `saved as ${data.file_name}: move it to ${data.file_path}`;
  show();
}

function load(text) {
  let read;
  try { read = JSON.parse(text); } catch (error) { read = {}; }
  if (read.format !== data.format || JSON.stringify(read.closed_to_open) !== JSON.stringify(states)) {
    element("message").textContent = `not labels with the states ${states.join(", ")}`;
    return;
  }
  others = [];
  labels.fill(null);
  read.labels.forEach(row => {
    const i = position.get(frameKey(row));
    if (i === undefined) { others.push(row); } else { change(i, row.state); }
  });
  past = [];
  element("message").textContent = `${read.labels.length} labels loaded, ${others.length} of pictures not shown here`;
  show();
}

element("clear").onclick = () => setLabel(null);
element("undo").onclick = undo;
element("next").onclick = nextWithout;
element("save").onclick = save;
element("load").onclick = () => element("file").click();
element("file").onchange = async event => { load(await event.target.files[0].text()); event.target.value = ""; };
document.querySelectorAll("button").forEach(button => button.addEventListener("click", () => button.blur()));
window.addEventListener("beforeunload", event => { if (!saved) { event.preventDefault(); } });
document.addEventListener("keydown", event => {
  if (event.ctrlKey && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) { return; }
  const columns = Math.max(1, figures.filter(figure => figure.offsetTop === figures[0].offsetTop).length);
  const moves = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns};
  const number = Number(event.key);
  element("message").textContent = "";
  if (number >= 1 && number <= states.length) { setLabel(states[number - 1]); }
  else if (event.key in moves) { event.preventDefault(); go(now + moves[event.key]); }
  else if (event.key === "Backspace" || event.key === "Delete") { setLabel(null); }
  else if (event.key.toLowerCase() === "z") { undo(); }
  else if (event.key.toLowerCase() === "n") { nextWithout(); }
  else if (event.key.toLowerCase() === "s") { save(); }
});
go(Math.max(0, labels.findIndex(state => !state)));
</script>
</body>
</html>
"""
