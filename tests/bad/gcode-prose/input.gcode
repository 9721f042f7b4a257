Dear printer,
please make me a shoe.
