import torch

from common import derivative_along, tensor, value

THETA = 26


def bending(bone, bones):
    """The parameters that bend a bone about x and z; THETA: none does."""
    finger, joint = (bone - 1) // 4, (bone - 1) % 4
    if bone in (0, bones - 1) or joint == 0:
        return THETA, THETA
    x = 6 + 4 * finger + (0 if joint == 1 else joint)
    return x, x + 1 if joint == 1 else THETA


class Hand:
    def __init__(self, data):
        self.on_triangles = len(data["us"]) > 0
        model, matches = data["data"]["model"], data["data"]["correspondences"]
        parents = model["parents"]
        self.bones = len(parents)
        depth = []
        for parent in parents:
            depth.append(0 if parent < 0 else depth[parent] + 1)
        order, place = [], {}
        self.level_sizes, self.level_parents = [], []
        while len(order) < len(parents):
            level = [bone for bone in range(self.bones) if depth[bone] == len(self.level_sizes)]
            place.update((bone, i) for i, bone in enumerate(level))
            self.level_parents.append(torch.tensor([place.get(parents[bone], 0) for bone in level]))
            self.level_sizes.append(len(level))
            order += level
        sorted_bones = torch.tensor(order)
        self.relatives = tensor(model["base_relatives"]).index_select(0, sorted_bones)
        self.inverse_bases = tensor(model["inverse_base_absolutes"]).index_select(0, sorted_bones)
        angles = [bending(bone, self.bones) for bone in order]
        self.x_angles, self.z_angles = torch.tensor(angles).unbind(1)
        if self.on_triangles:
            matches = [vertex for triangle in matches for vertex in model["triangles"][triangle]]
        vertices = torch.tensor(matches)
        weights = tensor(model["weights"]).index_select(0, vertices).index_select(1, sorted_bones)
        positions = tensor(model["base_positions"]).index_select(0, vertices)
        self.skin = (weights.unsqueeze(2) * positions.unsqueeze(1)).flatten(1)
        self.mirror = tensor([-1.0 if model["is_mirrored"] else 1.0, 1.0, 1.0])
        self.points = tensor(data["data"]["points"])


def parameters(data):
    theta = tensor(data["theta"])
    return torch.cat([tensor(data["us"]).flatten(), theta]) if len(data["us"]) else theta


CROSS = torch.zeros(3, 3, 3, dtype=torch.float64)
CROSS[0, 2, 1] = CROSS[1, 0, 2] = CROSS[2, 1, 0] = 1
CROSS[0, 1, 2] = CROSS[1, 2, 0] = CROSS[2, 0, 1] = -1
CROSS = CROSS.view(3, 9)


def rotation(rotations):
    identity = torch.eye(3, dtype=torch.float64)
    angle = rotations.square().sum(1, keepdim=True).sqrt()
    if angle.min().item() < 1e-4:
        return identity.expand(rotations.size(0), 3, 3)
    product = (rotations / angle).mm(CROSS).view(-1, 3, 3)
    turn = angle.unsqueeze(2)
    return identity + turn.sin() * product + (1 - turn.cos()) * product.bmm(product)


def bone_transforms(hand, theta):
    batch = theta.size(0)
    angles = torch.cat([theta, torch.zeros(batch, 1, dtype=torch.float64)], 1)
    x, z = angles.index_select(1, hand.x_angles), angles.index_select(1, hand.z_angles)
    cx, sx, cz, sz = x.cos(), x.sin(), z.cos(), z.sin()
    zero, one = torch.zeros_like(cx), torch.ones_like(cx)
    local = torch.stack([cz, -sz * cx, sz * sx, zero,
                         sz, cz * cx, -cz * sx, zero,
                         zero, sx, cx, zero,
                         zero, zero, zero, one], 2).view(batch, hand.bones, 4, 4)
    relatives = hand.relatives.matmul(local).split_with_sizes(hand.level_sizes, 1)
    absolutes = [relatives[0]]
    for parents, relative in zip(hand.level_parents[1:], relatives[1:]):
        absolutes.append(absolutes[-1].index_select(1, parents).matmul(relative))
    return torch.cat(absolutes, 1).matmul(hand.inverse_bases)


def error(hand, parameters):
    batch, us = parameters.size(0), parameters.size(1) - THETA
    theta = parameters[:, us:]
    rows = bone_transforms(hand, theta)[:, :, :3]
    by_place = rows.permute(1, 3, 0, 2).reshape(4 * hand.bones, 3 * batch)
    vertices = hand.skin.mm(by_place).view(-1, batch, 3).transpose(0, 1)
    positions = (vertices * hand.mirror).bmm(rotation(theta[:, :3]).transpose(1, 2)) + theta[:, 3:6].unsqueeze(1)
    if hand.on_triangles:
        places = parameters[:, :us].reshape(batch, -1, 2)
        shares = torch.cat([places, 1 - places.sum(2, keepdim=True)], 2)
        positions = (shares.unsqueeze(3) * positions.view(batch, -1, 3, 3)).sum(2)
    return hand.points - positions


def directions(parameters):
    us = parameters - THETA
    first = 2 if us else 0
    tangents = torch.zeros(first + THETA, parameters, dtype=torch.float64)
    for i in range(us):
        tangents[i % 2, i] = 1
    for i in range(THETA):
        tangents[first + i, us + i] = 1
    return tangents


def objective(data):
    hand, inputs = Hand(data), parameters(data).unsqueeze(0)
    return value(lambda: error(hand, inputs).flatten())


def jacobian(data):
    hand, inputs = Hand(data), parameters(data)
    tangents = directions(len(inputs))

    def run():
        copies = inputs.expand_as(tangents).contiguous().requires_grad_()
        return derivative_along(tangents, error(hand, copies), copies).flatten(1).t()

    return run


functions = dict(objective=objective, jacobian=jacobian)
