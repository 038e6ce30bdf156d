using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;

namespace CnnService.Training;

/// <summary>Runs images through a bound network and counts how often the highest score is the label's; the first highest wins.</summary>
internal sealed class Evaluator(BoundNetwork network, int classes, Team team)
{
    /// <summary>The share of right answers on the given images.</summary>
    public double Accuracy(LabelledImages images, ReadOnlySpan<int> indices)
    {
        int right = 0;
        for (int first = 0; first < indices.Length; first += network.Capacity)
        {
            int[] batch = indices.Slice(first, Math.Min(network.Capacity, indices.Length - first)).ToArray();
            team.Run(batch.Length, (n, _) => images.CopyTo(batch[n], network.Input.Slice(n * images.Shape.Length, images.Shape.Length)));
            network.Forward(new Pass(batch.Length));
            for (int n = 0; n < batch.Length; n++)
                if (Highest(network.Scores.Slice(n * classes, classes)) == images.Label(batch[n])) right++;
        }

        return (double)right / indices.Length;
    }

    /// <summary>The index of the highest number, the first one of equals.</summary>
    public static int Highest(ReadOnlySpan<float> scores)
    {
        int highest = 0;
        for (int i = 1; i < scores.Length; i++)
            if (scores[i] > scores[highest]) highest = i;
        return highest;
    }
}
