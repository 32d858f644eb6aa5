"""JSON to core and back, nothing else."""
