"""Which memory layout and which choice of kernels is fast on a GPU? Training steps of cifar7 x 2 (32 px) and AlexNet (224 px)
at batch 128 in PyTorch, recorded as a CUDA graph: channels last or not, deterministic or not, chosen by trial or not.

    device_layout.py          a table on stdout: ms of a step, the median of five rounds; needs a GPU"""
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCH, CLASSES, REPEATS = 128, 50, 10


def cifar7(width=2):
    def conv(inputs, outputs, *after):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(True), *after)

    a, b, c, d, e, f = (width * n for n in (32, 64, 96, 64, 64, 256))
    return nn.Sequential(conv(3, a, nn.MaxPool2d(2)), conv(a, b, nn.MaxPool2d(2)), conv(b, c), conv(c, d),
                         conv(d, e, nn.MaxPool2d(2)), nn.Flatten(), nn.Linear(16 * e, f), nn.ReLU(True), nn.Linear(f, CLASSES))


def alexnet():
    def conv(inputs, outputs, *form):
        return nn.Sequential(nn.Conv2d(inputs, outputs, *form), nn.ReLU(True))

    return nn.Sequential(conv(3, 64, 11, 4, 2), nn.MaxPool2d(3, 2), conv(64, 192, 5, 1, 2), nn.MaxPool2d(3, 2),
                         conv(192, 384, 3, 1, 1), conv(384, 256, 3, 1, 1), conv(256, 256, 3, 1, 1), nn.MaxPool2d(3, 2),
                         nn.Flatten(), nn.Linear(9216, 4096), nn.ReLU(True), nn.Linear(4096, 4096), nn.ReLU(True),
                         nn.Linear(4096, CLASSES))


def step_ms(make, side, layout, bf16):
    net = make().cuda().to(memory_format=layout)
    images = torch.rand(BATCH, 3, side, side, device="cuda").contiguous(memory_format=layout)
    labels = torch.randint(CLASSES, (BATCH,), device="cuda")

    def step():
        with torch.autocast("cuda", torch.bfloat16, enabled=bf16):
            logits = net(images)
        F.cross_entropy(logits.float(), labels).backward()
        for parameter in net.parameters():
            parameter.grad = None

    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(4):
            step()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        step()
    taken = []
    for _ in range(5):
        torch.cuda.synchronize()
        begun = time.perf_counter()
        for _ in range(REPEATS):
            graph.replay()
        torch.cuda.synchronize()
        taken.append((time.perf_counter() - begun) / REPEATS)
    return 1e3 * sorted(taken)[2]


def main():
    torch.backends.cudnn.allow_tf32 = False
    layouts = {"channels last": torch.channels_last, "channels first": torch.contiguous_format}
    kernels = {"deterministic": (True, False), "any": (False, False), "deterministic, by trial": (True, True)}
    for make, side in ((cifar7, 32), (alexnet, 224)):
        for bf16 in (False, True):
            for layout, form in layouts.items():
                for kind, (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark) in kernels.items():
                    print(f"{make.__name__:8} {'bf16' if bf16 else 'fp32'}  {layout:14}  {kind:23}  "
                          f"{step_ms(make, side, form, bf16):.2f} ms", flush=True)


if __name__ == "__main__":
    main()
