// From the plane to the canvas: from straight above, or aslant from infinitely far away. The program's own formulas.

const MARGIN = 0.02; // Of the panel's shorter side, left free around a block.
const FAR = 1e5; // Pixels beyond which a canvas need not know more.
const SIGHTS = 48; // Places between a point and the eye at which land may stand in the way.

// Where a pixel of the whole picture is in one that is looked at from closer by.
const zoomed = ([x, y], width, height) => [
  width * (0.5 + state.panX) + (x - width / 2) * state.zoom,
  height * (0.5 + state.panY) + (y - height / 2) * state.zoom,
];

function flatCamera(width, height) {
  const [x0, x1, y0, y1] = race.ground.window;
  const scale = state.zoom * Math.min(width / (x1 - x0), height / (y1 - y0));
  const [left, top] = zoomed([width / 2, height / 2], width, height);
  const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return {
    flat: true,
    scale,
    pixel: (x, y) => [left + (x - middleX) * scale, top - (y - middleY) * scale],
    under: (across, down) => [middleX + (across - left) / scale, middleY - (down - top) / scale],
    hidden: () => false,
  };
}

function landCamera(width, height, yaw, tilt, heights) {
  const [x0, x1, y0, y1] = race.ground.window;
  const { rise, foot } = race.view;
  const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const [c, s] = [Math.cos((yaw * Math.PI) / 180), Math.sin((yaw * Math.PI) / 180)];
  const [tc, ts] = [Math.cos((tilt * Math.PI) / 180), Math.sin((tilt * Math.PI) / 180)];
  const across = (x1 - x0) * Math.abs(c) + (y1 - y0) * Math.abs(s);
  const up = ((x1 - x0) * Math.abs(s) + (y1 - y0) * Math.abs(c)) * tc + (rise + foot) * ts;
  const margin = 2 * MARGIN * Math.min(width, height);
  const whole = Math.min((width - margin) / across, (height - margin) / up);
  const origin = zoomed([width / 2, (height + whole * (rise - foot) * ts) / 2], width, height);
  const scale = whole * state.zoom;
  const raw = (x, y, tall) => [
    origin[0] + scale * (c * (x - middleX) + s * (y - middleY)),
    origin[1] - scale * (tc * (c * (y - middleY) - s * (x - middleX)) + ts * rise * tall),
  ];
  const reach = Math.hypot(x1 - x0, y1 - y0);
  return {
    flat: false, heights, scale, c, s, tc, ts, origin, rise, foot, middleX, middleY, reach,
    pixel: (x, y, tall = heightAt(x, y, heights)) => raw(x, y, Number.isNaN(tall) ? 0 : tall),
    hidden(x, y) {
      const tall = heightAt(x, y, heights);
      if (Number.isNaN(tall) || ts === 0) return false;
      for (let sight = 1; sight <= SIGHTS; sight += 1) {
        const way = (reach * (sight / SIGHTS) ** 2);
        const land = heightAt(x + s * way, y - c * way, heights);
        if (Number.isNaN(land)) return false;
        if (rise * (land - tall) > (way * tc) / ts + 0.004 * reach) return true;
      }
      return false;
    },
  };
}

const cameraFor = (width, height, heights = race.ground.heights) =>
  (state.land ? landCamera(width, height, state.yaw, state.tilt, heights) : flatCamera(width, height));

// A pixel brought back along the line to the middle, if it is very far away.
function within([x, y], width, height) {
  const [across, down] = [x - width / 2, y - height / 2];
  const far = Math.max(Math.abs(across), Math.abs(down));
  if (!(far > FAR)) return [x, y];
  if (!Number.isFinite(far)) return [NaN, NaN];
  return [width / 2 + (across / far) * FAR, height / 2 + (down / far) * FAR];
}
