"""What the written programs do, judged from their traces alone: safety of motion, and the block they leave."""
