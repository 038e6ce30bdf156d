using System.Numerics;
using CnnService.Training.Specs;

namespace CnnService.Training.Reference;

/// <summary>
/// Mean cross-entropy of softmax probabilities: <c>loss = 1/N * sum over n of (log(sum over k of exp(x[n,k])) - x[n,label[n]])</c>.
/// x: scores (N, K). The logarithm of the sum is taken after subtracting the row's maximum (Blanchard, Higham and Higham 2021), so no score
/// gap, however large, makes it infinite.
/// </summary>
internal static class SoftmaxLoss
{
    /// <summary>
    /// The loss and dx, (N, K): <c>dx[n,k] = (exp(x[n,k]) / sum over j of exp(x[n,j]) - (k == label[n] ? 1 : 0)) / N</c>.
    /// </summary>
    /// <param name="x">Scores (N, K).</param>
    /// <param name="labels">N classes in [0, K); InvalidInputException otherwise.</param>
    public static SoftmaxLossResult<T> Forward<T>(Tensor4<T> x, int[] labels)
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
            for (int k = 0; k < K; k++) dx[n, k] = T.Exp(x[n, k] - largest) / sum / count;
            dx[n, labels[n]] -= T.One / count;
            loss += T.Log(sum) - (x[n, labels[n]] - largest);
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
