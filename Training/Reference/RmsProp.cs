using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>
/// RMSProp, Tieleman and Hinton (2012, lecture 6.5): <c>cache = decay * cache + (1 - decay) * dw^2;
/// w = w - learningRate * dw / sqrt(cache + epsilon)</c>. Epsilon is inside the root: with the default, gradients below 1e-4 are scaled by 1e4 and no more.
/// </summary>
internal static class RmsProp
{
    /// <summary>One step; overwrites w and cache. w, dw, cache: the same length; the cache starts at 0.</summary>
    public static void Step<T>(T[] w, T[] dw, T[] cache, RmsPropSettings settings)
        where T : IFloatingPointIeee754<T>
    {
        T learningRate = T.CreateChecked(settings.LearningRate), decay = T.CreateChecked(settings.Decay);
        T epsilon = T.CreateChecked(settings.Epsilon);
        for (int i = 0; i < w.Length; i++)
        {
            cache[i] = decay * cache[i] + (T.One - decay) * dw[i] * dw[i];
            w[i] -= learningRate * dw[i] / T.Sqrt(cache[i] + epsilon);
        }
    }
}

/// <summary>Settings of <see cref="RmsProp"/>.</summary>
/// <param name="LearningRate">Above 0, default 0.01 as in the vectors that the reference is held against.</param>
/// <param name="Decay">The share of the cache that is kept, in [0, 1), default 0.99 as in the same vectors.</param>
/// <param name="Epsilon">Added under the root, above 0, default 1e-8 as in the same vectors.</param>
internal readonly record struct RmsPropSettings(double LearningRate, double Decay, double Epsilon)
{
    /// <summary>The defaults.</summary>
    public static RmsPropSettings Default => new(LearningRate: 0.01, Decay: 0.99, Epsilon: 1e-8);
}
