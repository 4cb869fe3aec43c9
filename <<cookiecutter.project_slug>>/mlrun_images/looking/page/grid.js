// The grid: groups with a heading and tiles, drawn as far down as one has scrolled.

const MARKS = { completed: "✓", error: "✕", aborted: "■" };
const SOME = 20; // steps of drawing before the next look at how far it is
const part = id => document.getElementById(id), grid = part("grid");
let rest, boxes = new Map(), kept; // what draws a tile a step; elements of groups and tiles
let current; // the group or tile that TAB reaches
let isFar = false; // whether what is drawn is far from what is seen: its pictures come later

/** An element with properties; text among its children is text. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child));
  return element;
}

/** Draw anew, down to where one has scrolled. What TAB reaches stays, if it is still there. */
function draw() {
  const was = current, focused = document.activeElement, isFocused = grid.contains(focused);
  const isSame = stop => stop === was || (stop.tiles && stop.name === was?.name);
  grid.style.minHeight = `${grid.offsetHeight}px`; // or it would be scrolled up
  grid.replaceChildren();
  [kept, boxes] = [boxes, new Map()];
  rest = view.columns ? drawTable() : drawGroups();
  drawMore();
  grid.style.minHeight = "";
  setCurrent([...boxes.keys()].find(isSame) ?? boxes.keys().next().value);
  const goal = focused.isConnected ? focused : buttonOf(current);
  if (isFocused) goal.focus?.({ preventScroll: true });
}

/** Draw to half a screen below what is seen. */
function drawMore() {
  const bottom = () => grid.lastElementChild?.getBoundingClientRect().bottom ?? 0;
  for (let isDone = false; !isDone && bottom() < 1.5 * innerHeight;) {
    for (let step = 0; step < SOME; step++) isDone = rest.next().done;
  }
}

/** Draw as far as to a group or tile; or all. */
function drawTo(stop) {
  isFar = true;
  while (!boxes.has(stop) && !rest.next().done);
  isFar = false;
}

function* drawGroups() {
  for (const group of groups) {
    const tiles = make("div", { className: "tiles" });
    grid.append(make("section", {}, view.group && headingBox(group), tiles));
    for (const tile of isFolded(group) ? [] : group.tiles) {
      tiles.append(tileBox(tile));
      yield;
    }
    yield;
  }
}

/** A row for each group, with a tile for each value of another field. On top are these values. */
function* drawTable() {
  const found = groups.map(({ tiles }) => Map.groupBy(tiles, tile => value(tile, view.columns)));
  const columns = [...new Set(found.flatMap(row => [...row.keys()]))].sort(compare);
  const cell = (role, ...content) => make("td", { role }, ...content);
  const table = make("table", { role: "table" });
  const addRow = (...cells) => table.append(make("tr", { role: "row" }, ...cells));
  grid.append(table);
  addRow(cell("cell"), ...columns.map(name => cell("columnheader", title(view.columns, name))));
  for (const [at, group] of groups.entries()) {
    addRow(cell("rowheader", headingText(group)), ...columns.map(name => {
      const [tile, ...others] = found[at].get(name) ?? [];
      const more = others.length && make("small", {}, `and ${others.length} more`);
      return cell("cell", tile && tileBox(tile), more);
    }));
    yield;
  }
}

const copyOf = template => part(template).content.firstElementChild.cloneNode(true);
const title = (field, value) => `${field.replace(/^\w+\./, "")} = ${value ?? "–"}`;

function headingText({ name, run }) {
  if (!run) return title(view.group, name);
  const inputs = run.inputs.map(([name, url]) => `${name} ← ${url}`);
  return [nameOf(run), ...pairs(run.parameters), run.start, ...inputs].filter(Boolean).join("  ");
}

function headingBox(group) {
  const { run, tiles } = group, text = headingText(group), isOpen = !isFolded(group);
  const box = copyOf("heading"), [choose, fold, sweep, more] = box.children;
  Object.assign(choose, { hidden: !tiles.some(shown), ariaLabel: `Choose the image of ${text}` });
  Object.assign(fold, { title: text, ariaExpanded: String(isOpen) });
  fold.append(isOpen ? "▾ " : "▸ ", run?.state ? stateElement(run) : "", " ", text);
  sweep.hidden = !run?.swept;
  more.textContent = run?.left_out ? `${run.left_out} more not shown` : "";
  return placed(box, group, tiles.flatMap(({ images }) => images));
}

/** Remember which element is that of a group or tile. */
function placed(box, stop, images) {
  box.querySelector("[type=checkbox]").checked = images.some(isChosen);
  boxes.set(stop, Object.assign(box, { stop }));
  return box;
}

/** A run's state: its mark, and its name, which the eye does not need for `completed`. */
function stateElement({ state = "" }) {
  const text = `${MARKS[state] ?? "●"} ${state === "completed" ? "" : state}`;
  return make("span", { className: `state ${state}`, role: "img", ariaLabel: state }, text);
}

/** A tile's element: the image that it has come to, or what its run has to say. */
function tileBox(tile) {
  const { run, at, images: { length } } = tile, image = shown(tile) ?? { labels: {} };
  const { key, labels, fault, shown: size } = image, box = boxOf(tile) ?? copyOf("tile");
  const [open, choose, slider] = box.children, [frame, name, about, caption] = open.children;
  const picture = frame.querySelector("img") ?? make("img", { alt: "" });
  if (size) fillPicture(picture, image);
  box.style.setProperty("--ratio", size ? size[0] / size[1] : 1);
  box.classList.toggle("text", !length);
  frame.replaceChildren(size ? picture
    : make("div", { className: "told" }, ...(length ? [`no preview: ${fault}`] : told(run))));
  Object.assign(name, { textContent: labels.series ?? key, title: key, hidden: !length });
  about.textContent = length ? detail(tile) : "";
  caption.textContent = caption.title = image.caption ?? "";
  Object.assign(choose, { hidden: !length, ariaLabel: `Choose ${key}` });
  const ariaLabel = `Step of ${labels.series}`;
  Object.assign(slider, { max: length - 1, value: at, hidden: length < 2, ariaLabel });
  return placed(box, tile, tile.images.slice(at, at + 1));
}

function fillPicture(picture, image) {
  const { labels, bytes, shown: [width, height], classes = "" } = image;
  const scale = view.size * Math.min(1 / height, 3 / width);
  const isLarge = labels.width > width && scale > 1.5 && bytes < 2e7;
  const className = scale * height > 2 * labels.height ? `${classes} pixels` : classes;
  Object.assign(picture, { width, height, className });
  if (!isFar) load(picture, image, isLarge);
}

/** What a run has to say that has no image, or failed. */
function told(run) {
  const { results, files, faults, log, iteration, parameters } = run;
  const others = [...Object.entries(results), ...files.map(([key, , name]) => [key, name])];
  const line = className => text => make("div", { className }, text);
  const number = iteration && ` #${iteration} ${pairs(parameters).join(" ")}`;
  return [make("div", {}, stateElement(run), number), ...faults.map(line("fault")),
    ...others.map(pair => pair.join(": ")).map(line("")), make("code", {}, log)];
}

/** What stands under an image: what it is sorted by, else what is its own. */
function detail(tile) {
  const { run: { iteration, head, parameters } } = tile, sorted = value(tile, view.sort);
  const { labels: { step, width, height, format }, type } = shown(tile);
  const swept = pairs(parameters).filter(pair => !pairs(head.parameters).includes(pair));
  if (sorted) return title(view.sort, sorted);
  if (step) return `step ${step}`;
  if (iteration) return [`#${iteration}`, ...swept].join(" ");
  return [width && `${width} × ${height}`, format ?? type].filter(Boolean).join(" ");
}

const isPage = ({ link }) => /\.html$/i.test(link);

/** Show an image's thumbnail, and instead its file, if that is wanted, as soon as it is loaded. */
function load(picture, image, isFileWanted) {
  const source = part(`thumbnail-${image.number}`), file = new Image();
  if (source && picture.image !== image) picture.src = source.textContent;
  if (source) picture.image = image; // else the browser has not read so far
  file.onload = () => { if (picture.image === image) picture.src = file.src; };
  if (isFileWanted && image.link && !isPage(image)) file.src = image.link;
  return file;
}

/** Show another image of a series; or in each series that of the same step or the last before. */
function setStep(tile, at) {
  showStep(tile, Math.max(0, Math.min(at, tile.images.length - 1)));
  const { step } = shown(tile).labels;
  for (const other of view.together ? tiles.filter(isSeries) : []) {
    const last = other.images.findLastIndex(({ labels }) => labels.step - step <= 0);
    if (other !== tile) showStep(other, Math.max(0, last));
  }
  for (const stop of boxes.keys()) if (stop.images && isSeries(stop)) tileBox(stop);
}

const boxOf = stop => boxes.get(stop) ?? kept.get(stop);
const buttonOf = stop => boxes.get(stop)?.querySelector(".open, .fold") ?? {};
const stopOf = element => element.closest(".tile, h2")?.stop;

/** Have TAB reach a group or tile. */
function setCurrent(stop) {
  buttonOf(current).tabIndex = -1;
  current = stop;
  buttonOf(current).tabIndex = 0;
}

function moveTo(stop) {
  drawTo(stop);
  if (!boxes.has(stop)) return; // its group is folded, or it does not fit the filter
  if (stop.images) tileBox(stop);
  setCurrent(stop);
  buttonOf(stop).focus({ preventScroll: true });
  buttonOf(stop).scrollIntoView({ block: "nearest" });
}

/** Where a key leads: left and right among headings or tiles, up and down to the next of both. */
function neighbour(key) {
  if (key === "End") drawTo();
  const all = [...boxes.keys()], same = all.filter(stop => !stop.tiles === !current.tiles);
  const at = same.indexOf(current), way = { ArrowUp: -1, ArrowDown: 1 }[key];
  const to = { Home: 0, ArrowLeft: Math.max(0, at - 1), ArrowRight: at + 1 };
  if (!way) return same.at(to[key] ?? -1);
  const from = buttonOf(current).getBoundingClientRect();
  const away = stop => {
    const { x, y } = buttonOf(stop).getBoundingClientRect(), down = way * (y - from.y);
    return down > 0 ? 1e6 * down + Math.abs(x - from.x) : Infinity;
  };
  return all.reduce((best, stop) => away(stop) < away(best) ? stop : best, current);
}

grid.addEventListener("click", ({ target }) => {
  const stop = stopOf(target);
  if (target.closest(".open")) openTile(stop);
  else if (target.closest(".fold")) toggleFold(stop);
  else if (target.matches(".sweep")) showSweep(stop.run);
  else if (target.matches("[type=checkbox]")) choose(stop);
});
grid.addEventListener("input", ({ target }) => {
  if (target.matches(".step")) setStep(stopOf(target), Number(target.value));
});
grid.addEventListener("contentvisibilityautostatechange", ({ target, skipped }) => {
  const picture = target.querySelector("img");
  if (!picture) return;
  if (!skipped) return fillPicture(picture, shown(target.stop));
  picture.removeAttribute("src"); // which takes memory
  picture.image = undefined;
});
grid.addEventListener("focusin", ({ target }) => setCurrent(stopOf(target)));
addEventListener("scroll", drawMore, { passive: true });
addEventListener("resize", drawMore);
