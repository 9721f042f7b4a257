"""Boards that are sold by name. Every figure in mm, seen from the top, lower left corner of the board at (0, 0)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from fabwright.design import Board, EdgeConnector, Keepout, MountingHole

RASPBERRY_PI_SOURCE = (
    "Raspberry Pi's published mechanical drawing, as restated for outline and holes by "
    "https://osban.se/raspberry-pi-3-4-5-mounting-dimensions-and-screw-hole-specifications/ and for connector centres "
    "by independent public case models that agree with each other (3.5 + 7.7, + 14.8, + 13.5, + 7 + 7.5; 9, 27, 45.75)")
PI_CONNECTOR_SOURCE = ("body sizes as measured by the makers of the public model anchorscad rpi4 (USB-A stack 14.9 x "
                       "16.4, RJ45 16 x 13.7, micro HDMI 7.1 x 3.6, USB-C 9 x 3.3, audio 6 high)")
PI_ZERO_SOURCE = ("outline, holes and connector centres of the public model NopSCADlib RPI0 (65 x 30, holes 3.5 from "
                  "the edges; 12.4, 41.4, 54); body sizes typical of mini HDMI and micro USB receptacles, chosen")
UNO_SOURCE = ("Arduino Uno R3 as drawn in the public model NopSCADlib ArduinoUno3 (outline and holes in inches), holes "
              "and connector centres equal to those at https://softsolder.com/2009/05/19/; bodies of USB-B and barrel "
              "jack receptacles, typical, chosen")
NANO_SOURCE = ("outline 45 x 18, no holes to rely on: https://kapycad.com/en/learn/standards/arduino; USB mini-B body "
               "typical, chosen")


def known_board(name: str) -> Board:
    """The board of that name, one of BOARDS."""
    return BOARDS[name][1]()


def _rounded_rectangle(width: float, height: float, radius: float, steps: int = 8) -> np.ndarray:
    """Ring (n, 2), counter-clockwise."""
    corners = ((width - radius, radius, -90.0), (width - radius, height - radius, 0.0),
               (radius, height - radius, 90.0), (radius, radius, 180.0))
    return np.array([(x + radius * math.cos(math.radians(start + 90.0 * k / steps)),
                      y + radius * math.sin(math.radians(start + 90.0 * k / steps)))
                     for x, y, start in corners for k in range(steps + 1)])


def _front(name: str, centre_x: float, width: float, depth: float, height: float, overhang: float, source: str
           ) -> EdgeConnector:
    rect = (centre_x - width / 2, -overhang, centre_x + width / 2, depth - overhang)
    return EdgeConnector(name, rect, "-y", height, source=source)


def _right(name: str, centre_y: float, width: float, depth: float, height: float, overhang: float, edge: float,
           source: str) -> EdgeConnector:
    rect = (edge + overhang - depth, centre_y - width / 2, edge + overhang, centre_y + width / 2)
    return EdgeConnector(name, rect, "+x", height, source=source)


def _left(name: str, centre_y: float, width: float, depth: float, height: float, overhang: float, source: str,
          back: bool = False) -> EdgeConnector:
    rect = (-overhang, centre_y - width / 2, depth - overhang, centre_y + width / 2)
    return EdgeConnector(name, rect, "-x", height, back, source=source)


def _raspberry_pi_4() -> Board:
    s = PI_CONNECTOR_SOURCE
    holes = tuple(MountingHole(x, y, 2.7) for y in (3.5, 52.5) for x in (3.5, 61.5))
    connectors = (
        _left("micro SD card", 28.15, 12.0, 14.4, 1.4, 3.0, s, back=True),
        _right("USB 2.0", 9.0, 14.9, 17.5, 16.4, 3.0, 85.0, s),
        _right("USB 3.0", 27.0, 14.9, 17.5, 16.4, 3.0, 85.0, s),
        _right("Ethernet", 45.75, 16.0, 21.25, 13.7, 3.0, 85.0, s),
        _front("USB-C power", 3.5 + 7.7, 9.0, 7.5, 3.3, 1.8, s),
        _front("micro HDMI 0", 3.5 + 7.7 + 14.8, 7.1, 8.0, 3.6, 1.8, s),
        _front("micro HDMI 1", 3.5 + 7.7 + 14.8 + 13.5, 7.1, 8.0, 3.6, 1.8, s),
        _front("audio", 3.5 + 7.7 + 14.8 + 13.5 + 7.0 + 7.5, 7.0, 15.0, 6.0, 2.7, s),
    )
    header = Keepout((7.0, 49.9, 58.0, 55.1), True, True)
    return Board("Raspberry Pi 4 Model B", _rounded_rectangle(85.0, 56.0, 3.0), (), holes, connectors, (header,), 1.5)


def _raspberry_pi_zero() -> Board:
    s = PI_ZERO_SOURCE
    holes = tuple(MountingHole(x, y, 2.75) for y in (3.5, 26.5) for x in (3.5, 61.5))
    connectors = (
        _left("micro SD card", 16.7, 12.0, 14.0, 1.4, 2.5, s),
        _front("mini HDMI", 12.4, 11.4, 8.0, 3.6, 1.0, s),
        _front("USB", 41.4, 8.0, 6.0, 3.2, 1.0, s),
        _front("USB power", 54.0, 8.0, 6.0, 3.2, 1.0, s),
    )
    header = Keepout((7.0, 23.9, 58.0, 29.1), True, True)
    return Board("Raspberry Pi Zero", _rounded_rectangle(65.0, 30.0, 3.0), (), holes, connectors, (header,), 1.5)


def _arduino_uno() -> Board:
    inch = 25.4
    outline = inch * (np.array([(-1.35, -1.05), (1.25, -1.05), (1.25, -0.95), (1.35, -0.85), (1.35, 0.44), (1.25, 0.54),
                                (1.25, 0.99), (1.19, 1.05), (-1.35, 1.05)]) + np.array([(1.35, 1.05)]))
    holes = tuple(MountingHole(x, y, 3.2) for x, y in ((13.97, 2.54), (66.04, 7.62), (66.04, 35.56), (15.24, 50.8)))
    connectors = (
        _left("barrel jack", 7.62, 9.0, 13.7, 11.0, 1.9, UNO_SOURCE),
        _left("USB-B", 37.78, 12.1, 16.2, 10.9, 6.35, UNO_SOURCE),
    )
    headers = (Keepout((26.0, 1.0, 65.0, 4.1), True, True), Keepout((17.5, 49.2, 65.0, 52.4), True, True))
    return Board("Arduino Uno R3", outline, (), holes, connectors, headers, 1.6)


def _arduino_nano() -> Board:
    outline = np.array([(0.0, 0.0), (45.0, 0.0), (45.0, 18.0), (0.0, 18.0)])
    usb = _left("USB mini-B", 9.0, 7.8, 9.2, 4.0, 1.5, NANO_SOURCE)
    rows = (Keepout((3.8, 0.0, 41.2, 2.6), True, True), Keepout((3.8, 15.4, 41.2, 18.0), True, True),
            Keepout((39.5, 5.0, 45.0, 13.0), True, True))
    return Board("Arduino Nano", outline, (), (), (usb,), rows, 1.6,
                 ("pin headers soldered below the board need a standoff of 9 mm or more",))


# Name of the choice -> what a person calls it, and the board.
BOARDS: dict[str, tuple[str, Callable[[], Board]]] = {
    "raspberry-pi-4": ("Raspberry Pi 4 Model B", _raspberry_pi_4),
    "raspberry-pi-zero": ("Raspberry Pi Zero", _raspberry_pi_zero),
    "arduino-uno": ("Arduino Uno R3", _arduino_uno),
    "arduino-nano": ("Arduino Nano", _arduino_nano),
}
