using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>
/// Gradient descent with momentum, Polyak (1964) in the form of Sutskever et al. (2013):
/// <c>v = momentum * v - learningRate * dw; w = w + v</c>, or with Nesterov's look ahead (Bengio et al. 2013)
/// <c>w = w + momentum * v - learningRate * dw</c>; before that weights decay, <c>w = (1 - learningRate * decay) * w</c>. The learning rate is inside the velocity, so a change of the rate acts on later gradients only.
/// </summary>
internal static class SgdMomentum
{
    /// <summary>One step; overwrites w and velocity. w, dw, velocity: the same length; the velocity starts at 0.</summary>
    public static void Step<T>(T[] w, T[] dw, T[] velocity, SgdMomentumSettings settings)
        where T : IFloatingPointIeee754<T>
    {
        T learningRate = T.CreateChecked(settings.LearningRate), momentum = T.CreateChecked(settings.Momentum), kept = T.CreateChecked(1 - settings.LearningRate * settings.WeightDecay);
        for (int i = 0; i < w.Length; i++)
        {
            velocity[i] = momentum * velocity[i] - learningRate * dw[i];
            w[i] = kept * w[i] + (settings.Nesterov ? momentum * velocity[i] - learningRate * dw[i] : velocity[i]);
        }
    }
}

/// <summary>Settings of <see cref="SgdMomentum"/>.</summary>
/// <param name="LearningRate">Above 0, default 0.01 as in the vectors that the reference is held against.</param>
/// <param name="Momentum">The share of the velocity that is kept, in [0, 1), default 0.9 as in Sutskever et al. (2013).</param>
/// <param name="Nesterov">Whether the step looks ahead.</param>
/// <param name="WeightDecay">0 or more, default 0.</param>
internal readonly record struct SgdMomentumSettings(double LearningRate, double Momentum, bool Nesterov = false, double WeightDecay = 0)
{
    /// <summary>The defaults.</summary>
    public static SgdMomentumSettings Default => new(LearningRate: 0.01, Momentum: 0.9);
}
