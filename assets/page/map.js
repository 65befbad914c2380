// The map under the marbles, and what lies on it: tints, contours, critical points, trails, marbles.

const RISE = 0.43; // How high the land of a map is taken to stand, over its width, for the light on it.
const PALE = 0.25; // How far the colours of a map are on the way from those of land to the highest tint,
const INK = 0.3; // and its contours from their own.
const MOST_TRAIL = 1200; // Updates of a trail that are drawn,
const MOVING_TRAIL = 500; // and on land that moves, where all of it is drawn anew.
const CROWDED = 13; // Marks that would be nearer to each other make way for the more telling ones.
const SHAPES = [
  [],
  [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
  [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  [[0, 1.1], [-1.05, -0.8], [1.05, -0.8]],
  [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1],
    [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
];

const channels = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
const mixed = (from, to, share) => from.map((part, index) => part + (to[index] - part) * share);
const css = (color) => `rgb(${color.map(Math.round).join(" ")})`;

const LEGIBLE = 4.5; // Contrast of text with what it stands on (Web Content Accessibility Guidelines 2.2, 1.4.3).

function luminance(color) {
  const [red, green, blue] = color.map((part) => part / 255).map((part) =>
    (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, bright] = [luminance(one), luminance(other)].sort((low, high) => low - high);
  return (bright + 0.05) / (dark + 0.05);
}

// A colour as near to that of a lane as text on a panel may have.
function ink(color, theme) {
  let found = channels(color);
  while (contrast(found, channels(theme.panel)) < LEGIBLE) found = mixed(found, channels(theme.text), 0.1);
  return css(found);
}

// The colour of level land at a height from 0 to 1.
function tint(theme, height) {
  const at = limited(height, 0, 1) * (theme.land.length - 1);
  const low = Math.min(Math.floor(at), theme.land.length - 2);
  return mixed(channels(theme.land[low]), channels(theme.land[low + 1]), at - low);
}

function sized(canvas, width, height, density) {
  const [wide, high] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d");
  context.setTransform(wide / width, 0, 0, high / height, 0, 0);
  return context;
}

// The ground from above: dark is deep, and light comes from the upper left, as in the program's own maps.
function drawTints(context, width, height, theme) {
  const [wide, high] = [Math.ceil(width), Math.ceil(height)];
  const picture = context.createImageData(wide, high);
  const pixels = new Uint32Array(picture.data.buffer);
  const { heights, window: [x0, x1, y0, y1] } = race.ground;
  const lights = litNodes(heights, { rise: RISE * Math.sqrt((x1 - x0) * (y1 - y0)), c: 1, s: 0 });
  const table = shadesOf(theme, (color) => mixed(color, channels(theme.high), PALE)).plain;
  const [panel, hatch] = [word(channels(theme.panel)), word(channels(theme.border))];
  const camera = flatCamera(width, height);
  for (let row = 0; row < high; row += 1) {
    for (let column = 0; column < wide; column += 1) {
      const place = camera.under(column + 0.5, row + 0.5);
      const tall = heightAt(...place);
      const tint = Math.round(limited(tall, 0, 1) * (SHADES - 1));
      const light = Math.round(limited(heightAt(...place, lights), 0, SHADES - 1));
      const blank = (row + column) % 9 === 0 ? hatch : panel;
      pixels[row * wide + column] = Number.isNaN(tall) ? blank : table[tint * SHADES + light];
    }
  }
  const under = document.createElement("canvas");
  Object.assign(under, { width: wide, height: high });
  under.getContext("2d").putImageData(picture, 0, 0);
  context.drawImage(under, 0, 0);
}

function drawContours(context, camera, lines, color, alpha) {
  Object.assign(context, { strokeStyle: color, lineWidth: 1, globalAlpha: alpha });
  context.beginPath();
  for (let place = 0; place < lines.length; place += PIECE) {
    context.moveTo(...camera.pixel(lines[place], lines[place + 1]));
    context.lineTo(...camera.pixel(lines[place + 2], lines[place + 3]));
  }
  context.stroke();
  context.globalAlpha = 1;
}

// Contours of the coming batch's own loss, in the lane's colour: at every second height, to be told from those below.
function drawBatchSurface(context, camera, { lane, moment }, color) {
  const losses = batchLosses(lane, moment.update);
  if (!losses) return;
  const levels = race.ground.levels.filter((_, index) => index % 2 === 0);
  drawContours(context, camera, contoursOf(heightsOf(losses), levels), color, 0.8);
}

// Twice: a rim of the halo's colour, and then the mark.
function rimmed(context, theme, width, draw) {
  for (const [color, thick] of [[theme.halo, width + 2.5], [theme.mark, width]]) {
    context.strokeStyle = color;
    context.lineWidth = thick;
    context.beginPath();
    draw();
    context.stroke();
  }
}

function drawMark(context, camera, point, theme, size) {
  const [x, y] = camera.pixel(...point.at);
  const radius = 5 * size;
  rimmed(context, theme, 1.7 * size, () => {
    if (point.kind === "minimum") context.arc(x, y, radius, 0, 2 * Math.PI);
    else if (point.kind === "saddle") {
      point.along.forEach(([across, up], index) => {
        const reach = 1e-3 * Math.abs(race.ground.window[1] - race.ground.window[0]);
        const [endX, endY] = camera.pixel(point.at[0] + reach * across, point.at[1] + reach * up);
        const length = Math.hypot(endX - x, endY - y) || 1;
        const [dx, dy] = [(endX - x) / length, (endY - y) / length].map((part) => part * radius * (index ? 0.9 : 1.7));
        context.moveTo(x - dx, y - dy);
        context.lineTo(x + dx, y + dy);
      });
    } else if (point.kind === "maximum") {
      context.moveTo(x, y - radius);
      context.lineTo(x + 0.87 * radius, y + 0.5 * radius);
      context.lineTo(x - 0.87 * radius, y + 0.5 * radius);
      context.closePath();
    } else context.arc(x, y, 0.4 * radius, 0, 2 * Math.PI);
  });
  if (point.number) label(context, String(point.number), x + 8 * size, y - 7 * size, theme.mark, theme.halo, 13 * size);
}

function label(context, text, x, y, color, halo, size) {
  context.font = `600 ${size}px system-ui, sans-serif`;
  Object.assign(context, { lineJoin: "round", lineWidth: 3.5, strokeStyle: halo, fillStyle: color });
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

function drawMarks(context, camera, theme) {
  const size = (race.critical.small ? 0.65 : 1) * grown;
  const shown = [];
  for (const point of race.critical.points) {
    const [x, y] = camera.pixel(...point.at);
    if (Number.isNaN(heightAt(...point.at)) || camera.hidden(...point.at)) continue;
    if (shown.every(([otherX, otherY]) => Math.hypot(x - otherX, y - otherY) >= CROWDED * grown)) {
      shown.push([x, y]);
      drawMark(context, camera, point, theme, size);
    }
  }
}

const grounds = new Map(); // Pictures of the ground that were drawn, by size, colours and pose.
const MOST_GROUNDS = 6;

function groundPicture(width, height, density) {
  const theme = colors();
  const pose = `${state.land ? `${state.yaw} ${state.tilt}` : ""} ${state.zoom} ${state.panX} ${state.panY}`;
  const key = `${width} ${height} ${density} ${grown} ${state.theme} ${pose}`;
  if (!grounds.has(key)) {
    if (grounds.size >= MOST_GROUNDS) grounds.delete(grounds.keys().next().value);
    const canvas = document.createElement("canvas");
    const context = sized(canvas, width, height, density);
    const camera = cameraFor(width, height);
    context.fillStyle = theme.panel;
    context.fillRect(0, 0, width, height);
    if (camera.flat) {
      drawTints(context, width, height, theme);
      drawContours(context, camera, contours, css(mixed(channels(theme.level), channels(theme.high), INK)), 0.55);
    } else drawLand(context, camera, width, height, density, camera.heights);
    drawMarks(context, camera, theme);
    grounds.set(key, canvas);
  }
  return grounds.get(key);
}

const sights = { pose: "", hidden: [] }; // Which moments of each lane land hides, as far as that was asked: 1 no, 2 yes.

function momentHidden(camera, lane, update) {
  const pose = `${state.yaw} ${state.tilt}`;
  if (sights.pose !== pose) {
    Object.assign(sights, { pose, hidden: race.lanes.map(({ updates }) => new Uint8Array(updates + 1)) });
  }
  const known = sights.hidden[lane];
  const { theta } = race.lanes[lane];
  if (!known[update]) known[update] = camera.hidden(theta[2 * update], theta[2 * update + 1]) ? 2 : 1;
  return known[update] === 2;
}

function drawTrail(context, camera, lane, moment, color, theme, size) {
  const { theta } = race.lanes[lane];
  const most = camera.flat || camera.heights === race.ground.heights ? MOST_TRAIL : MOVING_TRAIL;
  const first = Math.max(0, moment.update - most);
  const places = [];
  for (let update = first; update <= moment.update; update += 1) places.push([theta[2 * update], theta[2 * update + 1]]);
  const dots = places.length;
  if (moment.share) places.push([moment.x, moment.y]);
  const pixels = places.map((place) => within(camera.pixel(...place), size.width, size.height));
  const covered = camera.heights === race.ground.heights
    ? (index) => momentHidden(camera, lane, first + index)
    : (index) => camera.hidden(...places[index]);
  const faint = camera.flat ? null : places.map((_, index) => covered(Math.min(index, dots - 1)));
  for (const [style, width, alpha] of [[theme.halo, 3 * grown, 0.6], [color, 1.4 * grown, 0.95]]) {
    Object.assign(context, { strokeStyle: style, lineWidth: width, lineJoin: "round" });
    for (const dim of faint ? [true, false] : [false]) {
      context.globalAlpha = dim ? 0.18 * alpha : alpha;
      context.beginPath();
      pixels.forEach(([x, y], index) => {
        if (!index) return;
        if (faint && faint[index] !== dim) return;
        context.moveTo(...pixels[index - 1]);
        context.lineTo(x, y);
      });
      context.stroke();
    }
  }
  context.globalAlpha = 1;
  context.fillStyle = color;
  context.beginPath();
  const taken = new Set(); // Dots on a dot that is there would be seen no better.
  for (let index = 0; index < dots; index += 1) {
    if (faint?.[index]) continue;
    const [x, y] = pixels[index];
    const place = Math.round(x) * 16384 + Math.round(y);
    if (taken.has(place)) continue;
    taken.add(place);
    context.moveTo(x + 1.7 * grown, y);
    context.arc(x, y, 1.7 * grown, 0, 2 * Math.PI);
  }
  context.fill();
}

function drawFlag(context, camera, theme) {
  const [x, y] = camera.pixel(...race.start);
  rimmed(context, theme, 1.6, () => {
    context.moveTo(x, y);
    context.lineTo(x, y - 15);
    context.lineTo(x + 8, y - 11.5);
    context.lineTo(x, y - 8);
  });
}

const MARBLE = 7; // Pixels, where type is of its usual size.
const WEDGE = [[10, 0], [-10, 7], [-5, 0], [-10, -7]]; // Along and across its direction, in such pixels: one tip.
const WEDGE_RIM = 12; // From its middle to the edge that it stands at, in such pixels.

// The middle of the wedge at the map's edge that points to a marble out of sight.
function wedgeMiddle([x, y], width, height) {
  const [across, down] = [x - width / 2, y - height / 2];
  const [right, bottom] = [width, height].map((side) => Math.max(side / 2 - WEDGE_RIM * grown, 1));
  const reach = Math.max(Math.abs(across) / right, Math.abs(down) / bottom, 1e-9);
  return [width / 2 + across / reach, height / 2 + down / reach];
}

function drawMarble(context, [x, y], color, theme, faint, width, height) {
  if (Number.isNaN(x)) return;
  const radius = MARBLE * grown;
  const outside = x < -radius || y < -radius || x > width + radius || y > height + radius;
  context.globalAlpha = faint ? 0.4 : 1;
  context.beginPath();
  if (outside) {
    const [rimX, rimY] = wedgeMiddle([x, y], width, height);
    const along = Math.atan2(y - height / 2, x - width / 2);
    const [right, down] = [grown * Math.cos(along), grown * Math.sin(along)];
    WEDGE.forEach(([ahead, aside], index) => {
      const corner = [rimX + ahead * right - aside * down, rimY + ahead * down + aside * right];
      context[index ? "lineTo" : "moveTo"](...corner);
    });
    context.closePath();
    context.strokeStyle = theme.halo;
    context.lineWidth = 2;
    context.stroke();
    context.fillStyle = color;
    context.fill();
  } else {
    context.fillStyle = theme.halo;
    context.arc(x, y, radius + 1.6, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = css(mixed(channels(color), [255, 255, 255], 0.6));
    context.beginPath();
    context.arc(x - 2.2 * grown, y - 2.2 * grown, 1.8 * grown, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

const TEXT = 12; // Pixels of height, at most, where type is of its usual size.

// What is said at the foot of a map: as large as it may be across.
function drawText(context, told, color, theme, width) {
  const most = TEXT * grown;
  context.font = `600 ${most}px system-ui, sans-serif`;
  const size = Math.min(most, (most * (width - 18)) / context.measureText(told).width);
  label(context, told, 9, 6 + size, css(mixed(channels(color), channels(theme.text), 0.35)), theme.halo, size);
}

// The land that moves is drawn for its moment, and not kept.
function drawMovingGround(context, camera, width, height, density) {
  const theme = colors();
  drawLand(context, camera, width, height, density, camera.heights);
  drawMarks(context, camera, theme);
}

// Draw a map with the marbles of some lanes; where they are on it, by lane. The last one is what its ground is about.
function drawMap(canvas, lanes, width, height) {
  const density = Math.min(devicePixelRatio || 1, 2);
  const [context, theme] = [sized(canvas, width, height, density), colors()];
  const moments = lanes.map((lane) => ({ lane, moment: momentOf(lane, state.time, !state.still) }));
  const about = moments.at(-1);
  const camera = cameraFor(width, height, heightsUnder(about.lane, about.moment));
  const color = (lane) => theme.lanes[lane % theme.lanes.length];
  const moves = !camera.flat && camera.heights !== race.ground.heights;
  if (moves) drawMovingGround(context, camera, width, height, density);
  else context.drawImage(groundPicture(width, height, density), 0, 0, width, height);
  if (state.surface && !moves) drawBatchSurface(context, camera, about, color(about.lane));
  drawFlag(context, camera, theme);
  const found = moments.map(({ lane, moment }) =>
    ({ lane, moment, pixel: within(camera.pixel(moment.x, moment.y), width, height) }));
  for (const { lane, moment } of found) drawTrail(context, camera, lane, moment, color(lane), theme, { width, height });
  for (const { lane, moment, pixel } of found) {
    drawMarble(context, pixel, color(lane), theme, camera.hidden(moment.x, moment.y), width, height);
  }
  const told = groundText(about.lane, about.moment);
  if (told) drawText(context, told, color(about.lane), theme, width);
  return found;
}

// What tells a lane besides its colour.
function drawBadge(canvas, lane) {
  const context = sized(canvas, 14, 14, Math.min(devicePixelRatio || 1, 2));
  const corners = SHAPES[lane % SHAPES.length];
  context.clearRect(0, 0, 14, 14);
  context.fillStyle = colors().lanes[lane % colors().lanes.length];
  context.beginPath();
  if (corners.length) corners.forEach(([x, y]) => context.lineTo(7 + 5.4 * x, 7 + 5.4 * y));
  else context.arc(7, 7, 5.4, 0, 2 * Math.PI);
  context.fill();
}
