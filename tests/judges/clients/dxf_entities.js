// What npm's dxf-parser finds in a DXF file, as JSON. NODE_PATH names the folder that holds it.
"use strict";
const fs = require("fs");
const module_ = require("dxf-parser");
const DxfParser = module_.DxfParser || module_.default || module_;
const parsed = new DxfParser().parseSync(fs.readFileSync(process.argv[2], "utf8"));
const entities = parsed.entities.map((e) => ({
  type: e.type,
  layer: e.layer,
  closed: e.type === "CIRCLE" ? true : Boolean(e.shape),
  vertices: e.type === "CIRCLE"
    ? [[e.center.x - e.radius, e.center.y, 1], [e.center.x + e.radius, e.center.y, 1]]
    : (e.vertices || []).map((v) => [v.x, v.y, v.bulge || 0]),
}));
const layers = Object.fromEntries(Object.values(parsed.tables.layer.layers).map((l) => [l.name, l.colorIndex]));
process.stdout.write(JSON.stringify({ header: parsed.header, layers, entities }));
