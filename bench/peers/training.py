"""How is one network trained? cifar7, its training step and its evaluation: as fast as plain PyTorch goes."""
import zlib

import torch
import torch.nn.functional as F
from torch import nn

EVALUATION_BATCH = 64


def seed_of(*parts):
    """The same in every process."""
    return zlib.crc32(repr(parts).encode())


def autocast(bf16):
    """For one step or evaluation: it keeps bfloat16 copies of the weights until it ends."""
    return torch.autocast("cpu", torch.bfloat16, enabled=bf16)


def conv(inputs, outputs, *after):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(True), *after)


def cifar7(channels, side, classes, seed):
    """The units of the network, in channels-last, drawn by its rules: He normal by fan-in, biases zero."""
    units = nn.ModuleList([
        conv(channels, 32, nn.MaxPool2d(2)), conv(32, 64, nn.MaxPool2d(2)), conv(64, 96), conv(96, 64),
        conv(64, 64, nn.MaxPool2d(2)),
        nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(64 * (side // 8) ** 2, 256), nn.ReLU(True)),
        nn.Sequential(nn.Dropout(0.5), nn.Linear(256, classes))])
    torch.manual_seed(seed)
    for parameter in units.parameters():
        if parameter.dim() > 1:
            nn.init.kaiming_normal_(parameter, mode="fan_in", nonlinearity="relu")
        else:
            nn.init.zeros_(parameter)
    return units.to(memory_format=torch.channels_last)


def packed(activations):
    """The inverse of `unpacked`."""
    return activations.permute(0, 2, 3, 1).contiguous() if activations.dim() == 4 else activations


def unpacked(rows):
    """[n, h, w, c] as the channels-last [n, c, h, w] that it is; rows of vectors as they are."""
    return rows.permute(0, 3, 1, 2) if rows.dim() == 4 else rows


class Training:
    """A network on its way: units, momentum, rates, rows of its evaluations. A deep copy of it is a fork."""

    def __init__(self, units, values, frozen, high_units, first, stream, bf16):
        self.frozen = nn.Sequential(*units[:frozen]).eval().requires_grad_(False)
        self.trained = nn.Sequential(*units[frozen:])
        self.batch, self.epochs, self.every = values["batch"], values["epochs"], values["evaluate"]["every"]
        self.bf16, self.stream, self.epoch, self.epoch_images, self.rows = bf16, stream, 0, 0, []
        rates = {group["units"]: group for group in values["rates"]}
        below = max(len(self.trained) - high_units, 0)
        groups = [group_of(self.trained[below:], {**rates["top"], "first": first})]
        if below:
            groups.append(group_of(self.trained[:below], rates["rest"]))
        self.optimiser = torch.optim.SGD(groups, momentum=values["momentum"], fused=True)

    def fall_after(self, epoch):
        """The rate of the top group falls when so many epochs are done."""
        self.optimiser.param_groups[0]["first"] = epoch

    def advance(self, data, until):
        """Trains till `until` epochs are done and adds a row whenever an evaluation is due."""
        train, valid, test = data
        while self.epoch < min(until, self.epochs):
            loss = self.train_epoch(*train)
            self.epoch += 1
            if self.epoch % self.every == 0 or self.epoch == self.epochs:
                self.rows.append({"epoch": self.epoch, "train_loss": loss, **self.evaluate("valid", *valid),
                                  **self.evaluate("test", *test)})
        return self

    def train_epoch(self, pixels, labels):
        """Order and dropout masks hang on the stream and the epoch alone, not on what was trained before."""
        torch.manual_seed(seed_of(self.stream, self.epoch))
        for group in self.optimiser.param_groups:
            group["lr"] = group["start"] * (group["factor"] if self.epoch >= group["first"] else 1)
        self.trained.train()
        total = torch.zeros(())
        for rows in torch.randperm(len(labels)).split(self.batch):
            total += self.step(unpacked(pixels[rows]), labels[rows]) * len(rows)
        self.epoch_images += len(labels)
        return total.item() / len(labels)

    def step(self, inputs, labels):
        with autocast(self.bf16):
            with torch.no_grad():
                inputs = self.frozen(inputs)
            loss = F.cross_entropy(self.trained(inputs), labels)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.detach()

    @torch.no_grad()
    def evaluate(self, name, pixels, labels):
        self.trained.eval()
        with autocast(self.bf16):
            parts = [self.trained(self.frozen(unpacked(part))) for part in pixels.split(EVALUATION_BATCH)]
        logits = torch.cat(parts).float()
        right = (logits.argmax(1) == labels).float().mean()
        return {f"{name}_top1": right.item(), f"{name}_loss": F.cross_entropy(logits, labels).item()}


def group_of(units, rate):
    return {"params": list(units.parameters()), "lr": rate["start"], "start": rate["start"],
            "factor": rate["factor"], "first": rate["first"]}
