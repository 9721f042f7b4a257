"""Pure functions on solids, meshes, sections and polygons: the only importer of the geometry kernels."""
