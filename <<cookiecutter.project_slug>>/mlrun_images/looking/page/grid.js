// The grid: lines of known height, of which those near the screen are elements of the page. A line holds parts
// side by side: headings with their tiles, or rows of tiles, or the cells of a table's row.

const GAP = 8, BETWEEN = 24, HEADING = 32, CAPTION = 42, SLIDER = 24; // pixels
const NARROW = 96, NARROW_GROUP = 190, ROW_HEAD = 150; // pixels, at least
const MARKS = { completed: "✓", error: "✕", aborted: "■" };
const grid = document.getElementById("grid");
const drawn = new Set(); // lines that are elements of the page
let lines = [], rows = []; // rows of stops: headings and tiles, where arrow keys stop
let current; // the stop that TAB reaches

/** An element with properties; text among its children is text. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child));
  return element;
}

function load(picture, image) {
  const source = document.getElementById(`thumbnail-${image.number}`);
  if (source) picture.src = source.textContent; // else the browser has not read so far
}

function measure(tile, room) {
  const size = view.size, [width, height] = shown(tile)?.shown ?? [size, size];
  if (!shown(tile)) return { tile, width: Math.min(room, Math.max(240, size * 1.6)) };
  const scale = Math.min(size / height, Math.min(room, 3 * size) / width);
  const picture = [width, height].map(side => Math.max(1, Math.round(side * scale)));
  return { tile, width: Math.max(NARROW, picture[0]), picture };
}

const widthOf = (parts, gap) => parts.reduce((sum, { width }) => sum + width + gap, -gap);

/** Groups as lines: small ones side by side, others each with a heading and rows of even height. */
function flow(groups, room) {
  const found = [];
  let shared; // the last line, while there may be room in it
  for (const group of groups) {
    const measured = isFolded(group) ? [] : group.tiles.map(tile => measure(tile, room));
    const width = Math.min(room, Math.max(NARROW_GROUP, widthOf(measured, GAP)));
    if (view.group && widthOf(measured, GAP) <= room) {
      if (!shared || widthOf(shared, BETWEEN) + BETWEEN + width > room) found.push(shared = []);
      shared.push({ group, measured, width });
      continue;
    }
    shared = undefined;
    if (view.group) found.push([{ group, measured: [], width: room }]);
    for (let from = 0, to = 0, sum = 0; from < measured.length; from = to, sum = 0) {
      do sum += measured[to++].width + GAP; while (to < measured.length && sum + measured[to].width <= room);
      found.push([{ measured: measured.slice(from, to), width: room }]);
    }
  }
  return found.map(parts => ({ parts }));
}

/** A row for each group, a column for each value of another field. */
function table(groups) {
  const nameOf = tile => value(tile, view.columns), cells = groups.map(({ tiles }) => Map.groupBy(tiles, nameOf));
  const columns = [...new Set(cells.flatMap(row => [...row.keys()]))].sort(compare);
  const found = groups.map((group, number) => [{ title: headingText(group), measured: [] }, ...columns.map(column => {
    const [tile, ...others] = cells[number].get(column) ?? [], more = others.length && `and ${others.length} more`;
    return { measured: tile ? [measure(tile, Infinity)] : [], more };
  })]);
  found.unshift(["", ...columns.map(column => title(view.columns, column))].map(title => ({ title, measured: [] })));
  found[0].forEach((_, at) => {
    const width = Math.max(at ? NARROW : ROW_HEAD, ...found.map(row => widthOf(row[at].measured, 0)));
    for (const row of found) row[at].width = width;
  });
  grid.style.minWidth = `${widthOf(found[0], BETWEEN)}px`;
  return found.map(parts => ({ parts, isRow: true }));
}

/** Lay groups out anew. The stop that TAB reaches stays, where it is still there. */
function layOut(groups) {
  const was = current, isFocused = grid.contains(document.activeElement), slider = hasSeries() ? SLIDER : 0;
  for (const line of drawn) line.element.remove();
  drawn.clear();
  grid.style.minWidth = "";
  grid.role = view.columns ? "table" : null;
  lines = view.columns ? table(groups) : flow(groups, grid.clientWidth);
  rows = [];
  let top = 0;
  for (const line of lines) {
    line.top = top;
    addStops(line);
    const hasTiles = line.parts.some(({ measured }) => measured.length), bare = line.parts.some(({ group }) => group);
    line.height = GAP + (bare || !hasTiles ? HEADING : 0) + (hasTiles ? view.size + CAPTION + slider : 0) + (line.isRow ? GAP : 0);
    top += line.height;
  }
  grid.style.height = `${top}px`;
  current = rows.flat().find(({ tile, group }) => tile ? tile === was?.tile : group.name === was?.group?.name) ?? rows[0]?.[0];
  draw();
  if (isFocused && current) moveTo(current);
}

/** Where arrow keys stop in a line: its headings, which are parts, and its tiles. */
function addStops(line) {
  let left = 0;
  for (const part of line.parts) {
    Object.assign(part, { line, x: left });
    part.measured.reduce((x, one) => Object.assign(one, { line, x }) && x + one.width + GAP, left);
    left += part.width + BETWEEN;
  }
  const found = [line.parts.filter(({ group }) => group), line.parts.flatMap(({ measured }) => measured)];
  rows.push(...found.filter(row => row.length));
}

/** Make elements of the lines near the screen, and of the one that TAB reaches. */
function draw() {
  const top = grid.getBoundingClientRect().top, near = innerHeight / 2;
  const wanted = lines.filter(line => line === current?.line
    || (line.top + top < innerHeight + near && line.top + line.height + top > -near));
  const gone = drawn.difference(new Set(wanted));
  for (const line of gone) line.element.remove(), drawn.delete(line);
  let before = null;
  for (const line of wanted.reverse()) {
    if (!drawn.has(line)) grid.insertBefore(line.element = lineElement(line), before);
    drawn.add(line);
    before = line.element;
  }
  if (current) current.element.tabIndex = 0;
  markChosen();
}

function lineElement({ parts, top, isRow }) {
  const element = make("div", { className: "line", role: isRow ? "row" : null }, ...parts.map(part => {
    const { group, title, measured, width, more } = part, tiles = measured.map(tileElement);
    const role = !isRow ? null : !title ? "cell" : top ? "rowheader" : "columnheader";
    const element = make("div", { className: "part", role }, title, group && headingElement(part),
      tiles.length && make("div", { className: "tiles" }, ...tiles), more && make("small", {}, more));
    element.style.width = `${width}px`;
    return element;
  }));
  element.style.top = `${top}px`;
  return element;
}

const title = (field, value) => `${field.replace(/^\w+\./, "")} = ${value ?? "–"}`;

function headingText({ name, run }) {
  if (!run) return title(view.group, name);
  const inputs = run.inputs.map(([name, url]) => `${name} ← ${url}`);
  return [nameOf(run), ...pairs(run.parameters), run.start, ...inputs].filter(Boolean).join("  ");
}

/** A run's state: its mark, and but for `completed`, which is the rule, its name for the eye too. */
function stateElement({ state = "" }) {
  const name = make("span", { className: state === "completed" ? "unseen" : "" }, ` ${state}`);
  return make("span", { className: `state ${state}` }, MARKS[state] ?? "●", name);
}

function headingElement(stop) {
  const { group, group: { run, tiles } } = stop, folded = isFolded(group), text = headingText(group);
  const fold = { className: "fold", ariaExpanded: String(!folded), title: text, onclick: () => toggleFold(group) };
  const box = { type: "checkbox", ariaLabel: `Choose the image of ${text}`, group, onclick: () => chooseOfGroup(group) };
  const sweep = { title: "As a table ( t )", onclick: () => showSweep(run) }, [tabIndex, mark] = [-1, folded ? "▸ " : "▾ "];
  stop.element = make("button", { ...fold, tabIndex, stop }, mark, run?.state && stateElement(run), " ", text);
  return make("h2", {}, tiles.some(shown) && make("input", { ...box, tabIndex }), stop.element,
    run?.swept && make("button", { ...sweep, tabIndex }, "table"), run?.left_out && make("small", {}, `${run.left_out} more`));
}

function tileElement(stop) {
  const { tile, width, picture } = stop, image = shown(tile), [tabIndex, type] = [-1, "checkbox"];
  const content = image ? pictureContent(tile, picture) : textContent(tile);
  stop.element = make("button", { className: "open", tabIndex, stop, onclick: () => openTile(tile) }, ...content);
  const box = { className: "choose", ariaLabel: `Choose ${image?.key}`, onclick: () => toggleChoice(tile) };
  const range = { className: "step", type: "range", max: tile.images.length - 1, ariaLabel: `Step of ${image?.labels.series}`,
    oninput: ({ target }) => setStep(tile, Number(target.value)) };
  const element = make("div", { className: image ? "tile" : "tile text", tile }, stop.element,
    image && make("input", { type, tabIndex, ...box }), range.max > 0 && make("input", { ...range, tabIndex, value: tile.at }));
  element.style.width = `${width}px`;
  return element;
}

function pictureContent(tile, [width, height]) {
  const { key, fault, shown: size, labels, classes = "" } = shown(tile), large = height > 2 * (labels.height ?? height);
  const picture = make("img", { alt: "", width, height, className: large ? `${classes} pixels` : classes });
  if (size) load(picture, shown(tile));
  return [make("span", { className: "frame" }, size ? picture : make("small", {}, `no preview: ${fault}`)),
    make("span", { className: "key", title: key }, labels.series ?? key), make("span", { className: "detail" }, detail(tile))];
}

/** What stands under an image: what it is sorted by, else what is its own. */
function detail(tile) {
  const { run, run: { iteration, head } } = tile, { labels: { step, width, height, format }, type } = shown(tile);
  if (view.sort && value(tile, view.sort)) return title(view.sort, value(tile, view.sort));
  if (step) return `step ${step}`;
  const swept = pairs(run.parameters).filter(pair => !pairs(head.parameters).includes(pair));
  const size = width && `${width} × ${height}`;
  return (iteration ? [`#${iteration}`, ...swept] : [size, format ?? type]).filter(Boolean).join(" ");
}

function textContent({ run }) {
  const span = className => line => make("span", { className }, line);
  const found = [...Object.entries(run.results), ...run.files.map(([key, , name]) => [key, name])];
  const number = run.iteration && ` #${run.iteration} ${pairs(run.parameters).join(" ")}`;
  return [make("span", {}, stateElement(run), number), ...run.faults.map(span("fault")),
    ...found.map(pair => pair.join(": ")).map(span("")), run.log && make("code", {}, run.log)];
}

/** Show another image of a series, or in all series the one of this step or the last before it. */
function setStep(tile, at) {
  tile.at = Math.max(0, Math.min(at, tile.images.length - 1));
  const step = shown(tile)?.labels.step, until = ({ images }) => images.findLastIndex(({ labels }) => labels.step - step <= 0);
  for (const other of view.together ? tiles : []) if (other.images.length > 1) other.at = Math.max(0, until(other));
  for (const element of grid.querySelectorAll(".tile:has(.step)")) {
    const picture = element.querySelector("img");
    if (picture) load(picture, shown(element.tile));
    element.querySelector(".detail").textContent = detail(element.tile);
    element.querySelector(".step").value = element.tile.at;
  }
  markChosen();
}

function setCurrent(stop) {
  if (current?.element) current.element.tabIndex = -1;
  current = stop;
  draw();
}

function moveTo(stop) {
  setCurrent(stop);
  stop.element.focus({ preventScroll: true });
  stop.element.scrollIntoView({ block: "nearest" });
}

/** The stop that a key leads to: left and right among its kind, up and down among rows. */
function neighbour(key) {
  const at = rows.findIndex(row => row.includes(current)), distance = ({ x }) => Math.abs(x - current.x);
  const row = rows[at + { ArrowUp: -1, ArrowDown: 1 }[key]];
  if (row) return row.reduce((best, stop) => distance(stop) < distance(best) ? stop : best);
  const same = rows.flat().filter(({ tile }) => Boolean(tile) === Boolean(current.tile)), place = same.indexOf(current);
  return same[{ Home: 0, End: same.length - 1, ArrowLeft: place - 1, ArrowRight: place + 1 }[key]] ?? current;
}

grid.addEventListener("focusin", ({ target: { stop } }) => stop && stop !== current && setCurrent(stop));
grid.addEventListener("keydown", event => {
  const { key, target: { stop }, ctrlKey, metaKey, altKey } = event, by = { "[": -1, "]": 1 }[key];
  if (!stop || ctrlKey || metaKey || altKey) return;
  if (/^(Arrow\w+|Home|End)$/.test(key)) moveTo(neighbour(key));
  else if (key === " ") stop.tile ? toggleChoice(stop.tile) : chooseOfGroup(stop.group);
  else if (key === "t") showSweep((stop.tile?.run ?? stop.group.run)?.head);
  else if (by && stop.tile) setStep(stop.tile, stop.tile.at + by);
  else return;
  event.preventDefault();
});
addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
