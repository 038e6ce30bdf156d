using CnnService.Training.Datasets;
using CnnService.Training.Layers;

namespace CnnService.Training;

/// <summary>Runs images through a bound network and counts how often the highest score is the label's; the first highest wins.</summary>
internal sealed class Evaluator(BoundNetwork network, BatchInput input, int classes)
{
    /// <summary>The share of right answers on the given images.</summary>
    public double Accuracy(LabelledImages images, ReadOnlySpan<int> indices)
    {
        int right = 0;
        for (int first = 0; first < indices.Length; first += network.Capacity)
        {
            input.Fill(images, indices.Slice(first, Math.Min(network.Capacity, indices.Length - first)));
            network.Forward(new Pass(input.Count));
            for (int n = 0; n < input.Count; n++)
                if (Highest(network.Scores.Slice(n * classes, classes)) == input.Labels[n]) right++;
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
