using System.Numerics;
using CnnService.Training.Augmentations;
using CnnService.Training.Averages;
using CnnService.Training.Layers;
using CnnService.Training.Losses;
using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Schedules;
using CnnService.Training.Tensors;

namespace CnnService.Training.Presets;

/// <summary>
/// The recipe of airbench94 (K. Jordan: "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498), fitted to other sizes, colours and
/// numbers of images. The first convolution, which whitens, has no bias here; there it learns one in the first epochs.
/// </summary>
internal sealed record AirbenchRecipe
{
    // The original holds nothing out. Of 400 images the best epoch cannot be told: 0.8892 was taken for the best, 0.8984 was.
    private const double ValidationOfMany = 0.04, ValidationOfFew = 0.1;
    private const int Many = 20_000;

    private const int FullBatch = 1024;
    private const double Momentum = 0.85, RatePerBatch = 11.5, DecayPerBatch = 0.0153, ShiftFactor = 64; // as there, for 1,024 images

    // What the rule's rate is multiplied with in the long run, by momentum, for a step on 1,024 images.
    private const double Kilostep = FullBatch * (1 + 1 / (1 - Momentum));

    /// <summary>Filters of each group of two convolutions.</summary>
    public required IReadOnlyList<int> Filters { get; init; }

    /// <summary>The fewest images that are seen in all, where there are enough: the fewer there are, the more epochs.</summary>
    public required int ImagesSeen { get; init; }

    /// <summary>The most epochs, where there are few images.</summary>
    public required int MostEpochs { get; init; }

    /// <summary>Whether colour images are mirrored.</summary>
    public bool MirrorsColour { get; init; }

    /// <summary>The views of images that are mirrored.</summary>
    public TestTimeAugmentation Views { get; init; }

    /// <summary>The spec for a dataset.</summary>
    public TrainingSpec Fit(PresetInput dataset)
    {
        (Shape shape, _, int images) = dataset;
        double validation = images > Many ? ValidationOfMany : ValidationOfFew;
        int training = Math.Max(1, (int)(images * (1 - validation))), batch = BatchFor(training);
        bool mirrors = MirrorsColour && shape.Channels == 3;
        var translate = new Translate { Pixels = Math.Max(1, Math.Min(shape.Height, shape.Width) / 16) };
        return new TrainingSpec
        {
            Model = new LayerList { Layers = Layers(shape) },
            Optimizer = new SgdMomentum { LearningRate = RatePerBatch * batch / Kilostep, Momentum = Momentum, Nesterov = true, ShiftFactor = ShiftFactor },
            Regularization = DecayPerBatch / RatePerBatch,
            Schedule = new Triangular(),
            Loss = new SoftmaxCrossEntropy { LabelSmoothing = 0.2 },
            Augmentations = mirrors ? [new Flip { Mode = FlipMode.Alternating }, translate] : [translate],
            Averaging = new Lookahead(),
            TestTimeAugmentation = mirrors ? Views : TestTimeAugmentation.None,
            Epochs = Math.Clamp((ImagesSeen + training - 1) / training, 10, MostEpochs),
            BatchSize = batch,
            ValidationFraction = validation,
        };
    }

    // A power of two of which some 32 to 64 make an epoch, from 16 to 1,024; but at most half of the images.
    private static int BatchFor(int images)
    {
        int power = (int)BitOperations.RoundUpToPowerOf2((uint)(images / 32) + 1) / 2;
        return Math.Min(Math.Clamp(power, 16, FullBatch), Math.Max(1, images / 2));
    }

    private List<LayerSpec> Layers(Shape shape)
    {
        int size = shape.Channels == 1 ? 3 : 2; // so that patches have 9 or 12 numbers; each gets a filter and its negative
        int smallest = Math.Min(shape.Height, shape.Width), stride = Math.Max(1, smallest / 32);
        List<LayerSpec> layers =
        [
            new Convolution
            {
                Filters = 2 * shape.Channels * size * size, Size = size, Stride = stride, Bias = false, Initialization = Initialization.Whitening, Frozen = true,
            },
            new Gelu(),
        ];
        int plane = (smallest - size) / stride + 1;
        foreach (int filters in Filters)
        {
            layers.AddRange(Group(filters, isPooled: plane >= 2));
            plane = Math.Max(1, plane / 2);
        }

        return [.. layers, new GlobalMaxPool(), new Scale { Factor = 1.0 / 9 }, new Affine { Bias = false }];
    }

    private static IEnumerable<LayerSpec> Group(int filters, bool isPooled) =>
    [
        Convolution(filters), .. isPooled ? (LayerSpec[])[new MaxPool { Size = 2 }] : [], Norm(), new Gelu(),
        Convolution(filters), Norm(), new Gelu(),
    ];

    private static Convolution Convolution(int filters) =>
        new() { Filters = filters, Size = 3, Padding = 1, Bias = false, Initialization = Initialization.Identity };

    private static BatchNorm Norm() => new() { Scale = false, Momentum = 0.6 };
}
