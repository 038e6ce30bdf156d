using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>
/// Adam, Kingma and Ba (2015): <c>m = beta1 * m + (1 - beta1) * dw; v = beta2 * v + (1 - beta2) * dw^2;
/// w = w - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)</c>. The step t counts from 1; epsilon is outside the
/// root.
/// </summary>
internal static class Adam
{
    /// <summary>One step; overwrites w and the state. w, dw, state.M, state.V: the same length.</summary>
    public static void Step<T>(T[] w, T[] dw, AdamState<T> state, AdamSettings settings)
        where T : IFloatingPointIeee754<T>
    {
        T learningRate = T.CreateChecked(settings.LearningRate), epsilon = T.CreateChecked(settings.Epsilon);
        T beta1 = T.CreateChecked(settings.Beta1), beta2 = T.CreateChecked(settings.Beta2);
        T t = T.CreateChecked(++state.Steps), one = T.One;
        (T[] m, T[] v) = (state.M, state.V);
        for (int i = 0; i < w.Length; i++)
        {
            m[i] = beta1 * m[i] + (one - beta1) * dw[i];
            v[i] = beta2 * v[i] + (one - beta2) * dw[i] * dw[i];
            w[i] -= learningRate * (m[i] / (one - T.Pow(beta1, t))) / (T.Sqrt(v[i] / (one - T.Pow(beta2, t))) + epsilon);
        }
    }
}

/// <summary>What Adam remembers of one parameter.</summary>
/// <param name="m">Decaying mean of the gradients, starts at 0.</param>
/// <param name="v">Decaying mean of the squared gradients, starts at 0.</param>
internal sealed class AdamState<T>(T[] m, T[] v)
{
    /// <summary>Decaying mean of the gradients.</summary>
    public T[] M => m;

    /// <summary>Decaying mean of the squared gradients.</summary>
    public T[] V => v;

    /// <summary>t: steps done, from 0.</summary>
    public long Steps { get; set; }
}

/// <summary>Settings of <see cref="Adam"/>; the defaults are those of Kingma and Ba (2015).</summary>
/// <param name="LearningRate">Above 0, default 0.001.</param>
/// <param name="Beta1">The share of m that is kept, in [0, 1), default 0.9.</param>
/// <param name="Beta2">The share of v that is kept, in [0, 1), default 0.999.</param>
/// <param name="Epsilon">Added to the root, above 0, default 1e-8.</param>
internal readonly record struct AdamSettings(double LearningRate, double Beta1, double Beta2, double Epsilon)
{
    /// <summary>The defaults.</summary>
    public static AdamSettings Default => new(LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8);
}
