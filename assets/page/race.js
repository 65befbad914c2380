// The race, as it was computed: columns of numbers become typed arrays of the very bits that the program wrote.

function bytes(packed) {
  const text = atob(packed);
  const found = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) found[place] = text.charCodeAt(place);
  return found.buffer;
}

const BIGGEST_FIRST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

function numbers(packed, kind) {
  const buffer = bytes(packed);
  if (BIGGEST_FIRST) {
    const every = new Uint8Array(buffer);
    for (let place = 0; place < every.length; place += kind.BYTES_PER_ELEMENT) {
      every.subarray(place, place + kind.BYTES_PER_ELEMENT).reverse();
    }
  }
  return new kind(buffer);
}

function unpackedBatches(batches) {
  if (!batches) return null;
  const sizes = numbers(batches.sizes, Uint16Array);
  const starts = new Uint32Array(sizes.length + 1);
  sizes.forEach((size, place) => { starts[place + 1] = starts[place] + size; });
  return { starts, of: numbers(batches.of, Uint16Array) };
}

// Linear between knots (ascending), level beyond them.
function interpolated(at, knots, values) {
  if (Number.isNaN(at)) return NaN;
  let low = 0;
  let high = knots.length - 1;
  if (at <= knots[0]) return values[0];
  if (at >= knots[high]) return values[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= at) low = middle; else high = middle;
  }
  return values[low] + ((at - knots[low]) / (knots[high] - knots[low])) * (values[high] - values[low]);
}

function unpacked(data) {
  const { ground } = data;
  const losses = numbers(ground.losses, Float32Array);
  const knots = numbers(ground.knots, Float64Array);
  const stands = numbers(ground.heights, Float64Array);
  const heights = Float32Array.from(losses, (loss) => interpolated(loss, knots, stands));
  return {
    ...data,
    ground: { ...ground, losses, heights, knots, stands },
    lanes: data.lanes.map((lane) => ({
      ...lane,
      theta: numbers(lane.theta, Float64Array),
      loss: numbers(lane.loss, Float64Array),
      test: numbers(lane.test, Float64Array),
      rates: lane.rates && numbers(lane.rates, Float64Array),
      batches: unpackedBatches(lane.batches),
    })),
  };
}

const race = unpacked(JSON.parse(byId("race").textContent));

// The last entry of [[from, what], …] that holds at such a time.
function entryAt(changes, time) {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle][0] <= time) low = middle + 1; else high = middle;
  }
  return low ? changes[low - 1] : null;
}

const ROUNDING = 1e-9;

// Where a lane is at a time in ticks: the update that it has made, the part of the next movement, and its place.
function momentOf(lane, time, glides) {
  const { theta, updates } = race.lanes[lane];
  const progress = time * race.paces[lane];
  const made = Math.floor(progress + ROUNDING);
  const update = Math.min(made, updates);
  const part = glides && update < updates ? progress - made : 0;
  const share = part > ROUNDING ? part : 0;
  const at = 2 * update;
  const next = share ? at + 2 : at;
  return {
    made,
    update,
    share,
    x: theta[at] + share * (theta[next] - theta[at]),
    y: theta[at + 1] + share * (theta[next + 1] - theta[at + 1]),
  };
}

function heightAt(x, y) {
  const { window: [x0, x1, y0, y1], rows, columns, heights } = race.ground;
  const across = ((x - x0) / (x1 - x0)) * (columns - 1);
  const up = ((y - y0) / (y1 - y0)) * (rows - 1);
  if (!(across >= 0 && up >= 0 && across <= columns - 1 && up <= rows - 1)) return NaN;
  const column = Math.min(Math.floor(across), columns - 2);
  const row = Math.min(Math.floor(up), rows - 2);
  const [right, above] = [across - column, up - row];
  const place = row * columns + column;
  const below = heights[place] * (1 - right) + heights[place + 1] * right;
  const over = heights[place + columns] * (1 - right) + heights[place + columns + 1] * right;
  return below * (1 - above) + over * above;
}

// Lines of equal height over the ground, [x, y, x, y, …] of the ends of every piece: marching squares.
function contour(level) {
  const { window: [x0, x1, y0, y1], rows, columns, heights } = race.ground;
  const [dx, dy] = [(x1 - x0) / (columns - 1), (y1 - y0) / (rows - 1)];
  const found = [];
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const place = row * columns + column;
      const corners = [heights[place], heights[place + 1], heights[place + columns + 1], heights[place + columns]];
      if (corners.some(Number.isNaN)) continue;
      const crossings = [];
      for (let side = 0; side < 4; side += 1) {
        const [from, to] = [corners[side], corners[(side + 1) % 4]];
        if (from < level === to < level) continue;
        const share = (level - from) / (to - from);
        const [across, up] = [[share, 0], [1, share], [1 - share, 1], [0, 1 - share]][side];
        crossings.push([x0 + (column + across) * dx, y0 + (row + up) * dy]);
      }
      const high = (corners[0] + corners[1] + corners[2] + corners[3]) / 4 >= level;
      if (crossings.length === 4 && high !== corners[0] >= level) crossings.push(crossings.shift());
      for (let one = 0; one + 1 < crossings.length; one += 2) found.push(...crossings[one], ...crossings[one + 1]);
    }
  }
  return Float32Array.from(found);
}

const contours = race.ground.levels.map((level) => ({ level, lines: contour(level) }));
