// The view, which the page's address holds, and the controls that change it.

const view = {};
let writing;

const usual = () => ({ filter: "", group: "run", columns: "", sort: "", down: "", together: "",
  folded: "", size: remembered(), fold: [], choose: [], open: "", compare: "", way: "" });
const foldId = ({ name }) => name?.id ?? String(name); // of a run or of a value
const isFolded = group => Boolean(view.folded) !== view.fold.includes(foldId(group));
const toggled = (all, one) => [...new Set(all).symmetricDifference(new Set([one]))];
const isChosen = tile => view.choose.includes(shown(tile).id);

/** The size of images as it was last set, where the browser keeps that for a page. */
function remembered(size) {
  try {
    if (size) localStorage.setItem("mlrun_images size", size);
    return localStorage.getItem("mlrun_images size") ?? "150";
  } catch { return "150"; }
}

function readAddress() {
  const text = location.hash.slice(1); // names and values; or text to filter by, such as a UID
  const hash = new URLSearchParams(text.includes("=") ? text : { filter: decoded(text) });
  for (const [name, value] of Object.entries(usual())) {
    view[name] = Array.isArray(value) ? hash.getAll(name) : hash.get(name) ?? value;
  }
  view.size = Math.min(600, Math.max(80, parseInt(view.size) || 150));
  view.choose = view.choose.filter(id => byId.has(id)).slice(0, 8);
}

function writeAddress() {
  const changed = Object.entries(usual()).filter(([name, value]) => `${view[name]}` !== `${value}`);
  const pairs = changed.flatMap(([name]) => [view[name]].flat().map(text => [name, text]));
  clearTimeout(writing); // browsers refuse hundreds in a row, as a slider makes them
  writing = setTimeout(() => history.replaceState(null, "", `#${new URLSearchParams(pairs)}`), 50);
}

/** Choose a tile; or a group's images of the key that is chosen elsewhere; or not any more. */
function choose({ tiles, ...tile }) {
  const all = (tiles ?? [tile]).filter(hasImage).map(shown), ids = all.map(({ id }) => id);
  const { key } = (tiles && byId.get(view.choose[0])) ?? all[0] ?? {};
  const kept = view.choose.filter(id => !ids.includes(id));
  const added = all.filter(image => image.key === key).map(({ id }) => id);
  change({ choose: kept.length < view.choose.length ? kept : [...kept, ...added].slice(0, 8) });
}

/** A sweep's images as a table of the first two parameters that differ. */
function showSweep(sweep) {
  const own = runs.filter(run => run.head === sweep && run.iteration);
  const [columns = "key", group = "key"] = differing(own).map(name => `param.${name}`);
  if (own.length) change({ filter: `run:${sweep.uid}`, group, columns });
}

/** Show the view: what its controls are set to, the grid, and what is open. */
function render() {
  const asked = wordsOf(view.filter).map(question), chosen = view.choose.length;
  const found = tiles.filter(tile => asked.every(({ fits }) => fits(tile)));
  const count = found.flatMap(({ images }) => images).length;
  const all = `${images.length} image${images.length === 1 ? "" : "s"}`;
  for (const control of document.querySelectorAll(":is(input, select)[name]")) {
    control[control.type === "checkbox" ? "checked" : "value"] = view[control.name];
  }
  grid.style.setProperty("--size", `${view.size}px`);
  part("chosen").hidden = !chosen;
  part("choice").textContent = `${chosen} chosen${chosen < 8 ? "" : ", the most there can be"}`;
  part("compare").disabled = chosen < 2;
  part("count").textContent = view.filter.trim() ? `${count} of ${all}` : all;
  part("none").textContent = found.length || !tiles.length ? ""
    : ["Nothing here fits the filter.", ...asked.map(({ fault }) => fault() || "")].join(" ");
  groups = arrange(found, view);
  draw();
  show();
}

function change(values) {
  Object.assign(view, values);
  render();
  writeAddress();
}

/** Show what the address says of the records that are there. */
function start() {
  read();
  readAddress();
  for (const select of document.querySelectorAll(".bar select")) {
    select.length = 1; // the first is none
    select.append(...fieldNames().map(name => new Option(name)));
  }
  part("bound").hidden = !tiles.some(isSeries);
  const image = byId.get(view.open), tile = tiles.find(({ images }) => images.includes(image));
  if (tile) showStep(tile, tile.images.indexOf(image));
  render();
}

/** Show another image of the series that is open, or that TAB reaches. */
function inSeries(by) {
  const tile = opened ?? current.stop;
  if (tile.images?.length) setStep(tile, tile.at + by);
  if (opened) openTile(opened);
}

const SERIES = { "[": () => inSeries(-1), "]": () => inSeries(1) };
const ANYWHERE = { "/": () => part("filter").select(), c: openChosen,
  x: () => change({ choose: [] }) };
const IN_GRID = { ...ANYWHERE, ...SERIES, " ": () => choose(current.stop),
  t: () => showSweep((current.stop.run ?? current.stop.name).head),
  Home: move, End: move, ArrowLeft: move, ArrowRight: move, ArrowUp: move, ArrowDown: move };
const IN_TEXT = { ArrowLeft: () => goOn(-1), ArrowRight: () => goOn(1) };
const IN_VIEWER = { ...IN_TEXT, ...SERIES, "+": () => zoomTo(zoom() * 1.25), "=": () => press("+"),
  "-": () => zoomTo(zoom() / 1.25), 1: () => zoomTo(1),
  0: () => { place = FITTED; drawStages(); },
  ShiftArrowLeft: () => pan(-40, 0), ShiftArrowRight: () => pan(40, 0),
  ShiftArrowUp: () => pan(0, -40), ShiftArrowDown: () => pan(0, 40) };

/** Do what a key means where the focus is. Gives whether it means something. */
function press(key) {
  const meanings = viewer.open ? (stages.children.length ? IN_VIEWER : IN_TEXT)
    : document.activeElement === current ? IN_GRID : ANYWHERE;
  meanings[key]?.(key);
  return key in meanings;
}

document.addEventListener("keydown", event => {
  const { key, target, shiftKey, ctrlKey, metaKey, altKey } = event;
  if (target.id === "filter" && key === "Escape") change({ filter: "" });
  if (ctrlKey || metaKey || altKey || target.matches("select, input:not([type=checkbox])")) return;
  if (press(shiftKey && key.startsWith("Arrow") ? `Shift${key}` : key)) event.preventDefault();
});
document.addEventListener("click", ({ target }) => press(target.dataset.key));
document.addEventListener("input", ({ target: { name, type, value, checked } }) => {
  if (!name) return;
  if (name === "size") remembered(value);
  if (name === "folded") view.fold = [];
  if (name !== "size") scrollTo(0, 0);
  change({ [name]: type === "checkbox" && !checked ? "" : value });
});
addEventListener("hashchange", start);
document.addEventListener("DOMContentLoaded", start);
start();
