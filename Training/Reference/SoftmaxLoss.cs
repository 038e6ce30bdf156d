using System.Numerics;
using CnnService.Training.Specs;

namespace CnnService.Training.Reference;

/// <summary>
/// Mean cross-entropy of softmax probabilities: <c>loss = 1/N * sum over n of weight[label[n]] * -(sum over k of t[n,k] * log p[n,k])</c> with
/// <c>p[n,k] = exp(x[n,k]) / sum over j of exp(x[n,j])</c> and the target <c>t[n,k] = (1 - smoothing) * (k == label[n]) + smoothing / K</c>.
/// x: scores (N, K). The logarithm of the sum is taken after subtracting the row's maximum (Blanchard, Higham and Higham 2021), so no score
/// gap, however large, makes it infinite.
/// </summary>
internal static class SoftmaxLoss
{
    /// <summary>
    /// The loss and dx, (N, K): <c>dx[n,k] = weight[label[n]] * (p[n,k] - t[n,k]) / N</c>.
    /// </summary>
    /// <param name="x">Scores (N, K).</param>
    /// <param name="labels">N classes in [0, K); InvalidInputException otherwise.</param>
    /// <param name="smoothing">The share of the target that is spread over all classes, 0 to 1.</param>
    /// <param name="weights">(K); null where all are 1.</param>
    public static SoftmaxLossResult<T> Forward<T>(Tensor4<T> x, int[] labels, double smoothing = 0, double[]? weights = null)
        where T : IFloatingPointIeee754<T>
    {
        int N = x.N, K = x.D;
        Check(labels, N, K);
        T count = T.CreateChecked(N), loss = T.Zero;
        Tensor4<T> dx = x.Zeros();
        for (int n = 0; n < N; n++)
        {
            T largest = x[n, 0], sum = T.Zero;
            for (int k = 1; k < K; k++) largest = T.Max(largest, x[n, k]);
            for (int k = 0; k < K; k++) sum += T.Exp(x[n, k] - largest);
            T weight = T.CreateChecked(weights?[labels[n]] ?? 1);
            for (int k = 0; k < K; k++)
            {
                T target = T.CreateChecked((k == labels[n] ? 1 - smoothing : 0) + smoothing / K);
                dx[n, k] = weight * (T.Exp(x[n, k] - largest) / sum - target) / count;
                if (target > T.Zero) loss += weight * target * (T.Log(sum) - (x[n, k] - largest));
            }
        }

        return new(loss / count, dx);
    }

    private static void Check(int[] labels, int n, int classes)
    {
        if (n == 0) throw new InvalidInputException("scores", "there are none; the mean of no losses is not a number.");
        if (labels.Length != n) throw new InvalidInputException("labels", $"there are {labels.Length} for {n} rows of scores.");
        for (int i = 0; i < n; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
                throw new InvalidInputException($"labels[{i}]", $"{labels[i]} is not one of the classes 0 to {classes - 1}.");
        }
    }
}

/// <summary>The mean loss of a batch, and the gradient (N, K) of its scores.</summary>
internal readonly record struct SoftmaxLossResult<T>(T Loss, Tensor4<T> Dx)
    where T : IFloatingPointIeee754<T>;
