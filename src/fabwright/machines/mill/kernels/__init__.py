"""The loops that numpy cannot carry, compiled by numba on first use and cached; import these modules lazily."""
