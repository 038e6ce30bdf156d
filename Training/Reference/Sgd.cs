using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>Stochastic gradient descent, Robbins and Monro (1951): <c>w = w - learningRate * dw</c>. It keeps no state.</summary>
internal static class Sgd
{
    /// <summary>One step; overwrites w. w, dw: the same length.</summary>
    public static void Step<T>(T[] w, T[] dw, SgdSettings settings)
        where T : IFloatingPointIeee754<T>
    {
        T learningRate = T.CreateChecked(settings.LearningRate);
        for (int i = 0; i < w.Length; i++) w[i] -= learningRate * dw[i];
    }
}

/// <summary>Settings of <see cref="Sgd"/>.</summary>
/// <param name="LearningRate">Above 0, default 0.01 as in the vectors that the reference is held against.</param>
internal readonly record struct SgdSettings(double LearningRate)
{
    /// <summary>The defaults.</summary>
    public static SgdSettings Default => new(LearningRate: 0.01);
}
