"""Equal hyperparameters give the paths of torch.optim and optax: recorded ones, and, where these are there, any."""

from dataclasses import fields, replace
from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt
from foreign import OPTAX, TORCH, AnyRule, optax_path, torch_path
from numpy.testing import assert_allclose

from sim.descent.rules import RULES, rule_name
from sim.descent.rules.adaptive.adadelta import Adadelta
from sim.descent.rules.adaptive.adagrad import Adagrad
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.adamax import Adamax
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.adaptive.amsgrad import AMSGrad
from sim.descent.rules.adaptive.centered_rmsprop import CenteredRMSprop
from sim.descent.rules.adaptive.nadam import NAdam
from sim.descent.rules.adaptive.radam import RAdam
from sim.descent.rules.adaptive.rmsprop import RMSprop
from sim.descent.rules.adaptive.rmsprop_momentum import RMSpropMomentum
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.plain.torch_momentum import TorchMomentum
from sim.descent.rules.plain.torch_nesterov import TorchNesterov
from sim.descent.rules.protocol import Letter
from sim.descent.rules.sign.lion import Lion
from sim.descent.rules.sign.sign_sgd import SignSGD
from sim.descent.update import ConstantGradient, one_update
from sim.surface.points import Array

RECORDED = 1e-12
START = np.array([-1.2, 1.0])


class Reference(NamedTuple):
    rule: AnyRule
    path: list[tuple[float, float]]
    """θ after updates 1, 2, 4 and 8."""


GRADIENTS = np.array(
    [
        (3.0, -0.5),
        (-1.25, 2.0),
        (0.0, 0.75),
        (1e-7, -3e-9),
        (40.0, -6.5),
        (-0.3, 0.0),
        (0.8, 0.05),
        (-2.0, 1.5),
    ]
)
"""One for each update, wherever θ is: large, small, zero and of either sign."""

# As `foreign` asked torch 2.13.0, or, for signSGD and Lion, optax 0.2.8.
REFERENCES = [
    Reference(
        GradientDescent(),
        [
            (-1.2029999999999998, 1.0005),
            (-1.2017499999999999, 0.9984999999999999),
            (-1.2017500000999999, 0.997750000003),
            (-1.2402500000999999, 1.0027000000029997),
        ],
    ),
    Reference(
        GradientDescent(0.05),
        [
            (-1.3499999999999999, 1.025),
            (-1.2874999999999999, 0.9249999999999999),
            (-1.2875000049999998, 0.88750000015),
            (-3.212500005, 1.13500000015),
        ],
    ),
    Reference(
        GradientDescent(0.05, clip_value=0.8, clip_norm=0.9, weight_decay=0.3),
        [
            (-1.2201598832308336, 1.008849927019271),
            (-1.1700377079539517, 0.9618974010855624),
            (-1.1351998401996226, 0.8963194061182398),
            (-1.0920412078350317, 0.8398651990050602),
        ],
    ),
    Reference(
        Momentum(),
        [
            (-1.2029999999999998, 1.0005),
            (-1.2044499999999998, 0.9989499999999999),
            (-1.2069295000999998, 0.9948745000029999),
            (-1.3468316953595099, 1.0096579094622853),
        ],
    ),
    Reference(
        Momentum(0.05, 0.7),
        [
            (-1.3499999999999999, 1.025),
            (-1.3924999999999998, 0.9424999999999999),
            (-1.4430750049999999, 0.7805750001499999),
            (-6.481149821365499, 1.4063285579159648),
        ],
    ),
    Reference(
        Momentum(0.05, 0.7, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.2806393599507926, 1.001439893325132),
            (-1.2648774499886681, 0.9026264258073797),
            (-1.1953433428900488, 0.6865351617207986),
            (-1.1929424728227607, 0.4237997940488289),
        ],
    ),
    Reference(
        TorchMomentum(),
        [
            (-1.2029999999999998, 1.0005),
            (-1.2044499999999998, 0.9989499999999999),
            (-1.2069295000999998, 0.9948745000029999),
            (-1.3468316953595099, 1.0096579094622853),
        ],
    ),
    Reference(
        TorchMomentum(0.05, 0.7, 0.4),
        [
            (-1.3499999999999999, 1.025),
            (-1.4174999999999998, 0.9824999999999999),
            (-1.4978250029999998, 0.8936750000899999),
            (-4.5571602908193, 1.2752088677495788),
        ],
    ),
    Reference(
        TorchMomentum(0.05, 0.7, 0.4, clip_value=1.5, weight_decay=0.3),
        [
            (-1.257, 1.01),
            (-1.248087, 0.96291),
            (-1.207309265847, 0.8458013498000001),
            (-1.1747334049351408, 0.7620876990570299),
        ],
    ),
    Reference(
        Nesterov(),
        [
            (-1.2057, 1.00095),
            (-1.205755, 0.997555),
            (-1.20798655019, 0.9931370500057),
            (-1.3723985259235592, 1.0113921185190566),
        ],
    ),
    Reference(
        Nesterov(0.05, 0.7),
        [
            (-1.4549999999999998, 1.0425),
            (-1.4222499999999998, 0.88475),
            (-1.4576525084999998, 0.733902500255),
            (-6.909304879955849, 1.4194299906911754),
        ],
    ),
    Reference(
        Nesterov(0.05, 0.7, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3370869119163473, 1.0024478186527246),
            (-1.2524047004400591, 0.8334312964490995),
            (-1.1665138124129872, 0.6237537949745935),
            (-1.1334063816501103, 0.36513200861163847),
        ],
    ),
    Reference(
        TorchNesterov(),
        [
            (-1.2057, 1.00095),
            (-1.205755, 0.997555),
            (-1.20798655019, 0.9931370500057),
            (-1.3723985259235592, 1.0113921185190566),
        ],
    ),
    Reference(
        TorchNesterov(0.05, 0.7),
        [
            (-1.4549999999999998, 1.0425),
            (-1.4222499999999998, 0.88475),
            (-1.4576525084999998, 0.733902500255),
            (-6.909304879955849, 1.4194299906911754),
        ],
    ),
    Reference(
        TorchNesterov(0.05, 0.7, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3370869119163473, 1.0024478186527246),
            (-1.2524047004400591, 0.8334312964490995),
            (-1.1665138124129872, 0.6237537949745935),
            (-1.1334063816501103, 0.36513200861163847),
        ],
    ),
    Reference(
        Adagrad(),
        [
            (-1.2099999999996667, 1.009999999998),
            (-1.2061538461536312, 1.0002985749970172),
            (-1.2061538464613235, 0.9968797577170593),
            (-1.2157479200032417, 1.0041457999033612),
        ],
    ),
    Reference(
        Adagrad(0.3, 0.01),
        [
            (-1.4990033222591361, 1.2941176470588236),
            (-1.3839726474125102, 1.0044798467140394),
            (-1.3839726566149642, 0.9023807392363901),
            (-1.6717231564021182, 1.1200425681134407),
        ],
    ),
    Reference(
        Adagrad(0.3, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.498151328774457, 1.2226761605616714),
            (-1.2940768807819292, 0.9241524281333257),
            (-1.1934139597620697, 0.7604131203157667),
            (-1.1656698912845371, 0.5537485290020017),
        ],
    ),
    Reference(
        Adadelta(),
        [
            (-1.203162275903349, 1.0031622144165124),
            (-1.201363902330327, 0.9988108367330459),
            (-1.201363902494172, 0.9965998624491288),
            (-1.2055632780039682, 1.0004765613811728),
        ],
    ),
    Reference(
        Adadelta(0.7, 0.8, 0.01),
        [
            (-1.356091770711905, 1.142886901662352),
            (-1.263011464421342, 0.9372792417760492),
            (-1.2630114735378966, 0.8287990824916521),
            (-1.4559624074459812, 0.9948129106270855),
        ],
    ),
    Reference(
        Adadelta(0.7, 0.8, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3550416866881025, 1.0199933799260092),
            (-1.1988971645225153, 0.863184848750344),
            (-1.0995122191969682, 0.725948580703746),
            (-1.0467688494428995, 0.5194033577041123),
        ],
    ),
    Reference(
        RMSprop(),
        [
            (-1.2999999966666667, 1.099999980000004),
            (-1.2613735449472003, 1.002957188496649),
            (-1.2613735480685297, 0.9686081367534224),
            (-1.3572672067335052, 1.0410611278882889),
        ],
    ),
    Reference(
        RMSprop(0.05, 0.8, 0.01),
        [
            (-1.3109762308878166, 1.1070174337424745),
            (-1.2641183420822009, 0.9990861158485386),
            (-1.2641183467592236, 0.9572203565666177),
            (-1.3697818127176187, 1.0311616818643237),
        ],
    ),
    Reference(
        RMSprop(0.05, 0.8, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3102744851709587, 1.0629357084908184),
            (-1.231786938120177, 0.952368396814882),
            (-1.1865079723200973, 0.8814242824765582),
            (-1.1723660142427323, 0.7579291084635787),
        ],
    ),
    Reference(
        RMSpropMomentum(),
        [
            (-1.2999999966666667, 1.099999980000004),
            (-1.3513735419472004, 1.0929571704966528),
            (-1.4392223074982426, 1.015650767809512),
            (-1.907567387960659, 1.205538871109615),
        ],
    ),
    Reference(
        RMSpropMomentum(0.05, 0.7, 0.8, 0.01),
        [
            (-1.3109762308878166, 1.1070174337424745),
            (-1.3418017037036727, 1.0739983194682707),
            (-1.378484021031564, 0.9635337825718145),
            (-1.6828270332319675, 1.1220611166805796),
        ],
    ),
    Reference(
        RMSpropMomentum(0.05, 0.7, 0.8, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.310274485170959, 1.0629357084908184),
            (-1.3089790777398485, 0.9964233927584548),
            (-1.243309198756355, 0.8069537010571661),
            (-1.2487214014761299, 0.5123936345059517),
        ],
    ),
    Reference(
        CenteredRMSprop(),
        [
            (-1.300503778158918, 1.100503761323905),
            (-1.261822652211339, 1.0032011848167846),
            (-1.2618226553369984, 0.968669947929361),
            (-1.3582405600807368, 1.0412937690882298),
        ],
    ),
    Reference(
        CenteredRMSprop(0.05, 0.7, 0.8, 0.01),
        [
            (-1.3239669421487603, 1.119047619047619),
            (-1.36316778374253, 1.0872844883615143),
            (-1.4098167899615477, 0.9695177130961135),
            (-1.755640794722018, 1.1406541707093705),
        ],
    ),
    Reference(
        CenteredRMSprop(0.05, 0.7, 0.8, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3230919377060233, 1.066912194606332),
            (-1.3306132867243494, 0.9906390883182746),
            (-1.2735087645999974, 0.7670473448848845),
            (-1.2812902203648708, 0.4198906010635312),
        ],
    ),
    Reference(
        Adam(),
        [
            (-1.2009999999966665, 1.00099999998),
            (-1.2013321410351507, 1.0004404964897995),
            (-1.2017991977265527, 0.9993036937129856),
            (-1.203611921090014, 1.0004264969812642),
        ],
    ),
    Reference(
        Adam(0.2, 0.7, 0.95, 0.01),
        [
            (-1.3993355481727574, 1.196078431372549),
            (-1.4430560480015948, 1.065283377484111),
            (-1.4933388261206428, 0.8329314038324439),
            (-1.898929307360439, 1.125177939826768),
        ],
    ),
    Reference(
        Adam(0.2, 0.7, 0.95, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3987675525163046, 1.148450773707781),
            (-1.3722522344574708, 0.9869093584033584),
            (-1.2645835005431112, 0.6847011767255764),
            (-1.2597764745008506, 0.3090139285779728),
        ],
    ),
    Reference(
        Adamax(),
        [
            (-1.2019999999933333, 1.00199999996),
            (-1.2025092812026712, 1.0011842104903947),
            (-1.2030593243430254, 0.9998294258362184),
            (-1.2045267166742195, 1.0007984557297378),
        ],
    ),
    Reference(
        Adamax(0.2, 0.7, 0.95, 0.01),
        [
            (-1.3993355481727574, 1.196078431372549),
            (-1.4343066969749956, 1.099502487562189),
            (-1.4670524479086349, 0.9503512122903237),
            (-1.6491261019965935, 1.088933184884547),
        ],
    ),
    Reference(
        Adamax(0.2, 0.7, 0.95, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3987675525163046, 1.148450773707781),
            (-1.3720065269110235, 1.0325340273666914),
            (-1.2822712379809846, 0.8309285803297506),
            (-1.2899797168826774, 0.5926119656749758),
        ],
    ),
    Reference(
        AMSGrad(),
        [
            (-1.2009999999966665, 1.00099999998),
            (-1.2013321410351507, 1.0004404964897995),
            (-1.2017988590107467, 0.9993039497221446),
            (-1.2036110166095497, 1.0004263158418256),
        ],
    ),
    Reference(
        AMSGrad(0.2, 0.7, 0.95, 0.01),
        [
            (-1.3993355481727574, 1.196078431372549),
            (-1.4430560480015948, 1.065283377484111),
            (-1.4915616726631264, 0.8353467832315637),
            (-1.8861394019049094, 1.12153020058937),
        ],
    ),
    Reference(
        AMSGrad(0.2, 0.7, 0.95, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.3987675525163046, 1.148450773707781),
            (-1.3722522344574708, 0.9869093584033584),
            (-1.2657758144888982, 0.68726418632808),
            (-1.2604970549676935, 0.3252562666725188),
        ],
    ),
    Reference(
        NAdam(),
        [
            (-1.2021129035496678, 1.0021129035144527),
            (-1.2014251599251033, 1.0001158635055765),
            (-1.2015568793477993, 0.9990788227024815),
            (-1.204724516320351, 1.001245277265917),
        ],
    ),
    Reference(
        NAdam(0.2, 0.7, 0.95, 0.01, 0.5),
        [
            (-1.424354848662871, 1.220688919763151),
            (-1.3531405111351358, 0.9976825597124467),
            (-1.3666999415345842, 0.8574514493816798),
            (-1.759011666691727, 1.1356973241234316),
        ],
    ),
    Reference(
        NAdam(0.2, 0.7, 0.95, 0.01, 0.5, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.4237155618888222, 1.167083348526628),
            (-1.2789416717814373, 0.9322294262655838),
            (-1.1688663863288102, 0.7231118263321265),
            (-1.111233578004649, 0.35988304364062074),
        ],
    ),
    Reference(
        RAdam(),
        [
            (-1.2029999999999998, 1.0005),
            (-1.2037631578947368, 0.9996842105263157),
            (-1.2045862314380629, 0.9983313425669877),
            (-1.214652009271936, 0.9995172486630128),
        ],
    ),
    Reference(
        RAdam(0.2, 0.7, 0.95, 0.01),
        [
            (-1.8, 1.1),
            (-1.9, 0.9058823529411766),
            (-1.9872238134794231, 0.626619580679145),
            (-4.948401966513879, 1.0627337384872408),
        ],
    ),
    Reference(
        RAdam(0.2, 0.7, 0.95, 0.01, clip_norm=2.0, weight_decay=0.3),
        [
            (-1.5225574398031705, 1.0057595733005285),
            (-1.4769323076622054, 0.7731048374949205),
            (-1.3387443875986458, 0.4130345415977572),
            (-1.3845582224816704, 0.27484438189266946),
        ],
    ),
    Reference(
        AdamW(),
        [
            (-1.2009879999966666, 1.00098999998),
            (-1.201308131155151, 1.0004204865897997),
            (-1.201751159236601, 0.999263681752421),
            (-1.203515782724973, 1.0003464943681926),
        ],
    ),
    Reference(
        AdamW(0.2, 0.7, 0.95, 0.01, 0.3),
        [
            (-1.3273355481727573, 1.136078431372549),
            (-1.2914159151112292, 0.937118671601758),
            (-1.189610965212727, 0.6038522163937456),
            (-1.2901493757665081, 0.7278997115741077),
        ],
    ),
    Reference(
        AdamW(0.2, 0.7, 0.95, 0.01, 0.3, clip_norm=2.0),
        [
            (-1.3269913188863671, 1.1340967751047382),
            (-1.271234766784824, 0.9276491566737919),
            (-1.1497262524904768, 0.5769359011606486),
            (-1.108980737017038, 0.23927437749712532),
        ],
    ),
    Reference(
        SignSGD(),
        [
            (-1.2009999999999998, 1.001),
            (-1.2, 0.9999999999999999),
            (-1.2009999999999998, 0.9999999999999999),
            (-1.2009999999999998, 0.9989999999999999),
        ],
    ),
    Reference(SignSGD(0.05), [(-1.25, 1.05), (-1.2, 1.0), (-1.25, 1.0), (-1.25, 0.95)]),
    Reference(Lion(), [(-1.2001, 1.0001), (-1.2, 1.0), (-1.2002, 0.9998), (-1.2006, 1.0)]),
    Reference(
        Lion(0.05, 0.7, 0.8, 0.3),
        [
            (-1.232, 1.035),
            (-1.26352, 0.9694749999999999),
            (-1.325148692, 0.8413588818749999),
            (-1.4429557300425102, 0.9875466989519192),
        ],
    ),
]


def path_of(rule: AnyRule, start: Array, gradients: Array) -> Array:
    """Where the rule is after each of these gradients (U, 2), wherever it is; shape (U, 2)."""
    theta, state, path = start, rule.init(start), []
    for gradient in gradients:
        _, movement, state = one_update(rule, ConstantGradient(gradient), theta, None, state)
        theta = theta + movement
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: repr(reference.rule))
def test_equal_hyperparameters_give_the_recorded_path(reference: Reference) -> None:
    assert_allclose(path_of(reference.rule, START, GRADIENTS)[[0, 1, 3, 7]], reference.path, rtol=RECORDED)


@pytest.mark.parametrize("name", sorted({*TORCH, *OPTAX}))
def test_what_others_have_has_a_recorded_path_with_and_without_its_defaults_and_with_options(name: str) -> None:
    kind: Any = RULES[name]
    recorded = [reference.rule for reference in REFERENCES if type(reference.rule) is kind]
    assert {rule == kind() for rule in recorded} == {True, False}
    if name in TORCH:
        assert any(getattr(rule, "clip_norm", 0) or getattr(rule, "clip_value", 0) for rule in recorded)
        assert any(getattr(rule, "weight_decay", 0) for rule in recorded)


# Any hyperparameters, starts and gradients.

SEEDS = 40
ANY = 1e-10
"""The paths agree to this, of where they are or of how far they have come."""


def any_rule(name: str, rng: np.random.Generator, options: bool) -> AnyRule:
    """One with hyperparameters drawn at random, and options too, each of which may be off."""
    kind: Any = RULES[name]
    hints = get_type_hints(kind, include_extras=True)
    drawn = {}
    for field in fields(kind):
        extras = get_args(hints[field.name])[1:]
        optional = any(isinstance(extra, Letter) and extra.option for extra in extras)
        if not optional or (options and rng.random() < 0.5):
            drawn[field.name] = _any_number(field.name, extras, rng)
    rule: AnyRule = kind(**drawn)
    return rule


def _any_number(name: str, extras: tuple[Any, ...], rng: np.random.Generator) -> float:
    """One within the range, where such numbers are usual."""
    if Lt(1) in extras:
        return float(rng.uniform(0.05, 0.999))
    assert Le(1) in extras or any(isinstance(extra, Le) for extra in extras)
    assert any(isinstance(extra, Ge | Gt) for extra in extras)
    low, high = {"epsilon": (-10, -1), "learning_rate": (-4, 0), "weight_decay": (-3, 0)}.get(name, (-2, 0))
    return float(10 ** rng.uniform(low, high))


def any_path(seed: int) -> tuple[np.random.Generator, Array, Array]:
    """A start, and gradients over five orders of magnitude."""
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((40, 2)) * 10 ** rng.uniform(-3, 2, (40, 2))
    return rng, rng.uniform(-3, 3, 2), gradients


def agree(ours: Array, theirs: Array) -> None:
    assert_allclose(ours, theirs, rtol=ANY, atol=ANY * float(np.ptp(theirs, axis=0).max()))


@pytest.mark.parametrize("name", TORCH)
def test_any_hyperparameters_give_the_path_of_torch(name: str) -> None:
    for seed in range(SEEDS):
        rng, start, gradients = any_path(seed)
        rule = any_rule(name, rng, options=seed % 2 == 1)
        agree(path_of(rule, start, gradients), torch_path(rule, start, gradients))


@pytest.mark.parametrize("name", OPTAX)
def test_any_hyperparameters_give_the_path_of_optax(name: str) -> None:
    for seed in range(SEEDS):
        rng, start, gradients = any_path(seed)
        rule: Any = any_rule(name, rng, options=False)
        if hasattr(rule, "dampening"):
            rule = replace(rule, dampening=0.0)
        agree(path_of(rule, start, gradients), optax_path(rule, start, gradients))


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: repr(reference.rule))
def test_the_recorded_paths_are_still_theirs(reference: Reference) -> None:
    path = torch_path if rule_name(reference.rule) in TORCH else optax_path
    assert_allclose(path(reference.rule, START, GRADIENTS)[[0, 1, 3, 7]], reference.path, rtol=RECORDED)
