"""The five networks as PyTorch modules, one nn.Sequential per unit, written without a look at ours."""
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
