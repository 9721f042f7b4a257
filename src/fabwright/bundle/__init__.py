"""The bundle stage: a job as named files under one manifest, and the way back from those bytes."""
