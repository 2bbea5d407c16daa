"""The problems with PyTorch, eager: ``nn.Sequential``, the built-in losses, ``optim.SGD``."""

from time import process_time

import numpy as np
import torch
from torch import nn

from benchmarks.problems import BATCH_SIZE, LARGE, XOR, shuffles

torch.set_num_threads(1)


def model_and_optimizer(problem, activation):
    network = problem.network
    n_in, n_hidden, n_out = network.layer_sizes
    model = nn.Sequential(nn.Linear(n_in, n_hidden), activation, nn.Linear(n_hidden, n_out))
    model.to(torch.from_numpy(problem.X).dtype)
    with torch.no_grad():
        for layer, linear in [(1, model[0]), (2, model[2])]:
            linear.weight.copy_(torch.from_numpy(network.W[layer].T))
            linear.bias.copy_(torch.from_numpy(network.b[layer][0]))
    return model, torch.optim.SGD(model.parameters(), lr=problem.learning_rate)


def xor_steps(n_steps):
    model, optimizer = model_and_optimizer(XOR, nn.Tanh())
    X, y = torch.from_numpy(XOR.X), torch.from_numpy(XOR.y)
    criterion = nn.BCEWithLogitsLoss()
    losses = []
    start = process_time()
    for _ in range(n_steps):
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), (process_time() - start) / n_steps


def large_epochs(n_epochs):
    model, optimizer = model_and_optimizer(LARGE, nn.ReLU())
    X, y = torch.from_numpy(LARGE.X), torch.from_numpy(LARGE.y.argmax(axis=1))
    criterion = nn.CrossEntropyLoss()
    rng = shuffles()
    start = process_time()
    for _ in range(n_epochs):
        order = torch.from_numpy(rng.permutation(len(X)))
        for rows in order.split(BATCH_SIZE):
            optimizer.zero_grad()
            criterion(model(X[rows]), y[rows]).backward()
            optimizer.step()
    seconds = (process_time() - start) / n_epochs
    W1, b1, W2, b2 = (parameter.detach().numpy() for parameter in model.parameters())
    return np.concatenate([W1.T.ravel(), b1, W2.T.ravel(), b2]), seconds
