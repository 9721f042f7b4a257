"""What classes that cut parts out of sheet share: the arrangement on sheets, order, leads and the time taken."""
