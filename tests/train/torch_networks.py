"""The networks as PyTorch modules, one nn.Sequential per unit, written without a look at ours."""
import torch
import torch.nn.functional as F
from torch import nn


class Lambda(nn.Module):
    def __init__(self, branch, shortcut):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


def conv3(i, o):
    return nn.Conv2d(i, o, 3, padding=1)


def flat(i, o):
    return [nn.Flatten(), nn.Linear(i, o)]


def units(*lists):
    return nn.ModuleList(nn.Sequential(*layers) for layers in lists)


def cifar7(channels, side, classes):
    last = 64 * (side // 8) ** 2
    return units([conv3(channels, 32), nn.ReLU(), nn.MaxPool2d(2)], [conv3(32, 64), nn.ReLU(), nn.MaxPool2d(2)],
                 [conv3(64, 96), nn.ReLU()], [conv3(96, 64), nn.ReLU()],
                 [conv3(64, 64), nn.ReLU(), nn.MaxPool2d(2)], [*flat(last, 256), nn.ReLU()], flat(256, classes))


def mnist4(channels, side, classes):
    return units([nn.Conv2d(channels, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
                 [nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
                 [*flat(64 * (side // 4) ** 2, 256), nn.ReLU()], flat(256, classes))


def alexnet_quarter(channels, side, classes):
    """torchvision's AlexNet, every width a quarter."""
    return units([nn.Conv2d(channels, 16, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)],
                 [nn.Conv2d(16, 48, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)],
                 [conv3(48, 96), nn.ReLU()], [conv3(96, 64), nn.ReLU()],
                 [conv3(64, 64), nn.ReLU(), nn.MaxPool2d(3, 2), nn.AdaptiveAvgPool2d(6)],
                 [*flat(64 * 36, 1024), nn.ReLU()], [*flat(1024, 1024), nn.ReLU()], flat(1024, classes))


def caffenet_quarter(channels, side, classes):
    """Caffe's reference model, every width a quarter; fed so that unit 5 leaves 2 x 2."""
    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    def norm():
        return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75)

    return units([nn.Conv2d(channels, 24, 11, 4), nn.ReLU(), pool(), norm()],
                 [nn.Conv2d(24, 64, 5, padding=2, groups=2), nn.ReLU(), pool(), norm()],
                 [conv3(64, 96), nn.ReLU()], [nn.Conv2d(96, 96, 3, padding=1, groups=2), nn.ReLU()],
                 [nn.Conv2d(96, 64, 3, padding=1, groups=2), nn.ReLU(), pool()],
                 [*flat(64 * 4, 1024), nn.ReLU()], [*flat(1024, 1024), nn.ReLU()], flat(1024, classes))


def block(i, o, stride):
    branch = nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(),
                           nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
    shortcut = nn.Identity()
    if stride != 1 or i != o:
        shortcut = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
    return [Lambda(branch, shortcut), nn.ReLU()]


def resnet18_quarter(channels, side, classes):
    stem = [nn.Conv2d(channels, 16, 7, 2, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    blocks = []
    for i, o, stride in [(16, 16, 1), (16, 32, 2), (32, 64, 2), (64, 128, 2)]:
        blocks += [block(i, o, stride), block(o, o, 1)]
    return units(stem, *blocks, [nn.AdaptiveAvgPool2d(1), *flat(128, classes)])


def bottleneck(i, inner, stride):
    o = 4 * inner
    branch = nn.Sequential(nn.Conv2d(i, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
                           nn.Conv2d(inner, inner, 3, stride, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
                           nn.Conv2d(inner, o, 1, bias=False), nn.BatchNorm2d(o))
    shortcut = nn.Identity()
    if stride != 1 or i != o:
        shortcut = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
    return [Lambda(branch, shortcut), nn.ReLU()]


def resnet50_quarter(channels, side, classes):
    stem = [nn.Conv2d(channels, 16, 7, 2, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    blocks, width = [], 16
    for inner, count, first in [(16, 3, 1), (32, 4, 2), (64, 6, 2), (128, 3, 2)]:
        for i in range(count):
            blocks.append(bottleneck(width, inner, first if i == 0 else 1))
            width = 4 * inner
    return units(stem, *blocks, [nn.AdaptiveAvgPool2d(1), *flat(width, classes)])


class Same(nn.Module):
    """TensorFlow's SAME: the image is padded before the layer, which pads nothing itself."""
    def __init__(self, layer, value=0.0):
        super().__init__()
        self.layer, self.value = layer, value

    def forward(self, x):
        kernel, stride = (side[0] if isinstance(side, tuple) else side for side in (self.layer.kernel_size, self.layer.stride))
        pads = []
        for side in (x.shape[3], x.shape[2]):
            total = max(0, (-(-side // stride) - 1) * stride + kernel - side)
            pads += [total // 2, total - total // 2]
        return self.layer(F.pad(x, pads, value=self.value))


class AverageOfInside(nn.Module):
    """slim's 3x3 average with SAME padding and stride 1: the sum over the window by the number of pixels inside."""
    def forward(self, x):
        def total(y):
            return F.conv2d(y, torch.ones(y.shape[1], 1, 3, 3), padding=1, groups=y.shape[1])
        return total(x) / total(torch.ones_like(x[:1]))


class Branches(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*branch) for branch in branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def inception_v2(multiplier, channels, side, classes):
    """tensorflow/models, research/slim/nets/inception_v2.py."""
    def depth(channels):
        return max(int(channels * multiplier), 16)

    def conv(i, o, kernel, stride=1):
        return [Same(nn.Conv2d(i, depth(o), kernel, stride, bias=False)),
                nn.BatchNorm2d(depth(o), eps=0.001, momentum=0.0003), nn.ReLU()]

    def maximum(stride):
        return Same(nn.MaxPool2d(3, stride), float("-inf"))

    def mixed(i, point, square, twice, pooled, pool, stride=1):
        d = depth
        branches = [conv(i, point, 1)] if point else []
        if stride == 1:
            branches.append(conv(i, square[0], 1) + conv(d(square[0]), square[1], 3))
            branches.append(conv(i, twice[0], 1) + conv(d(twice[0]), twice[1], 3) + conv(d(twice[1]), twice[1], 3))
            branches.append([pool, *conv(i, pooled, 1)])
            return [Branches(*branches)], d(point) + d(square[1]) + d(twice[1]) + d(pooled)
        branches.append(conv(i, square[0], 1) + conv(d(square[0]), square[1], 3, 2))
        branches.append(conv(i, twice[0], 1) + conv(d(twice[0]), twice[1], 3) + conv(d(twice[1]), twice[1], 3, 2))
        branches.append([pool])
        return [Branches(*branches)], d(square[1]) + d(twice[1]) + i

    first = min(depth(64) // 3, 8)
    parts = [[Same(nn.Conv2d(3, 3 * first, 7, 2, groups=3, bias=False)), nn.Conv2d(3 * first, depth(64), 1), nn.ReLU(),
              maximum(2)],
             [*conv(depth(64), 64, 1), *conv(depth(64), 192, 3), maximum(2)]]
    i = depth(192)
    for point, square, twice, pooled, pool, stride in [
            (64, (64, 64), (64, 96), 32, AverageOfInside(), 1), (64, (64, 96), (64, 96), 64, AverageOfInside(), 1),
            (0, (128, 160), (64, 96), 0, maximum(2), 2),
            (224, (64, 96), (96, 128), 128, AverageOfInside(), 1), (192, (96, 128), (96, 128), 128, AverageOfInside(), 1),
            (160, (128, 160), (128, 160), 96, AverageOfInside(), 1), (96, (128, 192), (160, 192), 96, AverageOfInside(), 1),
            (0, (128, 192), (192, 256), 0, maximum(2), 2),
            (352, (192, 320), (160, 224), 128, AverageOfInside(), 1), (352, (192, 320), (192, 224), 128, maximum(1), 1)]:
        part, i = mixed(i, point, square, twice, pooled, pool, stride)
        parts.append(part)
    return units(*parts, [nn.AdaptiveAvgPool2d(1), *flat(i, classes)])


def inception_v2_narrow(channels, side, classes):
    return inception_v2(0.1, channels, side, classes)
