using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>Softmax and its cross-entropy loss, by log-sum-exp, so that no gap between scores is too large.</summary>
internal static class SoftmaxLoss
{
    /// <summary>
    /// The mean over the batch of weight[label] * -(sum over m of target[m] * log softmax(scores)[m]), and its gradient:
    /// weight[label] * (softmax - target) / N. The target is 1 - smoothing at the label, and smoothing / M more everywhere. scores, gradient: (N, M).
    /// </summary>
    /// <param name="scores">(N, M).</param>
    /// <param name="labels">(N), each from 0 to M - 1.</param>
    /// <param name="gradient">Receives (N, M).</param>
    /// <param name="smoothing">0 to 1.</param>
    /// <param name="weights">(M); empty where all are 1.</param>
    public static double Forward(
        ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, Span<float> gradient, double smoothing = 0, ReadOnlySpan<double> weights = default)
    {
        if (labels.IsEmpty || scores.Length % labels.Length != 0 || gradient.Length != scores.Length)
            throw new ArgumentException($"{scores.Length} scores do not go with {labels.Length} labels and {gradient.Length} gradients.", nameof(scores));
        int N = labels.Length, M = scores.Length / N;
        double loss = 0;
        for (int n = 0; n < N; n++)
        {
            if ((uint)labels[n] >= (uint)M) throw new ArgumentOutOfRangeException(nameof(labels), labels[n], $"A label is from 0 to {M - 1}.");
            ReadOnlySpan<float> row = scores.Slice(n * M, M);
            (double largest, double sum) = LogSumExp(row);
            double weight = weights.IsEmpty ? 1 : weights[labels[n]], spread = smoothing / M, others = smoothing > 0 ? spread * Sum(row) : 0;
            loss += weight * (largest + Elementary.Log(sum) - (1 - smoothing) * row[labels[n]] - others);
            for (int m = 0; m < M; m++)
            {
                double probability = Elementary.Exp(row[m] - largest) / sum;
                gradient[n * M + m] = (float)(weight * (probability - (m == labels[n] ? 1 - smoothing + spread : spread)) / N);
            }
        }

        return loss / N;
    }

    /// <summary>The loss of one row of scores, -log softmax(scores)[label].</summary>
    public static double Of(ReadOnlySpan<float> scores, int label)
    {
        (double largest, double sum) = LogSumExp(scores);
        return largest + Elementary.Log(sum) - scores[label];
    }

    /// <summary>The probabilities of one row of scores.</summary>
    public static void Probabilities(ReadOnlySpan<float> scores, Span<float> probabilities)
    {
        if (probabilities.Length != scores.Length)
            throw new ArgumentException($"{scores.Length} scores do not go into {probabilities.Length} probabilities.", nameof(probabilities));
        (double largest, double sum) = LogSumExp(scores);
        for (int m = 0; m < scores.Length; m++) probabilities[m] = (float)(Elementary.Exp(scores[m] - largest) / sum);
    }

    private static double Sum(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float score in row) sum += score;
        return sum;
    }

    private static (double Largest, double Sum) LogSumExp(ReadOnlySpan<float> scores)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (float score in scores) largest = score > largest || float.IsNaN(score) ? score : largest;
        foreach (float score in scores) sum += Elementary.Exp(score - largest);
        return (largest, sum);
    }
}
