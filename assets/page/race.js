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

const UNKNOWN = -32768; // Stands for no number.

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

// How the loss of each example differs from that of all: grid after grid, row after row, and how they are mixed.
function unpackedParts(parts) {
  if (!parts) return null;
  const weights = parts.weights && numbers(parts.weights, Float32Array);
  if (!parts.step) return { ...parts, weights, values: numbers(parts.values, Float32Array) };
  const [steps, sizes] = [numbers(parts.values, Int16Array), numbers(parts.step, Float64Array)];
  const nodes = parts.rows * parts.columns;
  const value = (step, place) => (step === UNKNOWN ? NaN : step * sizes[Math.floor(place / nodes)]);
  return { ...parts, weights, values: Float32Array.from(steps, value) };
}

// What a seed decides.
function unpackedRun({ seed, critical, captions, question, axis, clocks, lanes }) {
  return {
    seed, critical, captions, question, axis, clocks,
    lanes: lanes.map((lane) => ({
      ...lane,
      theta: numbers(lane.theta, Float64Array),
      loss: numbers(lane.loss, Float64Array),
      test: numbers(lane.test, Float64Array),
      rates: lane.rates && numbers(lane.rates, Float64Array),
      batches: unpackedBatches(lane.batches),
    })),
  };
}

function unpacked(data) {
  const { ground } = data;
  const losses = numbers(ground.losses, Float32Array);
  const knots = numbers(ground.knots, Float64Array);
  const stands = numbers(ground.heights, Float64Array);
  const heights = Float32Array.from(losses, (loss) => interpolated(loss, knots, stands));
  return {
    ...data,
    ...unpackedRun(data),
    ground: { ...ground, losses, heights, knots, stands },
    parts: unpackedParts(data.parts),
  };
}

const packedRace = JSON.parse(byId("race").textContent);
const runs = [packedRace, ...packedRace.others.map((other) => ({ ...packedRace, ...other }))];
const race = unpacked(packedRace);

const ownClock = { clock: packedRace.clock, paces: packedRace.paces };
const clockNames = [ownClock.clock, ...Object.keys(packedRace.clocks)];

// Let the race of a seed go by a clock: what is told when, and at which ticks of it things happen.
function setRun(run, clock) {
  Object.assign(race, unpackedRun(run), ownClock);
  const other = race.clocks[clock];
  if (!other) return;
  const { paces, captions, question, axis, ticks } = other;
  Object.assign(race, { clock, paces, captions, question, axis });
  race.lanes.forEach((lane, index) => {
    lane.events = lane.events.flatMap((event, place) =>
      (place < ticks[index].length ? [{ ...event, tick: ticks[index][place] }] : []));
  });
}

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

// How high a place stands, on land of such heights at the nodes of the ground.
function heightAt(x, y, heights = race.ground.heights) {
  const { window: [x0, x1, y0, y1], rows, columns } = race.ground;
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

const PIECE = 5; // Numbers of a piece of a contour: both ends, x and y each, and its height.

// Lines of equal height (ascending) over land, piece after piece: marching squares.
function contoursOf(heights, levels) {
  const { window: [x0, x1, y0, y1], rows, columns } = race.ground;
  const [dx, dy] = [(x1 - x0) / (columns - 1), (y1 - y0) / (rows - 1)];
  const found = [];
  const crossings = new Float64Array(8);
  const corners = new Float64Array(4);
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const place = row * columns + column;
      corners[0] = heights[place];
      corners[1] = heights[place + 1];
      corners[2] = heights[place + columns + 1];
      corners[3] = heights[place + columns];
      const low = Math.min(corners[0], corners[1], corners[2], corners[3]);
      const high = Math.max(corners[0], corners[1], corners[2], corners[3]);
      if (!(low < high)) continue; // Level, or blank.
      for (const level of levels) {
        if (level <= low) continue;
        if (level > high) break;
        let count = 0;
        for (let side = 0; side < 4; side += 1) {
          const [from, to] = [corners[side], corners[(side + 1) % 4]];
          if (from < level === to < level) continue;
          const share = (level - from) / (to - from);
          const across = side === 0 ? share : side === 1 ? 1 : side === 2 ? 1 - share : 0;
          const up = side === 0 ? 0 : side === 1 ? share : side === 2 ? 1 : 1 - share;
          crossings[count] = x0 + (column + across) * dx;
          crossings[count + 1] = y0 + (row + up) * dy;
          count += 2;
        }
        const raised = (corners[0] + corners[1] + corners[2] + corners[3]) / 4 >= level;
        const turned = count === 8 && raised !== corners[0] >= level ? 2 : 0; // At a pass, the other two belong together.
        for (let one = 0; one < count; one += 4) {
          const [first, second] = [one + turned, (one + turned + 2) % 8];
          found.push(crossings[first], crossings[first + 1], crossings[second], crossings[second + 1], level);
        }
      }
    }
  }
  return Float32Array.from(found);
}

const contours = contoursOf(race.ground.heights, race.ground.levels);
