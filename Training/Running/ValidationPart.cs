using CnnService.Training.Datasets;
using CnnService.Training.Specs;

namespace CnnService.Training.Running;

/// <summary>The images that a run holds out to validate with.</summary>
public static class ValidationPart
{
    /// <summary>What a <see cref="Trainer"/> of the same spec and dataset measures its validation accuracy on, in the same order.</summary>
    /// <exception cref="InvalidInputException">A spec that the trainer would refuse.</exception>
    public static ImageSet Of(TrainingSpec spec, Dataset dataset)
    {
        int[] indices = IndicesOf(spec, dataset);
        ImageSet train = dataset.Train;
        return new ImageSet(train.Shape, indices.Select(i => new ReadOnlyMemory<byte>(train[i].ToArray())), indices.Select(i => train.Labels[i]));
    }

    /// <summary>The places of the same images in the training part, ascending.</summary>
    /// <exception cref="InvalidInputException">A spec that the trainer would refuse.</exception>
    public static int[] IndicesOf(TrainingSpec spec, Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(dataset);
        return Split.Stratified(dataset.Train.Labels, dataset.Labels.Count, spec.ValidationFraction, (ulong)spec.Seed).Validation;
    }
}
