// The viewer: one image with what is known of it, or two to eight side by side with one zoom.

const viewer = part("viewer"), stages = part("stages"), FITTED = { zoom: 0, x: 0.5, y: 0.5 };
let place = FITTED; // screen pixels an image pixel (0: to fit), and what is in the middle, 0 to 1
let opened; // a tile

/** Width and height of an image as it is drawn: its file may be turned by its EXIF. */
function sizeOf({ labels, shown = [1, 1] }) {
  const size = [labels.width ?? shown[0], labels.height ?? shown[1]].map(Number);
  return (size[0] - size[1]) * (shown[0] - shown[1]) < 0 ? size.reverse() : size;
}

/** An image's thumbnail, and once it is loaded its file, or a plot's page. */
function stageOf(image) {
  const [width, height] = sizeOf(image), { key, link, classes = "" } = image;
  const picture = make("img", { width, height, alt: key }), note = make("p");
  const frame = isPage(image) && make("iframe", { width, height, title: key, tabIndex: -1,
    sandbox: "", src: `${link}#whole`, onload: () => picture.remove() });
  const holder = make("div", { className: `holder ${classes}` }, picture, frame);
  const text = "a thumbnail: the browser does not show this file";
  load(picture, image, true).onerror = () => note.append(text);
  return make("div", { className: "stage", size: [width, height], holder, frame }, holder, note);
}

/** Screen pixels that a pixel of the first image takes. */
function zoom() {
  const { clientWidth, clientHeight, size: [width, height] } = stages.firstElementChild;
  return place.zoom || Math.min(clientWidth / width, clientHeight / height);
}

/** Put each image in its place. Where sizes differ, the same part is shown of each. */
function drawStages() {
  const [x, y] = [`${100 * place.x}%`, `${100 * place.y}%`];
  for (const { size, holder, frame } of stages.children) {
    const scale = zoom() * stages.firstElementChild.size[0] / size[0];
    const hash = scale > 2 ? "#pixels" : "#whole";
    holder.style.transformOrigin = `${x} ${y}`;
    holder.style.transform = `translate(-${x}, -${y}) scale(${scale})`;
    holder.classList.toggle("pixels", scale > 2);
    if (frame && !frame.src.endsWith(hash)) frame.src = frame.src.replace(/#.*/, hash);
    part("zoom").textContent = `${Math.round(zoom() * 100)} %`;
  }
  stages.style.setProperty("--wiped", `${part("wiper").value}%`);
}

/** Move by screen pixels. */
function pan(x, y) {
  const [width, height] = stages.firstElementChild.size.map(side => side * zoom());
  const within = at => Math.min(1, Math.max(0, at));
  place = { ...place, x: within(place.x + x / width), y: within(place.y + y / height) };
  drawStages();
}

/** Zoom about a point, in screen pixels from the middle. */
function zoomTo(wanted, x = 0, y = 0) {
  const was = zoom(), now = Math.min(64, Math.max(1 / 64, wanted));
  place = { ...place, zoom: now };
  pan(x * (now / was - 1), y * (now / was - 1));
}

const idOf = tile => shown(tile).id ?? `${tile.run.id}/`;
const inOrder = () => groups.flatMap(({ tiles }) => tiles);
const openTile = tile => change({ open: idOf(tile), compare: "" });
const openChosen = () => view.choose.length > 1 && change({ open: "", compare: "1" });

function goOn(by) {
  const next = opened && inOrder()[inOrder().indexOf(opened) + by];
  if (next) openTile(next);
}

/** Show what the view names: a tile with what is known of it, or the images that are chosen. */
function show() {
  const isCompared = view.compare && view.choose.length > 1, all = inOrder();
  opened = isCompared ? undefined : tiles.find(tile => idOf(tile) === view.open);
  const found = isCompared ? view.choose.map(id => byId.get(id))
    : opened?.images.slice(opened.at, opened.at + 1) ?? [];
  const [one, two, third] = found.map(image => String(sizeOf(image)));
  stages.replaceChildren(...found.map(stageOf));
  if (!opened && !isCompared) return viewer.close();
  viewer.className = two && one === two && !third ? `alike ${view.way}` : "";
  part("title").textContent = isCompared ? `${found.length} images`
    : `${found[0]?.key ?? nameOf(opened.run)} (${all.indexOf(opened) + 1} of ${all.length})`;
  part("differing").replaceChildren(isCompared ? comparison(found) : "");
  if (opened) fill(part("details"), detailsOf(opened));
  if (!viewer.open) viewer.showModal();
  drawStages();
}

/** A table of the parameters in which the images' runs differ. */
function comparison(images) {
  const names = differing(images.map(({ run }) => run));
  const caption = names.length ? "Parameters that differ" : "Their runs have the same parameters.";
  const cell = name => ({ run }) => make("td", {}, run.parameters[name] ?? "–");
  return make("table", {}, make("caption", {}, caption),
    row("", images.map(({ id }) => header("columnheader", id))),
    ...names.map(name => row(name, images.map(cell(name)))));
}

viewer.addEventListener("close", () => {
  const was = opened;
  change({ open: "", compare: "" });
  const button = was && drawTo(was);
  if (button) moveTo(button);
});
part("wiper").addEventListener("input", drawStages);
stages.addEventListener("wheel", event => {
  const stage = event.target.closest(".stage") ?? stages; // there is a gap between two
  const { x, y, width, height } = stage.getBoundingClientRect();
  event.preventDefault();
  zoomTo(zoom() * 2 ** (-event.deltaY / 300), event.x - x - width / 2, event.y - y - height / 2);
}, { passive: false });
stages.addEventListener("pointermove", ({ buttons, movementX, movementY }) => {
  if (buttons & 1) pan(-movementX, -movementY);
});
new ResizeObserver(drawStages).observe(stages);
