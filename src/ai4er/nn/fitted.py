"""Numbers that a kept library has fitted, as part of a network."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Fitted(nn.Module):
    """Buffers whose sizes the fit decides (training items, nodes of trees): loading takes them from the file.

    `names` are those of the buffers; they are empty until `keep` fills them.
    """

    def __init__(self, *names: str) -> None:
        super().__init__()
        for name in names:
            self.register_buffer(name, torch.zeros(0))

    def keep(self, **values: Tensor) -> None:
        """Take the fitted values, all of them at once."""
        assert set(values) == set(self._buffers), sorted(self._buffers)
        for name, value in values.items():
            setattr(self, name, value.clone())

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *more: Any) -> None:
        for name in self._buffers:
            if (key := prefix + name) in state_dict:
                setattr(self, name, torch.empty_like(state_dict[key]))
        super()._load_from_state_dict(state_dict, prefix, *more)
