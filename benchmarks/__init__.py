"""How fast nnlib is, as ratios to other ways of doing the same arithmetic."""
