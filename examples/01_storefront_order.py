"""Storefront: a customer's options become a price, a picture and a verified job.

Run: python 01_storefront_order.py OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import fabwright as fw

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")

insole = fw.open_catalogue().get("insole@^1")
variant = insole.configure({"eu_size": 36, "side": "left", "arch_mm": 15})
print(f"{insole.title} {insole.version}, order {variant.digest[:12]}")

job = variant.make(machine="prusa-mk4s", material="tpu-95a")
figures = job.price_drivers
price = 4.00 + figures["time_s"] / 3600 * 3.50 + figures["filament_g"] * 0.05
print(f"machine time {figures['time_s'] / 3600:.2f} h, material {figures['filament_g']:.1f} g, price {price:.2f}")

assert job.verdict.passed
(out / "shop").mkdir(parents=True, exist_ok=True)
(out / "shop" / "preview.png").write_bytes(job.files["preview.png"])
print("saved", job.save(out))
