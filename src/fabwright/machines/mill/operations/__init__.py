"""What can be done to a block, one operation a file: a frozen value of parameters and a function that cuts it."""
