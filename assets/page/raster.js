// Land seen aslant, drawn without a graphics processor: where there is none, a browser that plays one takes far longer.
// Every column of the picture is one line over the ground, from the front to the back: what rises above all that lies
// before it is seen. Shades are those of the other way of drawing.

const SHADES = 128; // Steps of height, and as many of light, in the table of colours.
const FINENESS = 0.75; // Of the ground's nodes, how far one goes on along a line at a time.
const LINE = 0.3; // How much of a contour's colour is in it.
const SIDE = 0.86; // How bright the left and the right side of the block are.

const raster = { canvas: document.createElement("canvas"), image: null, table: null, tableOf: "" };

const word = ([red, green, blue]) =>
  ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

// The colours of land by its height, and by how much light falls on it; and those of contours on it. A map's are paler.
function shadesOf(theme, pale = (color) => color) {
  const [glow, shadow, line] = [theme.glow, theme.shadow, theme.level].map(channels);
  const [plain, lined] = [new Uint32Array(SHADES * SHADES), new Uint32Array(SHADES * SHADES)];
  for (let step = 0; step < SHADES; step += 1) {
    const tall = step / (SHADES - 1);
    const bright = mixed(tint(theme, tall + 0.5), glow, 0.25 * limited(2 * tall, 0, 1));
    for (let light = 0; light < SHADES; light += 1) {
      const lit = light / (SHADES - 1);
      const above = limited((lit - LEVEL) / (1 - LEVEL), 0, 1);
      const color = mixed(mixed(tint(theme, tall), bright, 0.6 * above * above), shadow, 0.62 * limited((LEVEL - lit) / LEVEL, 0, 1));
      plain[step * SHADES + light] = word(pale(color));
      lined[step * SHADES + light] = word(pale(mixed(color, line, LINE)));
    }
  }
  return { plain, lined };
}

// How much light falls on each node, and how high it stands, both as steps of the table.
function litNodes(heights, camera) {
  const { window: [x0, x1, y0, y1], rows, columns } = race.ground;
  const [dx, dy] = [(x1 - x0) / (columns - 1), (y1 - y0) / (rows - 1)];
  const [lightX, lightY, lightZ] = lightFor(camera);
  const found = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const [below, above] = [Math.max(row - 1, 0), Math.min(row + 1, rows - 1)];
    for (let column = 0; column < columns; column += 1) {
      const [left, right] = [Math.max(column - 1, 0), Math.min(column + 1, columns - 1)];
      const along = (-camera.rise * (heights[row * columns + right] - heights[row * columns + left])) / ((right - left) * dx);
      const up = (-camera.rise * (heights[above * columns + column] - heights[below * columns + column])) / ((above - below) * dy);
      const lit = (along * lightX + up * lightY + lightZ) / Math.sqrt(along * along + up * up + 1);
      found[row * columns + column] = lit > 0 ? lit * (SHADES - 1) : 0; // Not a number, too, is none.
    }
  }
  return found;
}

// Which band between contours a height lies in, by its step of 1023.
function bandsOf(levels) {
  const found = new Uint8Array(1024);
  for (let step = 0; step < 1024; step += 1) {
    while (found[step] < levels.length && levels[found[step]] <= step / 1023) found[step] += 1;
    if (step < 1023) found[step + 1] = found[step];
  }
  return found;
}

const bands = bandsOf(race.ground.levels);

// From where to where a line at a place across lies over the block, and whether it comes in through the left or right.
function crossing(a, { c, s }, halfX, halfY) {
  let [from, to, side] = [-Infinity, Infinity, false];
  for (const [start, slope, half, beside] of [[a * c, -s, halfX, true], [a * s, c, halfY, false]]) {
    if (Math.abs(slope) < 1e-12) {
      if (Math.abs(start) > half) return null;
      continue;
    }
    const ends = [(-half - start) / slope, (half - start) / slope];
    if (Math.min(...ends) > from) [from, side] = [Math.min(...ends), beside];
    to = Math.min(to, Math.max(...ends));
  }
  return from < to ? { from, to, side } : null;
}

function rasterPicture(camera, width, height, density, heights) {
  const [wide, high] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  const { canvas } = raster;
  if (canvas.width !== wide || canvas.height !== high || !raster.image) {
    Object.assign(canvas, { width: wide, height: high });
    raster.image = canvas.getContext("2d").createImageData(wide, high);
  }
  const theme = colors();
  if (raster.tableOf !== state.theme) Object.assign(raster, { table: shadesOf(theme), tableOf: state.theme });
  const { plain, lined } = raster.table;
  const pixels = new Uint32Array(raster.image.data.buffer);
  pixels.fill(word(channels(theme.panel)));
  const walls = [word(channels(theme.cut)), word(channels(theme.cut).map((part) => SIDE * part))];
  const { window: [x0, x1, y0, y1], rows, columns } = race.ground;
  const [halfX, halfY] = [(x1 - x0) / 2, (y1 - y0) / 2];
  const [perX, perY] = [(columns - 1) / (x1 - x0), (rows - 1) / (y1 - y0)];
  const { c, s, tc, ts, rise, foot, origin } = camera;
  const unit = wide / width;
  const scale = camera.scale * unit;
  const lights = litNodes(heights, camera);
  const step = FINENESS / Math.max(perX, perY);
  const beside = new Uint8Array(high).fill(255); // The bands of the column to the left.
  for (let x = 0; x < wide; x += 1) {
    const a = ((x + 0.5) / unit - origin[0]) / camera.scale;
    const way = crossing(a, camera, halfX, halfY);
    if (!way) continue;
    const count = Math.max(1, Math.ceil((way.to - way.from) / step));
    const gap = (way.to - way.from) / count;
    let across = (a * c - way.from * s + halfX) * perX;
    let up = (a * s + way.from * c + halfY) * perY;
    const [dAcross, dUp] = [-gap * s * perX, gap * c * perY];
    let row0 = origin[1] * unit - scale * tc * way.from;
    const dRow = -scale * tc * gap;
    let top = high; // The first row that is taken.
    let [lastY, lastTall, lastLight] = [NaN, NaN, NaN];
    let lastBand = 255;
    for (let index = 0; index <= count; index += 1) {
      const column = across < 0 ? 0 : across >= columns - 1 ? columns - 2 : across | 0;
      const row = up < 0 ? 0 : up >= rows - 1 ? rows - 2 : up | 0;
      const [right, above] = [across - column, up - row];
      const place = row * columns + column;
      const [one, two, three, four] = [(1 - right) * (1 - above), right * (1 - above), (1 - right) * above, right * above];
      const tall = heights[place] * one + heights[place + 1] * two
        + heights[place + columns] * three + heights[place + columns + 1] * four;
      const light = lights[place] * one + lights[place + 1] * two
        + lights[place + columns] * three + lights[place + columns + 1] * four;
      const y = row0 - scale * ts * rise * tall;
      if (index === 0 && tall === tall) {
        const bottom = Math.min(high, Math.round(row0 + scale * ts * foot));
        const color = walls[way.side ? 1 : 0];
        for (let at = Math.max(0, Math.round(y)); at < bottom; at += 1) pixels[at * wide + x] = color;
        top = Math.min(top, Math.max(0, Math.round(y)));
      } else if (y < top && lastY === lastY) {
        const first = Math.max(0, Math.ceil(y - 0.5));
        // Land that begins behind a blank has no side: one sees through below its edge.
        for (let at = Math.min(top, Math.ceil(lastY - 0.5)) - 1; at >= first; at -= 1) {
          const share = limited((at + 0.5 - lastY) / (y - lastY), 0, 1);
          const stands = limited(lastTall + share * (tall - lastTall), 0, 1);
          const shade = ((stands * (SHADES - 1) + 0.5) | 0) * SHADES + ((lastLight + share * (light - lastLight) + 0.5) | 0);
          const band = bands[(stands * 1023) | 0];
          const edge = (lastBand !== 255 && band !== lastBand) || (beside[at] !== 255 && beside[at] !== band);
          pixels[at * wide + x] = edge ? lined[shade] : plain[shade];
          lastBand = band;
          beside[at] = band;
        }
        top = Math.min(top, first);
      } else if (y > top) lastBand = 255; // Hidden: what comes next is no neighbour.
      [lastY, lastTall, lastLight] = [y, tall, light];
      across += dAcross;
      up += dUp;
      row0 += dRow;
    }
    for (let at = 0; at < top; at += 1) beside[at] = 255;
  }
  canvas.getContext("2d").putImageData(raster.image, 0, 0);
  return canvas;
}
