"use strict";
// What the page knows: runs, their images, and tiles, which it finds, groups and puts in order.

const runs = [], images = [], tiles = [], byId = new Map(); // the images by their `id`
const EMPTY = { parameters: {}, results: {}, faults: [], files: [], inputs: [] };
const NO_IMAGE = { labels: {} }, NO_FIELDS = Object.create(null); // without JavaScript's own

/** Take up the records that have arrived. The rest follow when the page is loaded. */
function read() {
  for (const element of document.querySelectorAll("script.data")) {
    JSON.parse(element.textContent).forEach(addRun);
    element.remove();
  }
}

/**
 * Keep a run with its images, each with the `text` in which a filter word is looked for. Its tiles
 * show an image, a series of them (one at a time), or what the run has to say.
 */
function addRun({ images: own = [], ...record }) {
  const run = { ...EMPTY, ...record, images: own, text: textIn(record, `#${record.iteration}`) };
  run.head = run.iteration ? runs.at(-1).head : run; // an iteration follows its sweep
  run.id = (run.head.uid ?? "").slice(0, 12) + (run.iteration ? `-${run.iteration}` : "");
  runs.push(run);
  for (const image of own) {
    const { labels = {}, key } = image, text = textIn(image, `${labels.width} × ${labels.height}`);
    Object.assign(image, { labels, text, run, id: `${run.id}/${key}`, number: images.length });
    images.push(image);
    byId.set(image.id, image);
  }
  const seriesOf = image => (image.labels.step && image.labels.series) || image;
  const series = [...Map.groupBy(own, seriesOf).values()];
  if (run.faults.length || !(own.length || run.swept)) series.unshift([]);
  for (const images of series) {
    images.sort((one, other) => one.labels.step - other.labels.step);
    tiles.push(showStep({ run, images }, images.length - 1));
  }
}

/** Have a tile show one image of its series, by which it is found, grouped and sorted then. */
function showStep(tile, at) {
  const { run, run: { head } } = tile, { key, type, caption, labels } = tile.images[at] ?? NO_IMAGE;
  const own = { run: head.uid, uid: head.uid, key: labels.series ?? key, type, name: head.name,
    function: head.function, state: run.state, start: run.start, iteration: run.iteration,
    workflow: head.workflow, caption };
  const kinds = { "": own, "param.": run.parameters, "result.": run.results, "label.": labels };
  Object.assign(tile, { at, fields: Object.create(NO_FIELDS) });
  for (const kind in kinds) {
    for (const name in kinds[kind]) tile.fields[kind + name] = kinds[kind][name];
  }
  return tile;
}

const textIn = (...data) => JSON.stringify(data).toLowerCase();
const fieldNames = () => [...new Set(tiles.flatMap(({ fields }) => Object.keys(fields)))];
const shown = ({ images, at }) => images[at] ?? NO_IMAGE;
const isSeries = tile => tile.images.length > 1;
const nameOf = run => run.head.function || run.head.name;
const pairs = values => Object.entries(values).map(([name, value]) => `${name}=${value}`);
const collator = new Intl.Collator(undefined, { numeric: true });
const isNumber = text => String(text).trim() !== "" && Number.isFinite(Number(text));

/** The order of two values: numbers by size, texts as one reads them, last what is not there. */
function compare(one, other, way = 1) {
  if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
  return way * (isNumber(one) && isNumber(other) ? one - other : collator.compare(one, other));
}

/** Whether a value is what a filter word asks for. */
function isAsked(value, sign, text) {
  if (value === undefined) return false;
  const lower = value.toLowerCase(), more = value - text;
  const same = isNumber(text) ? more === 0 : lower === text;
  return { ":": lower.includes(text), "=": same, "!=": !same,
    ">": more > 0, ">=": more >= 0, "<": more < 0, "<=": more <= 0 }[sign];
}

/** What a filter word asks of a tile: FIELD SIGN TEXT where there is such a field, else text. */
function question(word) {
  const [, field, sign, text] = /^([\w.-]+)(!=|>=|<=|[:=<>])(.+)$/s.exec(word) ?? [];
  // `width` is that of a parameter, a result or a label
  const names = ["", "param.", "result.", "label."].map(kind => kind + field)
    .filter(name => sign && tiles.some(({ fields }) => fields[name] !== undefined));
  const lower = (names.length ? text : word).toLowerCase();
  const fits = names.length
    ? ({ fields }) => names.some(name => isAsked(fields[name], sign, lower))
    : ({ run, images }) => [run, run.head, ...images].some(({ text }) => text.includes(lower));
  const known = () => [...new Set(fieldNames().map(name => name.split(".").at(-1)))].join(", ");
  const fault = () => names.length
    ? /[<>]/.test(sign) && !isNumber(text) && `${text} is no number.`
    : sign && `No field is named ${field}. There are ${known()}.`;
  return { fits, fault };
}

/** The words of a filter; those in quotes may have spaces. */
const wordsOf = filter => (filter.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [])
  .map(word => word.replaceAll('"', ""));

/** Tiles in groups. The `name` of a group is its run, or what its tiles have in a field. */
function arrange(found, { group, sort, down }) {
  const bySort = (one, other) => compare(one.fields[sort], other.fields[sort], down ? -1 : 1);
  const ordered = sort ? found.toSorted(bySort) : down ? found.toReversed() : found;
  const groupOf = ({ run, fields }) => group === "run" ? run.head : fields[group];
  const groups = [...Map.groupBy(ordered, groupOf)].map(([name, tiles]) => ({ name, tiles }));
  return group === "run" ? groups : groups.sort((one, other) => compare(one.name, other.name));
}

/** Names of the parameters in which runs differ. */
function differing(runs) {
  const names = new Set(runs.flatMap(({ parameters }) => Object.keys(parameters)));
  const valuesOf = name => new Set(runs.map(({ parameters }) => parameters[name]));
  return [...names].filter(name => valuesOf(name).size > 1);
}
