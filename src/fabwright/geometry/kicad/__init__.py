"""Mechanical facts of KiCad boards: outline, holes and connectors, read from the text of a `.kicad_pcb`."""
