// The view, which the page's address holds, and the controls that change it.

const SIMPLE = { filter: "", group: "run", columns: "", sort: "", open: "", way: "" };
const view = { ...SIMPLE, down: false, size: 150, chosen: [], folded: new Set(), allFolded: false, compare: false, together: false };
const filter = part("filter");
let groups = [];

const foldId = ({ run, name }) => run ? run.id : String(name);
const isFolded = group => view.allFolded !== view.folded.has(foldId(group));
const isChosen = image => view.chosen.includes(image.id);
const sequence = () => groups.flatMap(group => group.tiles);

function remembered() {
  try { return Number(localStorage.getItem("mlrun-images size")) || 150; } catch { return 150; }
}

function readAddress() {
  const hash = decodeHash(), has = name => hash.get(name) === "1";
  for (const [name, usual] of Object.entries(SIMPLE)) view[name] = hash.get(name) ?? usual;
  view.size = Math.min(600, Math.max(80, Number(hash.get("size")) || remembered()));
  Object.assign(view, { down: has("down"), compare: has("compare"), together: has("together"), allFolded: has("folded") });
  view.folded = new Set(hash.getAll("fold"));
  view.chosen = hash.getAll("choose").filter(id => byId.has(id)).slice(0, 8);
}

/** The address after #: names and values, or text to filter by. */
function decodeHash() {
  const text = location.hash.slice(1);
  return new URLSearchParams(text.includes("=") || !text ? text : { filter: decodeURIComponent(text) });
}

function writeAddress() {
  const hash = new URLSearchParams();
  for (const [name, usual] of Object.entries(SIMPLE)) if (view[name] !== usual) hash.set(name, view[name]);
  for (const name of ["down", "compare", "together"]) if (view[name]) hash.set(name, "1");
  if (view.allFolded) hash.set("folded", "1");
  if (view.size !== remembered()) hash.set("size", view.size);
  view.folded.forEach(id => hash.append("fold", id));
  view.chosen.forEach(id => hash.append("choose", id));
  history.replaceState(null, "", `#${hash}`);
}

function render() {
  const found = matching(view.filter), count = list => list.reduce((sum, tile) => sum + tile.images.length, 0);
  groups = arrange(found, view);
  layOut(groups);
  const total = `${images.length} image${images.length === 1 ? "" : "s"}`;
  part("count").textContent = view.filter.trim() ? `${count(found)} of ${total}` : total;
  part("none").hidden = found.length || !tiles.length;
  markChosen();
  writeAddress();
}

function markChosen() {
  for (const element of grid.querySelectorAll(".tile:not(.text)")) {
    element.querySelector(".choose").checked = isChosen(shown(element.tile));
  }
  for (const box of grid.querySelectorAll("h2 > input")) {
    box.checked = box.group.tiles.some(tile => tile.images.some(isChosen));
  }
  part("chosen").hidden = !view.chosen.length;
  part("choice").textContent = `${view.chosen.length} chosen${view.chosen.length < 8 ? "" : ", the most that are compared"}`;
  part("compare").disabled = view.chosen.length < 2;
}

function choose(list, on) {
  const ids = list.map(image => image.id);
  view.chosen = on ? [...new Set([...view.chosen, ...ids])].slice(0, 8) : view.chosen.filter(id => !ids.includes(id));
  markChosen();
  writeAddress();
}

function toggleChoice(tile) {
  if (shown(tile)) choose([shown(tile)], !isChosen(shown(tile)));
}

/** Choose a group's images of the key that is chosen elsewhere, or of its first image's. */
function chooseOfGroup({ tiles }) {
  const all = tiles.map(shown).filter(Boolean), chosen = all.filter(isChosen);
  if (chosen.length) return choose(chosen, false);
  const key = (byId.get(view.chosen[0]) ?? all[0])?.key;
  choose(all.filter(image => image.key === key), true);
}

function toggleFold(group) {
  const id = foldId(group);
  if (!view.folded.delete(id)) view.folded.add(id);
  render();
}

/** A sweep's images as a table of the first two parameters that differ. */
function showSweep(run) {
  if (!run?.swept) return;
  const own = runs.filter(one => one.head === run && one.iteration);
  const names = Object.keys(own[0].parameters).filter(name => new Set(own.map(({ parameters }) => parameters[name])).size > 1);
  const [columns, rows = "key"] = names;
  Object.assign(view, { filter: `run:${run.uid}`, group: rows === "key" ? rows : `param.${rows}`, columns: columns ? `param.${columns}` : "" });
  fillControls();
  render();
}

function fillControls() {
  filter.value = view.filter;
  for (const name of ["group", "columns", "sort"]) {
    const options = ["", ...fields()].map(field => make("option", { value: field, selected: field === view[name] }, field || { group: "nothing", columns: "none", sort: "newest" }[name]));
    part(name).replaceChildren(...options);
  }
  part("size").value = view.size;
  part("order").ariaPressed = String(view.down);
  part("bound").hidden = !hasSeries;
  part("together").checked = view.together;
}

function start() {
  readAddress();
  fillControls();
  grid.style.setProperty("--size", `${view.size}px`);
  render();
  if (view.compare) openChosen();
  else if (view.open) {
    const image = byId.get(view.open), tile = tileOf.get(image) ?? tiles.find(({ run, images }) => !images.length && `${run.id}/` === view.open);
    if (image) tile.at = tile.images.indexOf(image);
    if (tile) openTile(tile);
  } else viewer.close();
}

filter.addEventListener("input", () => { view.filter = filter.value; render(); });
for (const name of ["group", "columns", "sort"]) part(name).addEventListener("change", () => { view[name] = part(name).value; render(); });
part("order").addEventListener("click", () => { view.down = !view.down; fillControls(); render(); });
part("fold").addEventListener("click", () => { view.allFolded = !view.allFolded; view.folded.clear(); render(); });
part("together").addEventListener("change", () => { view.together = part("together").checked; writeAddress(); });
part("compare").addEventListener("click", openChosen);
part("clear").addEventListener("click", () => { choose(view.chosen.map(id => byId.get(id)), false); });
part("size").addEventListener("input", () => {
  view.size = Number(part("size").value);
  grid.style.setProperty("--size", `${view.size}px`);
  try { localStorage.setItem("mlrun-images size", view.size); } catch { /* the address still holds it */ }
  render();
});
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || viewer.open) return;
  const typing = event.target === filter;
  if (event.key === "/" && !typing) { event.preventDefault(); filter.focus(); filter.select(); }
  if (event.key === "Escape" && typing) { filter.value = view.filter = ""; render(); }
  if (event.key === "c" && !typing) openChosen();
});
addEventListener("hashchange", start);
addEventListener("resize", () => layOut(groups));
start();
requestAnimationFrame(loadArrived);
