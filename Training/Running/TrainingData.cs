using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>The images of a run.</summary>
/// <param name="Training">What is trained on.</param>
/// <param name="Validation">What is held out.</param>
/// <param name="Labels">The class names.</param>
/// <param name="Normalization">How bytes became the floats of the images.</param>
/// <param name="Sha256">Which dataset it is.</param>
internal sealed record TrainingData(
    LabelledImages Training, LabelledImages Validation, IReadOnlyList<string> Labels, Normalization Normalization, string Sha256)
{
    /// <summary>The number of classes.</summary>
    public int Classes => Labels.Count;

    /// <summary>How many images of each class there are to learn from.</summary>
    public int[] ImagesPerClass()
    {
        int[] counts = new int[Classes];
        for (int i = 0; i < Training.Count; i++) counts[Training.Label(i)]++;
        return counts;
    }

    /// <summary>Splits a dataset as the spec says, and normalises by the images that are left for training.</summary>
    public static TrainingData From(TrainingSpec spec, Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        SpecJson.CheckValues(spec, "");
        Split split = Split.Stratified(dataset.Train.Labels, dataset.Labels.Count, spec.ValidationFraction, (ulong)spec.Seed);
        Normalization normalization = Normalization.Over(dataset.Train, split.Training);
        return new TrainingData(
            new NormalizedImages(dataset.Train, split.Training, normalization),
            new NormalizedImages(dataset.Train, split.Validation, normalization),
            dataset.Labels,
            normalization,
            dataset.Sha256);
    }

    /// <summary>A model of a copy of parameters.</summary>
    public Model ModelOf(Network network, FloatBuffer parameters, TestTimeAugmentation testTimeAugmentation)
    {
        var copy = new FloatBuffer(parameters.Length);
        parameters.Span.CopyTo(copy.Span);
        return new Model(network, Labels, Normalization, copy) { TestTimeAugmentation = testTimeAugmentation };
    }
}
