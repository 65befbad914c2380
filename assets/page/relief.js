// Land seen aslant, drawn by the graphics processor: triangles between the nodes of the ground, and its sides.

const LEVEL = 0.765; // How much light falls on level land.

const VERTEX = `
attribute vec3 place; attribute vec3 slope; uniform vec4 turn; uniform vec4 frame; uniform vec2 size; uniform float reach;
varying float tall; varying vec3 normal; uniform float rise; uniform float lift;
void main() {
  float up = place.z * rise;
  float away = turn.x * place.y - turn.y * place.x;
  float x = frame.x + frame.z * (turn.x * place.x + turn.y * place.y);
  float y = frame.y - frame.z * (turn.z * away + turn.w * up);
  gl_Position = vec4(2.0 * x / size.x - 1.0, 1.0 - 2.0 * y / size.y, (turn.w * away - turn.z * (up + lift)) / reach, 1.0);
  tall = place.z; normal = slope;
}`;
const FRAGMENT = `
precision mediump float; varying float tall; varying vec3 normal; uniform vec3 land[6]; uniform vec3 glow;
uniform vec3 shadow; uniform vec4 flat_; uniform vec3 light;
vec3 tint(float height) {
  float at = clamp(height, 0.0, 1.0) * 5.0; vec3 color = land[0];
  for (int step = 0; step < 5; step++) color = mix(color, land[step + 1], clamp(at - float(step), 0.0, 1.0));
  return color;
}
void main() {
  if (flat_.a > 0.0) { gl_FragColor = vec4(flat_.rgb, flat_.a); return; }
  float lit = max(dot(normalize(normal), light), 0.0);
  vec3 color = tint(tall);
  float level = ${LEVEL};
  float bright = clamp((lit - level) / (1.0 - level), 0.0, 1.0), dark = clamp((level - lit) / level, 0.0, 1.0);
  color = mix(color, mix(tint(tall + 0.5), glow, 0.25 * clamp(2.0 * tall, 0.0, 1.0)), 0.6 * bright * bright);
  gl_FragColor = vec4(mix(color, shadow, 0.62 * dark), 1.0);
}`;
const LIGHT = [-0.45, 0.45, 0.771]; // Where light comes from: the upper left, as on maps.

// The light turns with the eye.
const lightFor = ({ c, s }) => [c * LIGHT[0] - s * LIGHT[1], s * LIGHT[0] + c * LIGHT[1], LIGHT[2]];

let land; // What the graphics processor holds; null where there is none.

const CORNER = 6; // Numbers of a corner of a triangle: its place, and how the land leans there.

// What of the ground is a corner: x and y, how high it stands, and its slope. It is written anew into the same place.
function fillCorners(corners, heights) {
  const { window: [x0, x1, y0, y1], rows, columns } = race.ground;
  const { rise } = race.view;
  const [dx, dy] = [(x1 - x0) / (columns - 1), (y1 - y0) / (rows - 1)];
  const slope = (high, low, gap) => {
    const found = (-rise * (high - low)) / gap;
    return Number.isNaN(found) ? 0 : found;
  };
  let to = 0;
  for (let row = 0; row < rows; row += 1) {
    const [below, above] = [Math.max(row - 1, 0), Math.min(row + 1, rows - 1)];
    for (let column = 0; column < columns; column += 1) {
      const [left, right] = [Math.max(column - 1, 0), Math.min(column + 1, columns - 1)];
      const [here, tall] = [row * columns, heights[row * columns + column]];
      corners[to] = (column / (columns - 1) - 0.5) * (x1 - x0);
      corners[to + 1] = (row / (rows - 1) - 0.5) * (y1 - y0);
      corners[to + 2] = Number.isNaN(tall) ? 0 : tall;
      corners[to + 3] = slope(heights[here + right], heights[here + left], (right - left) * dx);
      corners[to + 4] = slope(heights[above * columns + column], heights[below * columns + column], (above - below) * dy);
      corners[to + 5] = 1;
      to += CORNER;
    }
  }
}

// The corners of the triangles that are land.
function trianglesOf(heights) {
  const { rows, columns } = race.ground;
  const found = [];
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const place = row * columns + column;
      const above = place + columns;
      if (Number.isNaN(heights[place] + heights[place + 1] + heights[above] + heights[above + 1])) continue;
      found.push(place, place + 1, above, place + 1, above + 1, above);
    }
  }
  return Uint16Array.from(found);
}

// Contours as lines of the land.
function linesOf(pieces) {
  const { window: [x0, x1, y0, y1] } = race.ground;
  const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const found = new Float32Array((2 * CORNER * pieces.length) / PIECE);
  let to = 0;
  for (let place = 0; place < pieces.length; place += PIECE) {
    for (const end of [place, place + 2]) {
      found[to] = pieces[end] - middleX;
      found[to + 1] = pieces[end + 1] - middleY;
      found[to + 2] = pieces[place + 4];
      found[to + 5] = 1;
      to += CORNER;
    }
  }
  return found;
}

// The four sides of the block, the front and the back first.
function wallsOf(heights) {
  const { window: [x0, x1, y0, y1], rows, columns } = race.ground;
  const { rise, foot } = race.view;
  const node = (row, column) => [
    (column / (columns - 1) - 0.5) * (x1 - x0), (row / (rows - 1) - 0.5) * (y1 - y0), heights[row * columns + column],
  ];
  const wall = (count, at) => {
    const found = [];
    for (let index = 0; index + 1 < count; index += 1) {
      const [one, other] = [at(index), at(index + 1)];
      if (Number.isNaN(one[2] + other[2])) continue;
      const [low, lower] = [[one[0], one[1], -foot / rise], [other[0], other[1], -foot / rise]];
      for (const corner of [one, other, low, other, lower, low]) found.push(...corner, 0, 0, 1);
    }
    return Float32Array.from(found);
  };
  return [
    wall(columns, (column) => node(0, column)),
    wall(columns, (column) => node(rows - 1, column)),
    wall(rows, (row) => node(row, 0)),
    wall(rows, (row) => node(row, columns - 1)),
  ];
}

function prepared() {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl", { antialias: true, preserveDrawingBuffer: true });
  if (!gl) return null;
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  gl.useProgram(program);
  canvas.addEventListener("webglcontextlost", () => { land = null; grounds.clear(); changed(); });
  const made = { canvas, gl, program, still: emptyLand(gl), moving: emptyLand(gl), holds: null, fast: hasProcessor(gl) };
  fillLand(gl, made.still, race.ground.heights, contours);
  return made;
}

// Room for one piece of land in the graphics processor.
function emptyLand(gl) {
  const room = () => ({ made: gl.createBuffer(), count: 0 });
  const corners = new Float32Array(CORNER * race.ground.rows * race.ground.columns);
  return { ground: room(), order: room(), lines: room(), walls: [room(), room(), room(), room()], corners };
}

function fillLand(gl, kept, heights, pieces) {
  const fill = (part, values, kind = gl.ARRAY_BUFFER) => {
    gl.bindBuffer(kind, part.made);
    gl.bufferData(kind, values, gl.DYNAMIC_DRAW);
    part.count = kind === gl.ARRAY_BUFFER ? values.length / CORNER : values.length;
  };
  fillCorners(kept.corners, heights);
  fill(kept.ground, kept.corners);
  fill(kept.lines, linesOf(pieces));
  wallsOf(heights).forEach((values, index) => fill(kept.walls[index], values));
  const whole = !kept.order.count || kept.blank || heights.some(Number.isNaN);
  if (whole) fill(kept.order, trianglesOf(heights), gl.ELEMENT_ARRAY_BUFFER);
  kept.blank = whole && heights.some(Number.isNaN);
}

// Land of such heights, which makes way for the next that is asked for.
function movingLand(heights) {
  if (land.holds !== heights) fillLand(land.gl, land.moving, heights, contoursOf(heights, race.ground.levels));
  land.holds = heights;
  return land.moving;
}

const PRETENDED = /swiftshader|llvmpipe|software|basic render/i; // Names of processors that are programs.

// Whether there is a graphics processor that draws land faster than this page's own script does.
function hasProcessor(gl) {
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  return !names || !PRETENDED.test(gl.getParameter(names.UNMASKED_RENDERER_WEBGL));
}

// Land of such heights, drawn by whichever does it faster.
function drawLand(context, camera, width, height, density, heights) {
  if (land === undefined) land = prepared();
  const picture = land && land.fast
    ? landPicture(camera, width, height, density, heights)
    : rasterPicture(camera, width, height, density, heights);
  context.drawImage(picture, 0, 0, width, height);
}

function landPicture(camera, width, height, density, heights) {
  const kept = heights === race.ground.heights ? land.still : movingLand(heights);
  const { canvas, gl, program } = land;
  const [wide, high] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const theme = colors();
  const unit = (hex) => channels(hex).map((part) => part / 255);
  const at = (name) => gl.getUniformLocation(program, name);
  gl.viewport(0, 0, canvas.width, canvas.height);
  gl.clearColor(...unit(theme.panel), 1);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.enable(gl.DEPTH_TEST);
  gl.enable(gl.BLEND);
  gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE);
  gl.uniform4f(at("turn"), camera.c, camera.s, camera.tc, camera.ts);
  gl.uniform4f(at("frame"), camera.origin[0], camera.origin[1], camera.scale, 0);
  gl.uniform2f(at("size"), width, height);
  gl.uniform1f(at("reach"), 2 * camera.reach + camera.rise);
  gl.uniform1f(at("rise"), camera.rise);
  gl.uniform3fv(at("land"), theme.land.flatMap(unit));
  gl.uniform3fv(at("glow"), unit(theme.glow));
  gl.uniform3fv(at("shadow"), unit(theme.shadow));
  gl.uniform3f(at("light"), ...lightFor(camera));
  const bind = (part) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, part.made);
    ["place", "slope"].forEach((name, index) => {
      const where = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(where);
      gl.vertexAttribPointer(where, 3, gl.FLOAT, false, 24, 12 * index);
    });
  };
  gl.uniform1f(at("lift"), 0);
  gl.uniform4f(at("flat_"), 0, 0, 0, 0);
  bind(kept.ground);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, kept.order.made);
  gl.drawElements(gl.TRIANGLES, kept.order.count, gl.UNSIGNED_SHORT, 0);
  kept.walls.forEach((wall, index) => {
    gl.uniform4f(at("flat_"), ...unit(theme.cut).map((part) => part * (index < 2 ? 1 : 0.86)), 1);
    bind(wall);
    gl.drawArrays(gl.TRIANGLES, 0, wall.count);
  });
  gl.uniform1f(at("lift"), 0.006 * camera.reach);
  gl.uniform4f(at("flat_"), ...unit(theme.level), 0.3);
  bind(kept.lines);
  gl.drawArrays(gl.LINES, 0, kept.lines.count);
  return canvas;
}
