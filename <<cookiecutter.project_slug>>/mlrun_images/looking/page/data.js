"use strict";
// What the page shows: runs and images, the tiles made of them, and how tiles are found and put in order.

const { runs, images } = JSON.parse(document.getElementById("data").textContent);
const tiles = []; // each: run, images (a series has several, a run without images none), at (which is shown)
const MARKS = { completed: "✓", error: "✕", aborted: "■" };

/** Join records: each run gets its `head` (itself, or an iteration's sweep), `images`, and full names. */
function connect() {
  let head;
  for (const run of runs) {
    if (!run.iteration) head = run;
    run.head = head;
    run.images = [];
    for (const name of ["parameters", "results"]) run[name] ??= {};
    for (const name of ["faults", "files", "inputs"]) run[name] ??= [];
    run.swept = false;
    head.swept ||= Boolean(run.iteration);
    run.id = (head.uid ?? "").slice(0, 12) + (run.iteration ? `-${run.iteration}` : "");
  }
  images.forEach((image, number) => {
    image.number = number;
    image.run = runs[image.run];
    image.labels ??= {};
    image.id = `${image.run.id}/${image.key}`;
    image.run.images.push(image);
  });
}

/** One tile an image, one a series, and one a run that has something to say instead. */
function makeTiles() {
  for (const run of runs) {
    const silent = !run.images.length && !run.swept;
    if (run.faults.length || silent) tiles.push({ run, images: [], at: 0 });
    const series = new Map();
    for (const image of run.images) {
      const { step, series: name } = image.labels;
      const tile = (step && series.get(name)) || { run, images: [], at: 0 };
      if (!tile.images.length) tiles.push(tile);
      tile.images.push(image);
      if (step) series.set(name, tile);
    }
    for (const tile of series.values()) {
      tile.images.sort((one, other) => one.labels.step - other.labels.step);
      tile.at = tile.images.length - 1;
    }
  }
}

connect();
makeTiles();
const byUid = new Map(runs.filter(run => run.head === run).map(run => [run.uid, run]));
const byId = new Map(images.map(image => [image.id, image]));
const tileOf = new Map(tiles.flatMap(tile => tile.images.map(image => [image, tile])));
const shown = tile => tile.images[tile.at];
const nameOf = run => run.head.function || run.head.name;
const pairs = object => Object.entries(object).map(([name, value]) => `${name}=${value}`);

/** What a field is called in a filter word, a group or an order, and its values in a tile. */
function values(tile, field) {
  const { run } = tile, { head } = run, image = shown(tile), [kind, ...rest] = field.split(".");
  const named = { param: run.parameters, result: run.results, label: image?.labels ?? {} };
  const own = {
    key: image?.labels.series ?? image?.key, type: image?.type, bytes: image?.bytes, state: run.state,
    function: head.function, name: head.name, run: head.uid, uid: head.uid, workflow: head.workflow,
    start: run.start, iteration: run.iteration,
  };
  const of = (object, name) => Object.hasOwn(object, name) ? object[name] : undefined;
  const found = rest.length && Object.hasOwn(named, kind)
    ? [of(named[kind], rest.join("."))]
    : [own, ...Object.values(named)].map(object => of(object, field));
  return found.filter(value => value !== undefined);
}

/** All fields that a tile has a value for. */
function fields() {
  const found = new Set(["run", "key", "function", "state"]);
  const add = (kind, names) => Object.keys(names).forEach(name => found.add(`${kind}.${name}`));
  for (const run of runs) {
    add("param", run.parameters);
    add("result", run.results);
  }
  for (const image of images) add("label", image.labels);
  return [...found];
}

const collator = new Intl.Collator(undefined, { numeric: true });
const isNumber = text => String(text).trim() !== "" && Number.isFinite(Number(text));
function compare(one, other) {
  if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
  return isNumber(one) && isNumber(other) ? one - other : collator.compare(one, other);
}

const same = (one, other) => isNumber(one) && isNumber(other)
  ? Number(one) === Number(other) : String(one).toLowerCase() === other;
const SIGNS = {
  ":": (value, text) => String(value).toLowerCase().includes(text),
  "=": same,
  "!=": (value, text) => !same(value, text),
  ">": (value, text) => Number(value) > Number(text),
  "<": (value, text) => Number(value) < Number(text),
  ">=": (value, text) => Number(value) >= Number(text),
  "<=": (value, text) => Number(value) <= Number(text),
};

/** The text in which a filter word without a field is looked for. */
function textOf(tile) {
  const { run } = tile, { head } = run, results = object => Object.entries(object).flat();
  return tile.text ??= [
    head.uid, head.name, head.function, head.workflow, head.start, run.state, run.log, run.start,
    ...run.faults, ...pairs(run.parameters), ...results(run.results), ...run.files.flat(),
    ...head.inputs.flat(), ...pairs(head.parameters), ...results(head.results), ...head.files.flat(),
    ...tile.images.flatMap(({ key, type, labels, changes = [], fault, uri, path, run: { iteration } }) => [
      key, type, `${labels.width} × ${labels.height}`, ...Object.values(labels), ...changes, fault, uri,
      path, iteration && `#${iteration}`,
    ]),
  ].filter(Boolean).join(" ").toLowerCase();
}

/** What a filter word asks of a tile: FIELD SIGN TEXT where there is such a field, else text. */
function question(word) {
  const [, field, sign, quoted] = /^([\w.-]+)(!=|>=|<=|[:=<>])(.+)$/s.exec(word) ?? [];
  const plain = text => text.replaceAll('"', "").toLowerCase();
  if (!field || !tiles.some(tile => values(tile, field).length)) {
    return tile => textOf(tile).includes(plain(word));
  }
  return tile => values(tile, field).some(value => SIGNS[sign](value, plain(quoted)));
}

/** The tiles that every word of a filter fits. Words with spaces are put in quotes. */
function matching(filter) {
  const questions = (filter.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []).map(question);
  return tiles.filter(tile => questions.every(fits => fits(tile)));
}

/** Tiles in groups: each with `name` (the field's value), `tiles`, and `run` where it is a run. */
function arrange(found, { group, sort, down }) {
  const order = (one, other) => one === undefined || other === undefined || !down
    ? compare(one, other) : compare(other, one);
  const ordered = sort
    ? found.toSorted((one, other) => order(values(one, sort)[0], values(other, sort)[0]))
    : down ? found.toReversed() : found;
  const groups = new Map();
  for (const tile of ordered) {
    const key = group === "run" ? tile.run.head : group ? values(tile, group)[0] : "";
    if (!groups.has(key)) groups.set(key, { name: key, tiles: [], run: group === "run" && key });
    groups.get(key).tiles.push(tile);
  }
  const all = [...groups.values()];
  return group && group !== "run" ? all.sort((one, other) => compare(one.name, other.name)) : all;
}
