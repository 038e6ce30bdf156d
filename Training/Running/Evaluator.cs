using CnnService.Training.Datasets;
using CnnService.Training.Layers;

namespace CnnService.Training.Running;

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
                if (Predictor.ClassOf(network.Scores.Slice(n * classes, classes)) == input.Labels[n]) right++;
        }

        return (double)right / indices.Length;
    }
}
