"""Channel attention: one weight for each channel of a sequence, out of what its channels are like."""

from __future__ import annotations

from torch import Tensor, nn

from ai4er.nn.pooling import masked_maximum, masked_mean


class TwoStreamChannelAttention(nn.Module):
    """w = sigmoid(conv_A(mean over time) + conv_M(maximum over time)), both convolutions along the channels.

    Each vector of channels is read as a sequence, so that a channel's weight depends on its neighbours within the
    kernel and on no bottleneck. forward: x (batch, time, channels), mask (batch, time) -> w (batch, channels).
    Source: Wang et al., "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks", CVPR 2020, with
    one stream; Woo et al., "CBAM: Convolutional Block Attention Module", ECCV 2018, for mean and maximum together.
    """

    def __init__(self, kernel: int = 5) -> None:
        super().__init__()
        self.mean = nn.Conv1d(1, 1, kernel, padding="same")
        self.maximum = nn.Conv1d(1, 1, kernel, padding="same")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        streams = self.mean(masked_mean(x, mask).unsqueeze(1)) + self.maximum(masked_maximum(x, mask).unsqueeze(1))
        return streams.squeeze(1).sigmoid()
