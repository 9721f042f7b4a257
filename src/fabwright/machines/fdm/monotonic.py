"""The order in which a skin's lines are laid so that its surface looks even."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.hatch import Chains, overlapping
from fabwright.model import Ints


def monotonic_order(chains: Chains) -> Ints:
    """Order of chains (k,) in which every line is laid after all lines beside it on the lower side, and so against
    finished ones on one side only.

    Chains begin where lines split or merge, so only their first line can have neighbours in other chains below it. A
    chain is followed by one that it makes possible where there is such a one, which keeps to one place of the region.
    """
    spans = chains.spans
    count = len(chains.start) - 1
    chain_of = np.empty(len(spans), dtype=np.int64)
    chain_of[chains.order] = np.repeat(np.arange(count), np.diff(chains.start))
    first, last = overlapping(spans)
    several = last - first
    lower = np.repeat(np.arange(len(spans)), several)
    upper = np.arange(len(lower)) - np.repeat(np.cumsum(several) - several, several) + first[lower]
    edges = np.stack([chain_of[lower], chain_of[upper]], axis=1)
    edges = np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0)
    waiting = np.bincount(edges[:, 1], minlength=count).tolist()
    begin = np.searchsorted(edges[:, 0], np.arange(count + 1)).tolist()
    above = edges[:, 1].tolist()
    sources = [c for c in range(count) if waiting[c] == 0]
    result: list[int] = []
    for source in sources:
        stack = [source]
        while stack:
            chain = stack.pop()
            result.append(chain)
            for next_one in reversed(above[begin[chain]:begin[chain + 1]]):
                waiting[next_one] -= 1
                if waiting[next_one] == 0:
                    stack.append(next_one)
    return np.asarray(result, dtype=np.int64)
