// What the marbles stand on: land of the training loss, or of the loss that each one's next update descends. That loss is
// the training loss and what the batch's examples add to it, on the average: the program's own formula for its window.

const LANDED = 0.45; // Of a movement, after which the ground goes over to the next batch's.

// How much of each node of a coarse grid there is at a place along its side: [[node, share], …]; along straight lines
// between nodes, or along curves, by cubic convolution (Keys 1981, with a = −1/2), where beyond its border the grid goes
// on straight.
function straight(coarse, at) {
  const low = Math.min(Math.floor(at), coarse - 2);
  return [[low, 1 - at + low], [low + 1, at - low]];
}

function curved(coarse, at) {
  const low = Math.min(Math.floor(at), coarse - 2);
  const t = at - low;
  const shares = [
    (((2 - t) * t - 1) * t) / 2,
    ((3 * t - 5) * t * t + 2) / 2,
    (((4 - 3 * t) * t + 1) * t) / 2,
    ((t - 1) * t * t) / 2,
  ];
  if (low === 0) {
    shares[1] += 2 * shares[0];
    shares[2] -= shares[0];
  }
  if (low === coarse - 2) {
    shares[2] += 2 * shares[3];
    shares[1] -= shares[3];
  }
  return shares.map((share, tap) => [low - 1 + tap, share]).filter(([node]) => node >= 0 && node < coarse);
}

function stretched(lines, coarse, fine) {
  return Array.from({ length: fine }, (_, index) => lines(coarse, (index / (fine - 1)) * (coarse - 1)));
}

function stretches(lines) {
  return {
    up: stretched(lines, race.parts.rows, race.ground.rows),
    across: stretched(lines, race.parts.columns, race.ground.columns),
  };
}

const alongCurves = race.parts && stretches(curved);
const alongLines = race.parts && stretches(straight);

// How much of each grid there is in the mean of some examples: [[grid, share], …].
function sharesOf(batch) {
  const { rows, columns, values, weights } = race.parts;
  if (!weights) return Array.from(batch, (example) => [example, 1 / batch.length]);
  const grids = values.length / (rows * columns);
  const shares = Array.from({ length: grids }, (_, grid) => [grid, 0]);
  for (const example of batch) {
    for (const share of shares) share[1] += weights[example * grids + share[0]] / batch.length;
  }
  return shares;
}

function meanDifference(batch) {
  const { rows, columns, values } = race.parts;
  const size = rows * columns;
  const mean = new Float64Array(size);
  for (const [grid, share] of sharesOf(batch)) {
    const from = grid * size;
    for (let place = 0; place < size; place += 1) mean[place] += share * values[from + place];
  }
  return mean;
}

// A coarse grid at the nodes of the ground.
function refined(mean, { up, across }) {
  const { rows, columns } = race.ground;
  const coarse = race.parts.columns;
  const found = new Float64Array(rows * columns);
  const wide = new Float64Array(coarse);
  for (let row = 0; row < rows; row += 1) {
    wide.fill(0);
    for (const [node, share] of up[row]) {
      for (let column = 0; column < coarse; column += 1) wide[column] += share * mean[node * coarse + column];
    }
    for (let column = 0; column < columns; column += 1) {
      for (const [node, share] of across[column]) found[row * columns + column] += share * wide[node];
    }
  }
  return found;
}

// The loss of some examples at the nodes of the ground; close to nodes without a number lines are straight.
function lossesOf(batch) {
  const { losses } = race.ground;
  const mean = meanDifference(batch);
  const found = refined(mean, alongCurves);
  if (!mean.every(Number.isFinite)) {
    const near = refined(mean, alongLines);
    for (let place = 0; place < found.length; place += 1) if (!Number.isFinite(found[place])) found[place] = near[place];
  }
  return Float32Array.from(found, (difference, place) => losses[place] + difference);
}

// The examples of the batch that makes an update; null where they are all, or are not known, or there is no such update.
function batchOf(lane, update) {
  const { batches, updates } = race.lanes[lane];
  if (!batches || !race.parts || update >= updates) return null;
  return batches.of.subarray(batches.starts[update], batches.starts[update + 1]);
}

const known = new Map(); // Losses of batches that were drawn, by lane and update.
const MOST_KNOWN = 18;

function batchLosses(lane, update) {
  const batch = batchOf(lane, update);
  if (!batch) return null;
  const key = `${lane} ${update}`;
  if (!known.has(key)) {
    if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value);
    known.set(key, lossesOf(batch));
  }
  return known.get(key);
}

function heightsOf(losses) {
  const { knots, stands } = race.ground;
  const found = new Float32Array(losses.length);
  for (let place = 0; place < losses.length; place += 1) found[place] = interpolated(losses[place], knots, stands);
  return found;
}

// The heights that a lane's marble stands on at a moment: those of the training loss, unless the ground moves.
function heightsUnder(lane, { update, share }) {
  const now = state.moving && state.land ? batchLosses(lane, update) : null;
  if (!now) return race.ground.heights;
  const over = Math.max(share - LANDED, 0) / (1 - LANDED);
  const coming = over > 0 ? batchLosses(lane, update + 1) : null;
  if (!coming) return heightsOf(now);
  const part = over * over * (3 - 2 * over);
  const between = new Float32Array(now.length);
  for (let place = 0; place < now.length; place += 1) between[place] = now[place] + part * (coming[place] - now[place]);
  return heightsOf(between);
}

// What is said of that ground, or of the batch's own loss, on a map.
function groundText(lane, { update }) {
  const batch = batchOf(lane, update);
  const { batch: size, updates } = race.lanes[lane];
  const all = race.examples;
  if (update >= updates || (!batch && size < all)) return "";
  if (state.moving && state.land) {
    if (all === 1) return say("stands on the loss of the only example");
    return batch
      ? say("stands on the loss of {count} of {all} examples", { count: batch.length, all })
      : say("stands on the loss of all {count} examples", { count: all });
  }
  if (!state.surface) return "";
  if (!batch) return say("the batch is all examples: its loss is the map's");
  return batch.length === 1
    ? say("loss of example {number} alone", { number: batch[0] + 1 })
    : say("loss of the batch's {count} examples alone", { count: batch.length });
}
