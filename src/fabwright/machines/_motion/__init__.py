"""How controllers move, for every class of machine: speeds at joints and the time of moves."""
