// Land seen aslant, drawn by the graphics processor: triangles between the nodes of the ground, and its sides.

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
  float level = 0.765;
  float bright = clamp((lit - level) / (1.0 - level), 0.0, 1.0), dark = clamp((level - lit) / level, 0.0, 1.0);
  color = mix(color, mix(tint(tall + 0.5), glow, 0.25 * clamp(2.0 * tall, 0.0, 1.0)), 0.6 * bright * bright);
  gl_FragColor = vec4(mix(color, shadow, 0.62 * dark), 1.0);
}`;
const LIGHT = [-0.45, 0.45, 0.771]; // Where light comes from: the upper left, as on maps.

let land; // What the graphics processor holds; null where there is none.

function landMesh() {
  const { window: [x0, x1, y0, y1], rows, columns, heights } = race.ground;
  const { rise, foot } = race.view;
  const [dx, dy] = [(x1 - x0) / (columns - 1), (y1 - y0) / (rows - 1)];
  const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const vertices = [];
  const triangles = [];
  const at = (row, column) => heights[limited(row, 0, rows - 1) * columns + limited(column, 0, columns - 1)];
  const inside = (low, high, most) => (high <= most && low >= 0 ? 2 : 1);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const along = (at(row, column + 1) - at(row, column - 1)) / (inside(column - 1, column + 1, columns - 1) * dx);
      const up = (at(row + 1, column) - at(row - 1, column)) / (inside(row - 1, row + 1, rows - 1) * dy);
      const [sx, sy] = [along, up].map((slope) => (Number.isNaN(slope) ? 0 : -rise * slope));
      const tall = at(row, column);
      vertices.push(x0 + column * dx - middleX, y0 + row * dy - middleY, Number.isNaN(tall) ? 0 : tall, sx, sy, 1);
      if (row === rows - 1 || column === columns - 1) continue;
      const corners = [at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1)];
      if (corners.some(Number.isNaN)) continue;
      const place = row * columns + column;
      triangles.push(place, place + 1, place + columns, place + 1, place + columns + 1, place + columns);
    }
  }
  const lines = [];
  for (const { level, lines: pieces } of contours) {
    for (let place = 0; place < pieces.length; place += 2) {
      lines.push(pieces[place] - middleX, pieces[place + 1] - middleY, level, 0, 0, 1);
    }
  }
  const wall = (count, node) => {
    const found = [];
    for (let index = 0; index + 1 < count; index += 1) {
      const [one, other] = [node(index), node(index + 1)];
      if (Number.isNaN(one[2] + other[2])) continue;
      const [low, lower] = [[one[0], one[1], -foot / rise], [other[0], other[1], -foot / rise]];
      for (const corner of [one, other, low, other, lower, low]) found.push(...corner, 0, 0, 1);
    }
    return found;
  };
  const node = (row, column) => [x0 + column * dx - middleX, y0 + row * dy - middleY, at(row, column)];
  const walls = [
    wall(columns, (column) => node(0, column)),
    wall(columns, (column) => node(rows - 1, column)),
    wall(rows, (row) => node(row, 0)),
    wall(rows, (row) => node(row, columns - 1)),
  ];
  return { vertices, triangles, lines, walls };
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
  const mesh = landMesh();
  const buffer = (values) => {
    const made = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, made);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(values), gl.STATIC_DRAW);
    return { made, count: values.length / 6 };
  };
  const order = gl.createBuffer();
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, new Uint16Array(mesh.triangles), gl.STATIC_DRAW);
  canvas.addEventListener("webglcontextlost", () => { land = null; state.land = false; grounds.clear(); changed(); });
  return {
    canvas, gl, program,
    ground: buffer(mesh.vertices), order, triangles: mesh.triangles.length,
    lines: buffer(mesh.lines), walls: mesh.walls.map(buffer),
  };
}

// Whether land can be seen aslant in this browser.
function hasLand() {
  if (land === undefined) land = prepared();
  return land !== null;
}

function landPicture(camera, width, height, density) {
  const { canvas, gl, program } = land;
  Object.assign(canvas, { width: Math.round(width * density), height: Math.round(height * density) });
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
  const [c, s] = [camera.c, camera.s]; // The light turns with the eye.
  gl.uniform3f(at("light"), c * LIGHT[0] - s * LIGHT[1], s * LIGHT[0] + c * LIGHT[1], LIGHT[2]);
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
  bind(land.ground);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, land.order);
  gl.drawElements(gl.TRIANGLES, land.triangles, gl.UNSIGNED_SHORT, 0);
  land.walls.forEach((wall, index) => {
    gl.uniform4f(at("flat_"), ...unit(theme.cut).map((part) => part * (index < 2 ? 1 : 0.86)), 1);
    bind(wall);
    gl.drawArrays(gl.TRIANGLES, 0, wall.count);
  });
  gl.uniform1f(at("lift"), 0.006 * camera.reach);
  gl.uniform4f(at("flat_"), ...unit(theme.level), 0.3);
  bind(land.lines);
  gl.drawArrays(gl.LINES, 0, land.lines.count);
  return canvas;
}
