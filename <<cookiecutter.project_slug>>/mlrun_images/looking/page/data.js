"use strict";
// Runs and images as the page knows them, and tiles: what the grid shows, finds, groups and puts in order.

const runs = [], images = [], tiles = [], byUid = new Map(), byId = new Map(), tileOf = new Map();
const EMPTY = { parameters: {}, results: {}, images: [], faults: [], files: [], inputs: [] };

/** Read the records that have arrived. The rest follow when the page is loaded. */
function read() {
  for (const element of document.querySelectorAll("script.data")) {
    for (const record of JSON.parse(element.textContent)) addRun({ ...EMPTY, ...record });
    element.remove();
  }
}

function addRun(run) {
  run.head = run.iteration ? runs.at(-1).head : run; // an iteration follows its sweep
  run.id = (run.head.uid ?? "").slice(0, 12) + (run.iteration ? `-${run.iteration}` : "");
  if (run.head === run) byUid.set(run.uid, run);
  runs.push(run);
  if (run.faults.length || !(run.images.length || run.swept)) addTile(run);
  const series = new Map();
  for (const image of run.images) {
    const { step, series: name } = image.labels ??= {}, tile = (step && series.get(name)) || addTile(run);
    Object.assign(image, { run, number: images.length, id: `${run.id}/${image.key}` });
    images.push(image);
    tile.images.push(image);
    byId.set(image.id, image);
    tileOf.set(image, tile);
    if (step) series.set(name, tile);
  }
  for (const tile of series.values()) {
    tile.images.sort((one, other) => one.labels.step - other.labels.step);
    tile.at = tile.images.length - 1;
  }
}

/** A tile shows an image, a series of them (one at a time), or what a run has to say. */
function addTile(run) {
  const tile = { run, images: [], at: 0 };
  tiles.push(tile);
  return tile;
}

const shown = tile => tile.images[tile.at];
const hasSeries = () => tiles.some(tile => tile.images.length > 1);
const nameOf = run => run.head.function || run.head.name;
const decoded = text => { try { return decodeURIComponent(text); } catch { return text; } };
const pairs = object => Object.entries(object).map(([name, value]) => `${name}=${value}`);

/** What a tile is found, grouped and sorted by: texts by field. */
function fieldsOf(tile) {
  const { run, run: { head } } = tile, image = shown(tile) ?? { labels: {} }, { key, type, labels } = image;
  if (tile.known?.image === image) return tile.known.fields;
  const fields = { run: head.uid, uid: head.uid, key: labels.series ?? key, type, function: head.function,
    name: head.name, state: run.state, start: run.start, iteration: run.iteration, workflow: head.workflow };
  for (const [kind, object] of Object.entries({ param: run.parameters, result: run.results, label: labels })) {
    for (const name in object) fields[`${kind}.${name}`] = object[name];
  }
  tile.known = { image, fields };
  return fields;
}

const value = (tile, field) => Object.hasOwn(fieldsOf(tile), field) ? fieldsOf(tile)[field] : undefined;

/** The values of a field as a filter names it: `width` is that of a parameter, a result and a label. */
const valuesOf = (tile, field) => [field, `param.${field}`, `result.${field}`, `label.${field}`]
  .map(name => value(tile, name)).filter(value => value !== undefined);

/** The text in which a filter word without a field is looked for. */
function textOf(tile) {
  const { run, run: { head }, images } = tile, own = ({ faults, log, files, inputs, parameters, results }) =>
    [faults, log, files, inputs, pairs(parameters), Object.entries(results)];
  return tile.text ??= [own(run), run === head ? "" : own(head), run.iteration && `#${run.iteration}`,
    Object.values(fieldsOf(tile)), images.map(({ key, labels: { width, height }, changes, fault, uri, path }) =>
      [key, width && `${width} × ${height}`, changes, fault, uri, path])].flat(Infinity).join(" ").toLowerCase();
}

const collator = new Intl.Collator(undefined, { numeric: true });
const isNumber = text => String(text).trim() !== "" && Number.isFinite(Number(text));
function compare(one, other) {
  if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
  return isNumber(one) && isNumber(other) ? one - other : collator.compare(one, other);
}

const same = (one, other) => isNumber(other) ? Number(one) === Number(other) : one.toLowerCase() === other;
const SIGNS = {
  ":": (one, other) => one.toLowerCase().includes(other), "=": same, "!=": (one, other) => !same(one, other),
  ">": (one, other) => one - other > 0, "<": (one, other) => one - other < 0,
  ">=": (one, other) => one - other >= 0, "<=": (one, other) => one - other <= 0,
};

/** What a filter word asks of a tile: FIELD SIGN TEXT where there is such a field, else text. */
function question(word) {
  const [, field, sign, text] = /^([\w.-]+)(!=|>=|<=|[:=<>])(.+)$/s.exec(word) ?? [];
  const hasField = field && tiles.some(tile => valuesOf(tile, field).length);
  if (!hasField) return tile => textOf(tile).includes(word.toLowerCase());
  return tile => valuesOf(tile, field).some(value => SIGNS[sign](value, text.toLowerCase()));
}

/** The tiles that every word of a filter fits. A word with spaces is put in quotes. */
function matching(filter) {
  const words = filter.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [], questions = words.map(word => question(word.replaceAll('"', "")));
  return questions.length ? tiles.filter(tile => questions.every(fits => fits(tile))) : tiles;
}

/** Tiles in groups: each has a `name` (the field's value), its `tiles`, and `run` where it is one. */
function arrange(found, { group, sort, down }) {
  const order = (one, other) => one !== undefined && other !== undefined && down ? compare(other, one) : compare(one, other);
  const ordered = sort ? found.toSorted((one, other) => order(value(one, sort), value(other, sort)))
    : down ? found.toReversed() : found;
  const all = [...Map.groupBy(ordered, tile => group === "run" ? tile.run.head : group && value(tile, group))];
  if (group && group !== "run") all.sort(([one], [other]) => compare(one, other));
  return all.map(([name, tiles]) => ({ name, tiles, run: group === "run" && name }));
}
